// The COSE working group's examples, run through our Sig_structure, Enc_structure, verifier and
// cipher. The examples keep kid in the unprotected header and use fresh IVs, so our profile, which
// sits above these, represents none of them: each row says why.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/crypto/sealing.h"
#include "core/io/json.h"
#include "core/wire/cbor.h"
#include "core/wire/cose.h"

namespace fairfeed {
namespace {

const std::filesystem::path kFolder = FAIRFEED_SHARED_DIR "/data/crypto/cose";

enum class Verdict { accepted, rejected, other_algorithm, not_a_message };

struct Row {
    const char* file;
    Verdict verdict;
    Reject profile;  // of the strict parser, tag stripped
    const char* why_not_ours;
};

Json read_example(const char* file) {
    std::ifstream in(kFolder / file);
    std::stringstream text;
    text << in.rdbuf();
    const auto json = Json::parse(text.str());
    EXPECT_TRUE(json.has_value()) << file;
    return json ? *json : Json();
}

std::string text_at(const Json& json) {
    return json.as_text() ? *json.as_text() : std::string();
}

Bytes from_base64url(std::string_view text) {
    const std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    Bytes out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        bits = bits << 6U | static_cast<std::uint32_t>(alphabet.find(c));
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<std::uint8_t>(bits >> static_cast<unsigned>(count)));
    }
    return out;
}

// Without the tag of its kind; another tag stays, and no untagged parser reads it.
Bytes strip_tag(Bytes bytes, std::uint8_t tag) {
    if (!bytes.empty() && bytes.front() == tag) bytes.erase(bytes.begin());
    return bytes;
}

// The algorithm of a protected header, or of the unprotected one if that is empty.
std::optional<std::int64_t> algorithm_of(ByteView protected_header, ByteView unprotected) {
    cbor::Reader reader(protected_header.empty() ? unprotected : protected_header);
    if (reader.map() == 0) return std::nullopt;
    reader.key(1);
    const std::int64_t algorithm = reader.integer();
    return reader.ok() ? std::optional(algorithm) : std::nullopt;
}

// An empty map must be signed and sealed as a string of no bytes (RFC 9052 3).
ByteView canonical_header(ByteView header) {
    return header.size() == 1 && header[0] == 0xa0 ? ByteView{} : header;
}

Verdict verify_example(const Json& json, bool* low_s) {
    const Json& input = json.at("input").at("sign0");
    const Bytes bytes = strip_tag(*from_hex(text_at(json.at("output").at("cbor"))), 0xd2);
    cbor::Reader reader(bytes);
    reader.array_of(4);
    const ByteView header = canonical_header(reader.bytes());
    const ByteView unprotected = reader.item();
    const ByteView payload = reader.bytes();
    const ByteView raw_signature = reader.bytes();
    if (!reader.finish()) return Verdict::not_a_message;
    if (algorithm_of(header, unprotected) != -7) return Verdict::other_algorithm;
    const auto signature = Signature::from(raw_signature);
    Bytes point = {0x04};
    append(point, from_base64url(text_at(input.at("key").at("x"))));
    append(point, from_base64url(text_at(input.at("key").at("y"))));
    const auto key = VerifyKey::from_point(*PublicKey::from(point));
    if (!signature || !key) return Verdict::not_a_message;
    const Bytes external = *from_hex(text_at(input.at("external")));
    const Bytes signed_bytes = cose::sig_structure(header, external, payload);
    *low_s = has_low_s(*signature);
    const bool valid = key->verify(signed_bytes, *signature);
    const SignatureFault strict = key->verify_strict(signed_bytes, *signature);
    const SignatureFault expected = *low_s ? SignatureFault::none : SignatureFault::high_s;
    EXPECT_EQ(strict, valid ? expected : SignatureFault::wrong);
    return valid ? Verdict::accepted : Verdict::rejected;
}

class Sign1Examples : public testing::TestWithParam<Row> {};

TEST_P(Sign1Examples, verify_as_the_working_group_says) {
    if (!std::filesystem::exists(kFolder)) GTEST_SKIP() << "no " << kFolder;
    const Row& row = GetParam();
    const Json json = read_example(row.file);
    bool low_s = false;
    EXPECT_EQ(verify_example(json, &low_s), row.verdict);
    const Bytes bytes = strip_tag(*from_hex(text_at(json.at("output").at("cbor"))), 0xd2);
    const auto ours = cose::parse_sign1(bytes);
    ASSERT_FALSE(ours.has_value()) << row.why_not_ours;
    EXPECT_EQ(ours.error(), row.profile) << row.why_not_ours;
}

constexpr const char* kKid = "kid is not in the protected header";
INSTANTIATE_TEST_SUITE_P(
    Cose, Sign1Examples,
    testing::Values(
        Row{"sign1-tests/sign-pass-01.json", Verdict::accepted, Reject::malformed,
            "the algorithm is not in the protected header"},
        Row{"sign1-tests/sign-pass-02.json", Verdict::accepted, Reject::malformed, kKid},
        Row{"sign1-tests/sign-pass-03.json", Verdict::accepted, Reject::malformed, kKid},
        Row{"sign1-tests/sign-fail-01.json", Verdict::not_a_message, Reject::malformed, "tag 998"},
        Row{"sign1-tests/sign-fail-02.json", Verdict::rejected, Reject::malformed, kKid},
        Row{"sign1-tests/sign-fail-03.json", Verdict::other_algorithm, Reject::malformed,
            "algorithm -999"},
        Row{"sign1-tests/sign-fail-04.json", Verdict::other_algorithm, Reject::malformed,
            "the algorithm is a text"},
        Row{"sign1-tests/sign-fail-06.json", Verdict::rejected, Reject::malformed,
            "a content type in the protected header"},
        Row{"sign1-tests/sign-fail-07.json", Verdict::rejected, Reject::malformed, kKid},
        Row{"ecdsa-examples/ecdsa-sig-01.json", Verdict::accepted, Reject::malformed,
            "a content type in the protected header"},
        Row{"ecdsa-examples/ecdsa-sig-02.json", Verdict::other_algorithm, Reject::malformed,
            "ES384, signatures of 96 bytes"},
        Row{"ecdsa-examples/ecdsa-sig-03.json", Verdict::other_algorithm, Reject::malformed,
            "ES512, signatures of 132 bytes"},
        Row{"ecdsa-examples/ecdsa-sig-04.json", Verdict::other_algorithm, Reject::malformed,
            "ES512 with a P-256 key"}));

Verdict decrypt_example(const Json& json) {
    const Bytes bytes = strip_tag(*from_hex(text_at(json.at("output").at("cbor"))), 0xd0);
    cbor::Reader reader(bytes);
    reader.array_of(3);
    const ByteView header = canonical_header(reader.bytes());
    const ByteView unprotected = reader.item();
    const ByteView ciphertext = reader.bytes();
    if (!reader.finish()) return Verdict::not_a_message;
    if (algorithm_of(header, unprotected) != 1) return Verdict::other_algorithm;
    const auto key = fixed_from_hex<SymmetricKey>(text_at(json.at("intermediates").at("CEK_hex")));
    const auto iv = from_hex(text_at(json.at("input").at("rng_stream").at(0)));
    if (!key || !iv) return Verdict::not_a_message;
    const Bytes external = *from_hex(text_at(json.at("input").at("encrypted").at("external")));
    const Bytes aad = cose::enc_structure(header, external);
    const auto plaintext = aes_gcm_decrypt(*key, *iv, aad, ciphertext);
    if (!plaintext) return Verdict::rejected;
    EXPECT_EQ(as_text(*plaintext), text_at(json.at("input").at("plaintext")));
    return Verdict::accepted;
}

class Encrypt0Examples : public testing::TestWithParam<Row> {};

TEST_P(Encrypt0Examples, open_as_the_working_group_says) {
    if (!std::filesystem::exists(kFolder)) GTEST_SKIP() << "no " << kFolder;
    const Row& row = GetParam();
    const Json json = read_example(row.file);
    EXPECT_EQ(decrypt_example(json), row.verdict);
    const Bytes bytes = strip_tag(*from_hex(text_at(json.at("output").at("cbor"))), 0xd0);
    const auto ours = cose::parse_encrypt0(bytes);
    ASSERT_FALSE(ours.has_value()) << row.why_not_ours;
    EXPECT_EQ(ours.error(), row.profile) << row.why_not_ours;
}

constexpr const char* kIv = "the IV is not zero: our keys are used once";
INSTANTIATE_TEST_SUITE_P(
    Cose, Encrypt0Examples,
    testing::Values(
        Row{"aes-gcm-examples/aes-gcm-enc-01.json", Verdict::accepted, Reject::malformed, kIv},
        Row{"aes-gcm-examples/aes-gcm-enc-02.json", Verdict::other_algorithm,
            Reject::unsupported_algorithm, "AES-192-GCM"},
        Row{"aes-gcm-examples/aes-gcm-enc-03.json", Verdict::other_algorithm,
            Reject::unsupported_algorithm, "AES-256-GCM"},
        Row{"aes-gcm-examples/aes-gcm-enc-04.json", Verdict::rejected, Reject::malformed, kIv},
        Row{"encrypted-tests/aes-gcm-01.json", Verdict::accepted, Reject::malformed, kIv},
        Row{"encrypted-tests/enc-pass-01.json", Verdict::accepted, Reject::malformed,
            "the algorithm is not in the protected header"},
        Row{"encrypted-tests/enc-pass-02.json", Verdict::accepted, Reject::malformed, kIv},
        Row{"encrypted-tests/enc-pass-03.json", Verdict::accepted, Reject::malformed,
            "the algorithm is not in the protected header"},
        Row{"encrypted-tests/enc-fail-01.json", Verdict::not_a_message, Reject::malformed,
            "tag 995"},
        Row{"encrypted-tests/enc-fail-02.json", Verdict::rejected, Reject::malformed, kIv},
        Row{"encrypted-tests/enc-fail-03.json", Verdict::other_algorithm,
            Reject::unsupported_algorithm, "algorithm -999"},
        Row{"encrypted-tests/enc-fail-04.json", Verdict::other_algorithm, Reject::malformed,
            "the algorithm is a text"},
        Row{"encrypted-tests/enc-fail-06.json", Verdict::rejected, Reject::malformed,
            "a content type in the protected header"},
        Row{"encrypted-tests/enc-fail-07.json", Verdict::rejected, Reject::malformed, kIv}));

}  // namespace
}  // namespace fairfeed
