#include "core/wire/cose.h"

#include <gtest/gtest.h>

#include <set>

#include "core/crypto/digest.h"
#include "core/crypto/sealing.h"
#include "core/wire/cbor.h"

namespace fairfeed::cose {
namespace {

constexpr std::size_t kDomains = static_cast<std::size_t>(Domain::event) + 1;

const SigningKey& key() {
    static const SigningKey signing_key = SigningKey::generate();
    return signing_key;
}
const VerifyKey& verify_key() {
    static const VerifyKey verifier = *VerifyKey::from_point(key().public_key());
    return verifier;
}
Digest network(std::uint8_t fill = 1) {
    Digest out;
    out.bytes.fill(fill);
    return out;
}
const Bytes kPayload = {0x01};

// [protected, unprotected, payload, signature] of any headers.
Bytes envelope(ByteView protected_header, ByteView unprotected, ByteView payload,
               std::size_t signature_size = 64) {
    cbor::Writer writer;
    writer.array(4);
    writer.bytes(protected_header);
    writer.raw(unprotected);
    writer.bytes(payload);
    writer.bytes(Bytes(signature_size, 0x11));
    return writer.take();
}
Bytes hex(std::string_view digits) {
    return *from_hex(digits);
}

TEST(CoseSign1, has_the_bytes_of_the_profile) {
    EXPECT_EQ(to_hex(protected_header("n1")), "a2012604426e31");
    EXPECT_EQ(to_hex(sig_structure(hex("a0"), hex("0b"), hex("01"))),
              "846a5369676e61747572653141a0410b4101");
    const Bytes aad = external_aad(Domain::reading, network(7));
    EXPECT_EQ(to_hex(aad), to_hex(as_bytes("ff1/reading")) + "00" + to_hex(network(7).view()));
}

TEST(CoseSign1, verifies_and_keeps_its_id_under_another_signature) {
    const Bytes first = sign1(Domain::status, network(), "n1", kPayload, key());
    const Bytes second = sign1(Domain::status, network(), "n1", kPayload, key());
    const auto a = parse_sign1(first);
    const auto b = parse_sign1(second);
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->kid, "n1");
    EXPECT_TRUE(verify_sign1(Domain::status, network(), *a, verify_key()));
    EXPECT_TRUE(verify_sign1(Domain::status, network(), *b, verify_key()));
    EXPECT_EQ(id_of(Domain::status, network(), *a), id_of(Domain::status, network(), *b));
    EXPECT_NE(first, second);
    EXPECT_EQ(assemble_sign1("n1", a->payload, a->signature), first);
}

TEST(CoseSign1, no_domain_verifies_for_another) {
    for (std::size_t signed_as = 0; signed_as < kDomains; ++signed_as) {
        const auto domain = static_cast<Domain>(signed_as);
        const Bytes bytes = sign1(domain, network(), "n1", kPayload, key());
        const auto message = parse_sign1(bytes);
        ASSERT_TRUE(message);
        for (std::size_t taken_as = 0; taken_as < kDomains; ++taken_as) {
            const auto other = static_cast<Domain>(taken_as);
            const auto verdict = verify_sign1(other, network(), *message, verify_key());
            EXPECT_EQ(verdict.has_value(), signed_as == taken_as)
                << tag_of(domain) << " as " << tag_of(other);
        }
    }
}

TEST(CoseSign1, no_tag_begins_another_with_its_separator) {
    std::set<Bytes> seen;
    for (std::size_t i = 0; i < kDomains; ++i) {
        const std::string_view tag = tag_of(static_cast<Domain>(i));
        EXPECT_TRUE(tag.starts_with("ff1/"));
        EXPECT_EQ(tag.find('\0'), std::string_view::npos);
        EXPECT_TRUE(seen.insert(external_aad(static_cast<Domain>(i), network())).second) << tag;
    }
}

TEST(CoseSign1, refuses_another_network_kid_payload_or_key) {
    const Bytes bytes = sign1(Domain::status, network(), "n1", kPayload, key());
    const auto message = parse_sign1(bytes);
    ASSERT_TRUE(message);
    const auto refusal = [](const auto& verdict) { return verdict.error(); };
    EXPECT_EQ(refusal(verify_sign1(Domain::status, network(2), *message, verify_key())),
              Reject::wrong_signature);
    const Bytes renamed = assemble_sign1("n2", message->payload, message->signature);
    EXPECT_EQ(refusal(verify_sign1(Domain::status, network(), *parse_sign1(renamed), verify_key())),
              Reject::wrong_signature);
    const Bytes changed = assemble_sign1("n1", hex("02"), message->signature);
    EXPECT_EQ(refusal(verify_sign1(Domain::status, network(), *parse_sign1(changed), verify_key())),
              Reject::wrong_signature);
    const auto stranger = VerifyKey::from_point(SigningKey::generate().public_key());
    EXPECT_EQ(refusal(verify_sign1(Domain::status, network(), *message, *stranger)),
              Reject::wrong_signature);
}

TEST(CoseSign1, refuses_a_high_s_signature_by_name) {
    const Bytes bytes = sign1(Domain::reading, network(), "n1", kPayload, key());
    const auto message = parse_sign1(bytes);
    ASSERT_TRUE(message);
    const Bytes flipped = assemble_sign1("n1", message->payload, flip_s(message->signature));
    const auto verdict =
        verify_sign1(Domain::reading, network(), *parse_sign1(flipped), verify_key());
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error(), Reject::high_s);
}

TEST(CoseSign1, refuses_everything_outside_the_profile) {
    const Bytes good = protected_header("n1");
    const Bytes none = hex("a0");
    const auto refusal = [](const Bytes& bytes) {
        const auto parsed = parse_sign1(bytes);
        return parsed ? Reject::already_committed : parsed.error();
    };
    ASSERT_TRUE(parse_sign1(envelope(good, none, kPayload)));
    EXPECT_EQ(refusal(envelope(hex("a201382204426e31"), none, kPayload)),
              Reject::unsupported_algorithm);
    EXPECT_EQ(refusal(envelope(hex("a1012604426e31"), none, kPayload)), Reject::malformed);
    EXPECT_EQ(refusal(envelope(hex("a10126"), none, kPayload)), Reject::malformed);
    EXPECT_EQ(refusal(envelope(hex("a30126030004426e31"), none, kPayload)), Reject::malformed);
    EXPECT_EQ(refusal(envelope(hex("a204426e310126"), none, kPayload)), Reject::malformed);
    EXPECT_EQ(refusal(envelope({}, none, kPayload)), Reject::malformed);
    EXPECT_EQ(refusal(envelope(hex("a2012604414e"), none, kPayload)), Reject::malformed);
    EXPECT_EQ(refusal(envelope(hex("a201260440"), none, kPayload)), Reject::malformed);
    EXPECT_EQ(refusal(envelope(hex("a201380604426e31"), none, kPayload)), Reject::not_canonical);
    EXPECT_EQ(refusal(envelope(good, hex("a104426e31"), kPayload)), Reject::malformed);
    EXPECT_EQ(refusal(envelope(good, none, kPayload, 63)), Reject::malformed);
    EXPECT_EQ(refusal(envelope(good, none, kPayload, 71)), Reject::malformed);
    Bytes tagged = {0xd2};
    append(tagged, envelope(good, none, kPayload));
    EXPECT_EQ(refusal(tagged), Reject::malformed);
    EXPECT_EQ(refusal({}), Reject::truncated);
}

TEST(CoseEncrypt0, has_the_bytes_of_the_profile) {
    const SymmetricKey message_key{};
    const Bytes sealed = encrypt0(message_key, hex("0a"), hex("0102"));
    EXPECT_TRUE(to_hex(sealed).starts_with("8343a10101a1054c00000000000000000000000052"));
    EXPECT_EQ(to_hex(enc_structure(hex("a10101"), hex("0a"))), "8368456e63727970743043a10101410a");
    const auto opened = decrypt0(message_key, hex("0a"), sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, hex("0102"));
}

TEST(CoseEncrypt0, opens_only_with_its_key_and_its_header) {
    SymmetricKey other{};
    other.bytes[0] = 1;
    const Bytes sealed = encrypt0({}, hex("0a"), hex("0102"));
    EXPECT_EQ(decrypt0(other, hex("0a"), sealed).error(), Reject::cannot_open);
    EXPECT_EQ(decrypt0({}, hex("0b"), sealed).error(), Reject::cannot_open);
    Bytes damaged = sealed;
    damaged.back() ^= 1;
    EXPECT_EQ(decrypt0({}, hex("0a"), damaged).error(), Reject::cannot_open);
}

TEST(CoseEncrypt0, refuses_another_algorithm_or_iv) {
    const auto sealed = [](std::string_view header, std::string_view iv) {
        cbor::Writer writer;
        writer.array(3);
        writer.bytes(hex(header));
        writer.map(1);
        writer.key(5);
        writer.bytes(hex(iv));
        writer.bytes(Bytes(16));
        return writer.take();
    };
    const std::string zeros(24, '0');
    EXPECT_TRUE(parse_encrypt0(sealed("a10101", zeros)));
    EXPECT_EQ(parse_encrypt0(sealed("a10103", zeros)).error(), Reject::unsupported_algorithm);
    EXPECT_EQ(parse_encrypt0(sealed("a1011818", zeros)).error(), Reject::unsupported_algorithm);
    EXPECT_EQ(parse_encrypt0(sealed("a10101", std::string(23, '0') + "1")).error(),
              Reject::malformed);
    EXPECT_EQ(parse_encrypt0(sealed("a10101", std::string(22, '0'))).error(), Reject::malformed);
    EXPECT_EQ(parse_encrypt0(sealed("a201010300", zeros)).error(), Reject::malformed);
    EXPECT_EQ(parse_encrypt0(sealed("a0", zeros)).error(), Reject::malformed);
}

}  // namespace
}  // namespace fairfeed::cose
