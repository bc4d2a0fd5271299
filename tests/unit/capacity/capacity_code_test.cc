// The encrypted code: who can read it, what the commitment hides, and when it serves.
#include "gateway/capacity/capacity_code.h"

#include <gtest/gtest.h>

#include "gateway/capacity/qr_picture.h"
#include "gateway/capacity/typed_text.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kFrom = 1'800'000'000;

InstallationCertificate certificate() {
    return {.application = ApplicationId("a-7"),
            .meter = MeterId("m-101"),
            .capacity_w = 5200,
            .technology = Technology::solar,
            .inspector = NodeId("inspector-1"),
            .valid_from_s = kFrom,
            .valid_until_s = kFrom + 1000};
}

SymmetricKey key(std::uint8_t byte) {
    SymmetricKey out;
    out.bytes.fill(byte);
    return out;
}

const SymmetricKey kKey = key(4);

RandomSource counting() {
    return [next = std::uint8_t{0}](std::span<std::uint8_t> out) mutable {
        for (std::uint8_t& byte : out)
            byte = ++next;
    };
}

class CapacityCode : public ::testing::Test {
  protected:
    const OfficeSeal seal_{kKey, Digest{}};
    const Bytes envelope_ = seal_code(certificate(), seal_, counting());
};

TEST_F(CapacityCode, opens_to_what_was_certified) {
    const auto open = open_code(envelope_, seal_);
    ASSERT_TRUE(open);
    EXPECT_EQ(open->certificate, certificate());
    const auto typed = from_typed_text(to_typed_text(envelope_));
    ASSERT_TRUE(typed) << "it fits the typed text";
    EXPECT_EQ(*typed, envelope_);
}

TEST_F(CapacityCode, fits_the_typed_text_with_the_longest_names) {
    InstallationCertificate longest = certificate();
    longest.application = ApplicationId(std::string(32, 'a'));
    longest.meter = MeterId(std::string(32, 'm'));
    longest.inspector = NodeId(std::string(32, 'i'));
    longest.capacity_w = 100'000'000;
    EXPECT_LE(seal_code(longest, seal_, counting()).size(), kMaxTypedBytes);
}

TEST_F(CapacityCode, opens_with_no_other_key_network_or_byte) {
    const SymmetricKey other_key = key(5);
    EXPECT_EQ(open_code(envelope_, {other_key, Digest{}}).error(), Reject::cannot_open);
    Digest other_network;
    other_network.bytes[31] = 1;
    EXPECT_EQ(open_code(envelope_, {kKey, other_network}).error(), Reject::cannot_open);
    for (std::size_t i = 0; i < envelope_.size(); ++i) {
        Bytes altered = envelope_;
        altered[i] ^= 1U;
        EXPECT_EQ(open_code(altered, seal_).error(),
                  i == 0 ? Reject::unsupported_version : Reject::cannot_open);
    }
    EXPECT_EQ(open_code(ByteView(envelope_).first(20), seal_).error(), Reject::malformed);
}

TEST_F(CapacityCode, shows_nothing_of_the_certificate) {
    const std::string text(as_text(envelope_));
    for (const char* secret : {"a-7", "m-101", "inspector-1"})
        EXPECT_EQ(text.find(secret), std::string::npos);
}

TEST_F(CapacityCode, commits_to_every_field_and_to_the_salt) {
    const SaltedCertificate salted = *open_code(envelope_, seal_);
    std::vector<SaltedCertificate> others(8, salted);
    others[0].certificate.application = ApplicationId("a-8");
    others[1].certificate.meter = MeterId("m-102");
    ++others[2].certificate.capacity_w;
    others[3].certificate.technology = Technology::wind;
    others[4].certificate.inspector = NodeId("inspector-2");
    ++others[5].certificate.valid_from_s;
    ++others[6].certificate.valid_until_s;
    others[7].salt.bytes[0] ^= 1U;
    for (const SaltedCertificate& other : others)
        EXPECT_NE(commitment_of(other), commitment_of(salted));
    EXPECT_NE(salted.salt.view().front(), envelope_[1]) << "the code does not carry the salt";
}

TEST_F(CapacityCode, of_the_same_certificate_has_another_commitment_each_time) {
    const Bytes again = seal_code(certificate(), seal_, system_random());
    EXPECT_NE(commitment_of(*open_code(again, seal_)), commitment_of(*open_code(envelope_, seal_)));
}

TEST_F(CapacityCode, becomes_a_capacity_with_its_commitment_and_no_person) {
    const SaltedCertificate salted = *open_code(envelope_, seal_);
    const CapacityCertificate notice = notice_of(salted, 42);
    EXPECT_EQ(notice.meter, MeterId("m-101"));
    EXPECT_EQ(notice.capacity_w, 5200);
    EXPECT_EQ(notice.effective, 42U);
    EXPECT_EQ(notice.certificate, commitment_of(salted));
}

TEST_F(CapacityCode, serves_once_in_its_time_if_it_was_given_out_and_not_taken_back) {
    const SaltedCertificate salted = *open_code(envelope_, seal_);
    CodeRecord record{commitment_of(salted), kFrom, {}, {}};
    const auto refused = [&](const CodeRecord* known, std::int64_t now_s) {
        return refusal_of(salted, known, std::nullopt, now_s);
    };
    EXPECT_EQ(refused(&record, kFrom), std::nullopt);
    EXPECT_EQ(refused(&record, kFrom + 999), std::nullopt);
    EXPECT_EQ(refused(&record, kFrom + 1000), CodeRefusal::expired);
    EXPECT_EQ(refused(&record, kFrom - 1), CodeRefusal::not_yet_valid);
    EXPECT_EQ(refused(nullptr, kFrom), CodeRefusal::not_issued);
    CodeRecord of_another = record;
    of_another.commitment.bytes[0] ^= 1U;
    EXPECT_EQ(refused(&of_another, kFrom), CodeRefusal::not_issued);
    record.used_s = kFrom + 1;
    EXPECT_EQ(refused(&record, kFrom + 2), CodeRefusal::used);
    record.revoked_s = kFrom + 1;
    EXPECT_EQ(refused(&record, kFrom + 2), CodeRefusal::revoked);
}

TEST_F(CapacityCode, from_before_a_deauthorisation_does_not_undo_it) {
    const SaltedCertificate salted = *open_code(envelope_, seal_);
    const CodeRecord record{commitment_of(salted), kFrom, {}, {}};
    for (const std::int64_t deauthorised_s : {kFrom, kFrom + 5})
        EXPECT_EQ(refusal_of(salted, &record, deauthorised_s, kFrom + 9),
                  CodeRefusal::meter_deauthorised);
    EXPECT_EQ(refusal_of(salted, &record, kFrom - 1, kFrom + 9), std::nullopt)
        << "issued on the ground of a later visit";
}

TEST(AnInstallation, is_read_only_within_its_limits) {
    EXPECT_EQ(*decode_installation(encode_installation(certificate())), certificate());
    InstallationCertificate bad = certificate();
    bad.valid_until_s = bad.valid_from_s;
    EXPECT_EQ(decode_installation(encode_installation(bad)).error(), Reject::out_of_range);
    bad = certificate();
    bad.capacity_w = -1;
    EXPECT_EQ(decode_installation(encode_installation(bad)).error(), Reject::out_of_range);
}

TEST(AQrPicture, is_one_square_of_dark_runs_with_a_quiet_zone) {
    const std::string svg = qr_svg("FAIRFEED");
    EXPECT_EQ(svg.rfind("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\"", 0), 0U)
        << "version 1 has 21 modules, and 4 of quiet zone on each side";
    EXPECT_NE(svg.find("M4 4h7v1h-7z"), std::string::npos) << "the finder pattern's upper edge";
    EXPECT_EQ(svg.find("M0 "), std::string::npos);
}

}  // namespace
}  // namespace fairfeed
