// An inspector's record: whose signature counts, and what a record may hold.
#include "gateway/capacity/inspection.h"

#include <gtest/gtest.h>

#include "core/wire/cose.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::signing_key;

const NodeId kInspector("inspector-1");

InspectionRecord record() {
    InspectionRecord out;
    out.application = ApplicationId("a-7");
    out.meter = MeterId("m-101");
    out.technology = Technology::wind;
    out.nameplate_w = 5200;
    out.serials = {"SN 4711", "SN 4712"};
    out.photos = {Digest{}};
    out.visited_s = 1'800'000'000;
    out.remark = "two strings on the south roof";
    return out;
}

Office office() {
    return {.threshold = 1,
            .officers = {{NodeId("officer-1"), signing_key("officer-1").public_key()}},
            .inspectors = {{kInspector, signing_key("inspector-1").public_key()}}};
}

class InspectionTest : public ::testing::Test {
  protected:
    [[nodiscard]] static Bytes by(const NodeId& name, std::string_view key) {
        return sign_inspection(record(), name, Digest{}, signing_key(key)).envelope;
    }
    [[nodiscard]] static Reject refusal(ByteView envelope, const Office& of = office()) {
        const auto open = open_inspection(envelope, Digest{}, of);
        EXPECT_FALSE(open);
        return open ? Reject::duplicate : open.error();
    }
};

TEST_F(InspectionTest, comes_back_as_the_inspector_signed_it) {
    const auto open = open_inspection(by(kInspector, "inspector-1"), Digest{}, office());
    ASSERT_TRUE(open);
    EXPECT_EQ(open->record, record());
    EXPECT_EQ(open->inspector, kInspector);
}

TEST_F(InspectionTest, counts_only_with_the_signature_of_an_inspector_of_the_office) {
    EXPECT_EQ(refusal(by(kInspector, "officer-1")), Reject::wrong_signature);
    EXPECT_EQ(refusal(by(NodeId("officer-1"), "officer-1")), Reject::not_a_member)
        << "an officer decides and does not inspect";
    Office later = office();
    later.inspectors.clear();
    EXPECT_EQ(refusal(by(kInspector, "inspector-1"), later), Reject::not_a_member);
}

TEST_F(InspectionTest, of_another_network_or_domain_is_refused) {
    Digest other;
    other.bytes[0] = 1;
    const Bytes theirs =
        sign_inspection(record(), kInspector, other, signing_key("inspector-1")).envelope;
    EXPECT_EQ(refusal(theirs), Reject::wrong_network);
    const Bytes ours = by(kInspector, "inspector-1");
    const auto message = cose::parse_sign1(ours);
    const Bytes as_approval = cose::sign1(cose::Domain::approval, Digest{}, kInspector.view(),
                                          message->payload, signing_key("inspector-1"));
    EXPECT_EQ(refusal(as_approval), Reject::wrong_signature);
}

TEST_F(InspectionTest, changed_in_any_byte_is_refused) {
    const Bytes whole = by(kInspector, "inspector-1");
    for (std::size_t i = 0; i < whole.size(); ++i) {
        Bytes altered = whole;
        altered[i] ^= 1U;
        EXPECT_FALSE(open_inspection(altered, Digest{}, office())) << i;
    }
}

TEST_F(InspectionTest, beyond_a_limit_is_refused_with_the_limit) {
    const std::vector<void (*)(InspectionRecord&)> damages{
        [](InspectionRecord& r) { r.nameplate_w = -1; },
        [](InspectionRecord& r) { r.nameplate_w = 100'000'001; },
        [](InspectionRecord& r) { r.serials.assign(kMaxSerials + 1, "SN"); },
        [](InspectionRecord& r) { r.serials = {""}; },
        [](InspectionRecord& r) { r.serials = {"SN\n1"}; },
        [](InspectionRecord& r) { r.photos.resize(kMaxPhotos + 1); },
        [](InspectionRecord& r) { r.visited_s = -1; },
        [](InspectionRecord& r) { r.remark.assign(kMaxRemarkBytes + 1, 'x'); },
    };
    for (const auto damage : damages) {
        InspectionRecord bad = record();
        damage(bad);
        EXPECT_NE(fault_of(bad), "");
    }
    InspectionRecord largest = record();
    largest.serials.assign(kMaxSerials, std::string(kMaxSerialBytes, 's'));
    largest.photos.resize(kMaxPhotos);
    largest.remark.assign(kMaxRemarkBytes, 'x');
    EXPECT_LE(
        sign_inspection(largest, kInspector, Digest{}, signing_key("inspector-1")).envelope.size(),
        kMaxInspectionBytes);
}

}  // namespace
}  // namespace fairfeed
