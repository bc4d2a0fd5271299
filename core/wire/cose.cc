#include "core/wire/cose.h"

#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/base/ids.h"
#include "core/crypto/digest.h"
#include "core/crypto/sealing.h"
#include "core/wire/cbor.h"
#include "core/wire/decoding.h"

namespace fairfeed::cose {
namespace {

// Header parameters and algorithms as registered by IANA (RFC 9052 3.1, RFC 9053 2.1 and 4.1).
constexpr std::uint64_t kAlgorithm = 1;
constexpr std::uint64_t kKeyId = 4;
constexpr std::uint64_t kIv = 5;
constexpr std::int64_t kEs256 = -7;
constexpr std::int64_t kA128Gcm = 1;
constexpr std::array<std::uint8_t, 12> kZeroIv{};

// An envelope contains its whole header, so a header that ends early is malformed, not truncated.
Reject header_fault(const cbor::Reader& header) {
    const Reject reason = reject_of(header.fault());
    return reason == Reject::truncated ? Reject::malformed : reason;
}

// {1: algorithm ...}: checks the algorithm first, so that another one is refused by name.
Result<std::size_t, Reject> read_algorithm(cbor::Reader& header, std::int64_t expected) {
    const std::size_t size = header.map();
    const std::int64_t algorithm = take_integer(header, kAlgorithm);
    if (!header.ok()) return unexpected(header_fault(header));
    if (algorithm != expected) return unexpected(Reject::unsupported_algorithm);
    return size;
}

Result<std::string_view, Reject> read_key_id(ByteView protected_header) {
    cbor::Reader header(protected_header);
    const auto size = read_algorithm(header, kEs256);
    if (!size) return unexpected(size.error());
    const std::string_view kid = as_text(take_bytes(header, kKeyId));
    if (*size != 2 || !is_valid_name(kid)) header.fail(cbor::Fault::malformed);
    if (!header.finish()) return unexpected(header_fault(header));
    return kid;
}

Bytes encrypt0_header() {
    cbor::Writer writer;
    writer.map(1);
    put_integer(writer, kAlgorithm, kA128Gcm);
    return writer.take();
}

}  // namespace

std::string_view tag_of(Domain domain) {
    switch (domain) {
        case Domain::genesis:
            return "ff1/genesis";
        case Domain::genesis_block:
            return "ff1/genesis-block";
        case Domain::transaction:
            return "ff1/transaction";
        case Domain::reading:
            return "ff1/reading";
        case Domain::batch:
            return "ff1/batch";
        case Domain::endorsement:
            return "ff1/endorsement";
        case Domain::objection:
            return "ff1/objection";
        case Domain::proposal:
            return "ff1/proposal";
        case Domain::prevote:
            return "ff1/prevote";
        case Domain::precommit:
            return "ff1/precommit";
        case Domain::status:
            return "ff1/status";
        case Domain::receipt:
            return "ff1/receipt";
        case Domain::refusal:
            return "ff1/refusal";
        case Domain::share:
            return "ff1/share";
        case Domain::request:
            return "ff1/request";
        case Domain::answer:
            return "ff1/answer";
        case Domain::bundle:
            return "ff1/bundle";
        case Domain::event:
            return "ff1/event";
        case Domain::handover:
            return "ff1/handover";
        case Domain::approval:
            return "ff1/approval";
        case Domain::command:
            return "ff1/command";
        case Domain::inspection:
            return "ff1/inspection";
    }
    CHECK(false);
}

Bytes sig_structure(ByteView protected_header, ByteView external_aad, ByteView payload) {
    cbor::Writer writer;
    writer.array(4);
    writer.text("Signature1");
    writer.bytes(protected_header);
    writer.bytes(external_aad);
    writer.bytes(payload);
    return writer.take();
}

Bytes external_aad(Domain domain, const Digest& network) {
    const ByteView tag = as_bytes(tag_of(domain));
    Bytes aad;
    aad.reserve(tag.size() + 1 + network.view().size());
    append(aad, tag);
    aad.push_back(0x00);
    append(aad, network.view());
    return aad;
}

Bytes protected_header(std::string_view kid) {
    CHECK(is_valid_name(kid));
    cbor::Writer writer;
    writer.map(2);
    put_integer(writer, kAlgorithm, kEs256);
    put_bytes(writer, kKeyId, as_bytes(kid));
    return writer.take();
}

Bytes to_be_signed(Domain domain, const Digest& network, std::string_view kid, ByteView payload) {
    return sig_structure(protected_header(kid), external_aad(domain, network), payload);
}

Bytes sign1(Domain domain, const Digest& network, std::string_view kid, ByteView payload,
            const Signer& signer) {
    return assemble_sign1(kid, payload, signer.sign(to_be_signed(domain, network, kid, payload)));
}

Bytes assemble_sign1(std::string_view kid, ByteView payload, const Signature& signature) {
    cbor::Writer writer;
    writer.array(4);
    writer.bytes(protected_header(kid));
    writer.map(0);
    writer.bytes(payload);
    writer.bytes(signature.view());
    return writer.take();
}

Result<Sign1, Reject> parse_sign1(ByteView envelope) {
    cbor::Reader reader(envelope);
    Sign1 message;
    reader.array_of(4);
    message.protected_header = reader.bytes();
    reader.map_of(0);
    message.payload = reader.bytes();
    message.signature = reader.fixed<Signature>();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    const auto kid = read_key_id(message.protected_header);
    if (!kid) return unexpected(kid.error());
    message.kid = *kid;
    return message;
}

Digest id_of(Domain domain, const Digest& network, const Sign1& message) {
    return sha256(
        sig_structure(message.protected_header, external_aad(domain, network), message.payload));
}

Result<void, Reject> check_signature(ByteView to_be_signed, const Signature& signature,
                                     const VerifyKey& key) {
    switch (key.verify_strict(to_be_signed, signature)) {
        case SignatureFault::none:
            return {};
        case SignatureFault::wrong:
            return unexpected(Reject::wrong_signature);
        case SignatureFault::high_s:
            return unexpected(Reject::high_s);
    }
    CHECK(false);
}

Result<void, Reject> verify_sign1(Domain domain, const Digest& network, const Sign1& message,
                                  const VerifyKey& key) {
    const Bytes signed_bytes =
        sig_structure(message.protected_header, external_aad(domain, network), message.payload);
    return check_signature(signed_bytes, message.signature, key);
}

Bytes enc_structure(ByteView protected_header, ByteView external_aad) {
    cbor::Writer writer;
    writer.array(3);
    writer.text("Encrypt0");
    writer.bytes(protected_header);
    writer.bytes(external_aad);
    return writer.take();
}

Bytes encrypt0(const SymmetricKey& message_key, ByteView external_aad, ByteView plaintext) {
    const Bytes header = encrypt0_header();
    cbor::Writer writer;
    writer.array(3);
    writer.bytes(header);
    writer.map(1);
    put_bytes(writer, kIv, kZeroIv);
    writer.bytes(seal(message_key, enc_structure(header, external_aad), plaintext));
    return writer.take();
}

Result<ByteView, Reject> parse_encrypt0(ByteView sealed) {
    cbor::Reader reader(sealed);
    reader.array_of(3);
    const ByteView protected_header = reader.bytes();
    reader.map_of(1);
    const ByteView iv = take_bytes(reader, kIv);
    const ByteView ciphertext = reader.bytes();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    cbor::Reader header(protected_header);
    const auto size = read_algorithm(header, kA128Gcm);
    if (!size) return unexpected(size.error());
    if (*size != 1 || !std::ranges::equal(iv, kZeroIv) || ciphertext.size() < kSealTagSize) {
        header.fail(cbor::Fault::malformed);
    }
    return finished(header, ciphertext);
}

Result<Bytes, Reject> decrypt0(const SymmetricKey& message_key, ByteView external_aad,
                               ByteView sealed) {
    const auto ciphertext = parse_encrypt0(sealed);
    if (!ciphertext) return unexpected(ciphertext.error());
    auto plaintext =
        unseal(message_key, enc_structure(encrypt0_header(), external_aad), *ciphertext);
    if (!plaintext) return unexpected(Reject::cannot_open);
    return std::move(*plaintext);
}

}  // namespace fairfeed::cose
