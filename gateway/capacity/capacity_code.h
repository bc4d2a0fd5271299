// The encrypted code (paper A67, A68): what an inspector found and the office verified, sealed by
// the office, so that nobody reads, alters or invents it. Handed in, it becomes CAPACITY; on the
// chain stands the capacity and the certificate's commitment, SHA-256 over a salt and the
// certificate: whoever has both can prove what was certified, nobody else learns anything. A code
// serves once, expires and can be revoked. Formats: docs/protocol.md, "The code". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/crypto/random.h"
#include "core/model/notice.h"
#include "core/model/reject.h"
#include "gateway/capacity/installation.h"

namespace fairfeed {

// Valid from <= handing in < valid until, Unix time.
struct InstallationCertificate {
    ApplicationId application;
    MeterId meter;
    std::int64_t capacity_w = 0;
    Technology technology = Technology::solar;
    NodeId inspector;
    std::int64_t valid_from_s = 0;
    std::int64_t valid_until_s = 0;
    bool operator==(const InstallationCertificate&) const = default;
};
// With its salt, as the owner keeps it.
struct SaltedCertificate {
    InstallationCertificate certificate;
    Salt salt;
    bool operator==(const SaltedCertificate&) const = default;
};

[[nodiscard]] Bytes encode_installation(const InstallationCertificate& certificate);
// Faults: those of CBOR, out_of_range (capacity beyond kMaxCapacityW, an empty or backward time).
[[nodiscard]] Result<InstallationCertificate, Reject> decode_installation(ByteView bytes);

[[nodiscard]] Digest commitment_of(const SaltedCertificate& salted);

// The office's key and network: what its codes are sealed with and to.
struct OfficeSeal {
    const SymmetricKey& key;  // used for codes alone
    Digest network;
};
// The envelope: version, salt of the sealing, ciphertext. The certificate's salt follows from the
// key and the salt of the sealing, so the code need not carry it.
[[nodiscard]] Bytes seal_code(const InstallationCertificate& certificate, const OfficeSeal& seal,
                              const RandomSource& random);
// Faults: malformed, unsupported_version, cannot_open (another office, another network, altered),
// those of decode_installation.
[[nodiscard]] Result<SaltedCertificate, Reject> open_code(ByteView envelope,
                                                          const OfficeSeal& seal);

// What the office remembers of a code it gave out.
struct CodeRecord {
    Digest commitment;
    std::int64_t issued_s = 0;
    std::optional<std::int64_t> used_s;
    std::optional<std::int64_t> revoked_s;
    bool operator==(const CodeRecord&) const = default;
};
enum class CodeRefusal : std::uint8_t {
    not_issued,
    revoked,
    used,
    meter_deauthorised,  // since the code was issued
    not_yet_valid,
    expired,
};
// A sentence.
[[nodiscard]] std::string_view to_string(CodeRefusal refusal);
// Whether the code may be handed in now. `record`: nullptr: the office never gave it out.
// `deauthorised_s`: when the certificate's meter was last deauthorised; nullopt: never.
[[nodiscard]] std::optional<CodeRefusal> refusal_of(const SaltedCertificate& salted,
                                                    const CodeRecord* record,
                                                    std::optional<std::int64_t> deauthorised_s,
                                                    std::int64_t now_s);

// What the officers are asked to approve. The sequence is for the drafter to set.
[[nodiscard]] CapacityCertificate notice_of(const SaltedCertificate& salted, Window effective);

}  // namespace fairfeed
