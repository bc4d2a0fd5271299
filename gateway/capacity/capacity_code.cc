#include "gateway/capacity/capacity_code.h"

#include <array>

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/crypto/sealing.h"
#include "core/state/state.h"
#include "core/wire/cbor.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kPurpose = "ff1/capacity-code";
constexpr std::string_view kSaltPurpose = "ff1/capacity-salt";
constexpr std::string_view kCommitment = "ff1/capacity-commitment";
constexpr std::array<std::uint8_t, 1> kEnd{};

SymmetricKey key_of(const OfficeSeal& seal, const Salt& salt) {
    return message_key(seal.key, kPurpose, "dgmd", salt);
}

Salt certificate_salt(const OfficeSeal& seal, const Salt& salt) {
    const Bytes derived =
        hkdf_sha256(seal.key.view(), salt.view(), as_bytes(kSaltPurpose), Salt::kSize);
    return *Salt::from(derived);
}

Bytes joined(std::initializer_list<ByteView> parts) {
    Bytes out;
    for (const ByteView part : parts)
        append(out, part);
    return out;
}

Bytes aad_of(const OfficeSeal& seal) {
    return joined({as_bytes(kPurpose), kEnd, seal.network.view()});
}

}  // namespace

Bytes encode_installation(const InstallationCertificate& certificate) {
    cbor::Writer writer;
    writer.array(7);
    writer.text(certificate.application.view());
    writer.text(certificate.meter.view());
    writer.integer(certificate.capacity_w);
    writer.unsigned_integer(static_cast<std::uint64_t>(certificate.technology));
    writer.text(certificate.inspector.view());
    writer.integer(certificate.valid_from_s);
    writer.integer(certificate.valid_until_s);
    return writer.take();
}

Result<InstallationCertificate, Reject> decode_installation(ByteView bytes) {
    cbor::Reader reader(bytes);
    InstallationCertificate out;
    reader.array_of(7);
    out.application = reader.name<ApplicationId>();
    out.meter = reader.name<MeterId>();
    out.capacity_w = reader.integer();
    const auto technology = technology_from(reader.unsigned_integer());
    if (!technology) reader.fail(cbor::Fault::malformed);
    out.technology = technology.value_or(Technology::other);
    out.inspector = reader.name<NodeId>();
    out.valid_from_s = reader.integer();
    out.valid_until_s = reader.integer();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    if (out.capacity_w < 0 || out.capacity_w > kMaxCapacityW || out.valid_from_s < 0 ||
        out.valid_until_s <= out.valid_from_s)
        return unexpected(Reject::out_of_range);
    return out;
}

Digest commitment_of(const SaltedCertificate& salted) {
    return sha256(
        {as_bytes(kCommitment), kEnd, salted.salt.view(), encode_installation(salted.certificate)});
}

Bytes seal_code(const InstallationCertificate& certificate, const OfficeSeal& seal,
                const RandomSource& random) {
    const auto salt = random_fixed<Salt>(random);
    const Bytes sealed =
        fairfeed::seal(key_of(seal, salt), aad_of(seal), encode_installation(certificate));
    return joined({ByteView(&kVersion, 1), salt.view(), sealed});
}

Result<SaltedCertificate, Reject> open_code(ByteView envelope, const OfficeSeal& seal) {
    if (envelope.size() < 1 + Salt::kSize + kSealTagSize) return unexpected(Reject::malformed);
    if (envelope.front() != kVersion) return unexpected(Reject::unsupported_version);
    const Salt salt = *Salt::from(envelope.subspan(1, Salt::kSize));
    const auto plain = unseal(key_of(seal, salt), aad_of(seal), envelope.subspan(1 + Salt::kSize));
    if (!plain) return unexpected(Reject::cannot_open);
    auto certificate = decode_installation(*plain);
    if (!certificate) return unexpected(certificate.error());
    return SaltedCertificate{std::move(*certificate), certificate_salt(seal, salt)};
}

std::string_view to_string(CodeRefusal refusal) {
    switch (refusal) {
        case CodeRefusal::not_issued:
            return "the office has no record of this code";
        case CodeRefusal::revoked:
            return "the code is revoked: ask the office for the reason";
        case CodeRefusal::used:
            return "the code was handed in before: each serves once";
        case CodeRefusal::meter_deauthorised:
            return "the meter was deauthorised after the code was issued: it needs another "
                   "inspection";
        case CodeRefusal::not_yet_valid:
            return "the code is not valid yet";
        case CodeRefusal::expired:
            return "the code has expired: the office issues another one";
    }
    CHECK(false);
}

std::optional<CodeRefusal> refusal_of(const SaltedCertificate& salted, const CodeRecord* record,
                                      std::optional<std::int64_t> deauthorised_s,
                                      std::int64_t now_s) {
    if (record == nullptr || record->commitment != commitment_of(salted))
        return CodeRefusal::not_issued;
    if (record->revoked_s) return CodeRefusal::revoked;
    if (record->used_s) return CodeRefusal::used;
    if (deauthorised_s && record->issued_s <= *deauthorised_s)
        return CodeRefusal::meter_deauthorised;
    if (now_s < salted.certificate.valid_from_s) return CodeRefusal::not_yet_valid;
    if (now_s >= salted.certificate.valid_until_s) return CodeRefusal::expired;
    return std::nullopt;
}

CapacityCertificate notice_of(const SaltedCertificate& salted, Window effective) {
    return {.sequence = 0,
            .meter = salted.certificate.meter,
            .capacity_w = salted.certificate.capacity_w,
            .effective = effective,
            .certificate = commitment_of(salted)};
}

}  // namespace fairfeed
