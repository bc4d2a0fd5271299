// COSE (RFC 9052) in our profile: untagged COSE_Sign1 with ES256 and a kid, external_aad = domain
// tag and network id; untagged COSE_Encrypt0 with AES-128-GCM under a key used once. Each signed
// item has one id: SHA-256 of its Sig_structure, never of a signature or an envelope.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/reject.h"

namespace fairfeed::cose {

// Domain tags name the kind of item that is signed. The tags are distinct, so a signature of one
// kind is never valid for another kind.
enum class Domain : std::uint8_t {
    genesis,
    genesis_block,
    transaction,  // DGMD's notices: the payload begins with the kind
    reading,
    batch,
    endorsement,
    objection,
    proposal,
    prevote,
    precommit,
    status,
    receipt,
    refusal,
    share,
    request,
    answer,
    bundle,
    event,
    handover,
    approval,
    command,
    inspection,  // an inspector's record; no message of the chain
};
[[nodiscard]] std::string_view tag_of(Domain domain);

// A parsed envelope; the views point into the bytes it was parsed from.
struct Sign1 {
    ByteView protected_header;
    std::string_view kid;
    ByteView payload;
    Signature signature;
};

// The signed bytes: Sig_structure of RFC 9052 4.4 with context "Signature1".
[[nodiscard]] Bytes sig_structure(ByteView protected_header, ByteView external_aad,
                                  ByteView payload);
[[nodiscard]] Bytes external_aad(Domain domain, const Digest& network);
// The protected header of our profile: {1: -7, 4: kid}.
[[nodiscard]] Bytes protected_header(std::string_view kid);
[[nodiscard]] Bytes to_be_signed(Domain domain, const Digest& network, std::string_view kid,
                                 ByteView payload);

// Signs and wraps; the envelope is [protected, {}, payload, signature].
[[nodiscard]] Bytes sign1(Domain domain, const Digest& network, std::string_view kid,
                          ByteView payload, const Signer& signer);
// Assembles an envelope from parts signed before.
[[nodiscard]] Bytes assemble_sign1(std::string_view kid, ByteView payload,
                                   const Signature& signature);
// Accepts our profile only; refuses everything else by name (unsupported_algorithm, malformed,
// ...).
[[nodiscard]] Result<Sign1, Reject> parse_sign1(ByteView envelope);
[[nodiscard]] Digest id_of(Domain domain, const Digest& network, const Sign1& message);
// Checks strictly. Faults: wrong_signature, high_s.
[[nodiscard]] Result<void, Reject> check_signature(ByteView to_be_signed,
                                                   const Signature& signature,
                                                   const VerifyKey& key);
[[nodiscard]] Result<void, Reject> verify_sign1(Domain domain, const Digest& network,
                                                const Sign1& message, const VerifyKey& key);

// COSE_Encrypt0 [protected {1: 1}, {5: iv}, ciphertext]; Enc_structure context "Encrypt0".
[[nodiscard]] Bytes enc_structure(ByteView protected_header, ByteView external_aad);
// The ciphertext of a sealed item in our profile (a view into it). Checks the form, which needs no
// key.
[[nodiscard]] Result<ByteView, Reject> parse_encrypt0(ByteView sealed);
[[nodiscard]] Bytes encrypt0(const SymmetricKey& message_key, ByteView external_aad,
                             ByteView plaintext);
[[nodiscard]] Result<Bytes, Reject> decrypt0(const SymmetricKey& message_key, ByteView external_aad,
                                             ByteView sealed);

}  // namespace fairfeed::cose
