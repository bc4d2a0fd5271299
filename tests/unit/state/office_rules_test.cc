// Who decides for DGMD: officers by their threshold, and no server. Threats 54 and 55.
#include "core/state/office_rules.h"

#include <gtest/gtest.h>

#include "core/state/app_hash.h"
#include "core/state/execution.h"
#include "core/state/signature_cache.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

const ClusterId kOne = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);
const NodeId kFirst = TestNetwork::officer(1);
const NodeId kSecond = TestNetwork::officer(2);
const NodeId kThird = TestNetwork::officer(3);

// Window 0 is settled and window 1 runs.
class OfficeTest : public testing::Test {
  protected:
    OfficeTest() : chain_(network_) { chain_.run_window({kOne}, 0); }

    [[nodiscard]] const ChainState& state() const { return chain_.state(); }
    [[nodiscard]] std::string judge(const std::vector<Transaction>& transactions,
                                    std::int64_t time_ms = 0) const {
        ChainState copy = state();
        PlainSignatureChecker signatures;
        if (time_ms == 0) time_ms = copy.tip_time_ms + 1;
        const auto result = execute_transactions(copy, transactions, 2, time_ms, signatures);
        return result ? "accepted" : std::string(to_string(result.error().reason));
    }
    std::string say(const TransactionContent& content) {
        const Transaction notice = network_.from_dgmd(state(), content);
        const std::string said = judge({notice});
        if (said != "accepted") return said;
        EXPECT_TRUE(chain_.append(chain_.next_block({notice}, state().tip_time_ms + 1)));
        return said;
    }
    [[nodiscard]] Transaction draft(Window valid_until = test::kLongValid) const {
        return network_.draft(state(), CapacityCertificate{0, kMeter, 6000, 5}, valid_until);
    }

    TestNetwork network_;
    TestChain chain_;
};

TEST_F(OfficeTest, a_stolen_gateway_changes_nothing) {
    // It has DGMD's key, and every draft; it can put its own signature in every place.
    EXPECT_EQ(judge({draft()}), "no_quorum");
    EXPECT_EQ(judge({network_.approved(draft(), {NodeId("dgmd"), kFirst})}), "not_a_member");
    Transaction forged = draft();
    for (const NodeId& officer : {kFirst, kSecond}) {
        Witness approval = network_.approved(draft(), {NodeId("dgmd")}).endorsements.front();
        approval.node = officer;
        forged.endorsements.push_back(approval);
    }
    EXPECT_EQ(judge({forged}), "wrong_signature");
    // It has an approval of one notice, and uses it for another.
    Transaction other = network_.draft(state(), CapacityCertificate{0, kMeter, 60'000, 5});
    other.endorsements = network_.approved(draft(), {kFirst, kSecond}).endorsements;
    EXPECT_EQ(judge({other}), "wrong_signature");
}

TEST_F(OfficeTest, a_stolen_officer_key_alone_changes_nothing) {
    EXPECT_EQ(judge({network_.approved(draft(), {kFirst})}), "no_quorum");
    EXPECT_EQ(judge({network_.approved(draft(), {kFirst, kFirst})}), "not_canonical");
    Transaction renamed = network_.approved(draft(), {kFirst, kFirst});
    renamed.endorsements[1].node = kSecond;
    EXPECT_EQ(judge({renamed}), "wrong_signature");
    const OfficeChange takeover{0, TestNetwork::office(1, {"officer-1"})};
    EXPECT_EQ(judge({network_.approved(network_.draft(state(), takeover), {kFirst})}), "no_quorum");
}

TEST_F(OfficeTest, any_two_of_three_decide_and_not_one_more_signs) {
    for (const auto& two : {std::vector{kFirst, kSecond}, {kFirst, kThird}, {kSecond, kThird}})
        EXPECT_EQ(judge({network_.approved(draft(), two)}), "accepted");
    EXPECT_EQ(judge({network_.approved(draft(), {kFirst, kSecond, kThird})}), "no_quorum")
        << "bytes that no id covers";
    EXPECT_EQ(judge({network_.approved(draft(), {kSecond, kFirst})}), "not_canonical");
    EXPECT_EQ(judge({network_.approved(draft(), {kFirst, NodeId("inspector-1")})}), "not_a_member");
}

TEST_F(OfficeTest, a_draft_signed_long_ago_surprises_nobody) {
    const auto until = [this](Window window) {
        return network_.approved(draft(window), {kFirst, kSecond});
    };
    const auto at = [this](Window window, std::int64_t ms) {
        return state().grid().end_real_ms(window) + ms;
    };
    EXPECT_EQ(judge({until(2)}, at(2, -1)), "accepted");
    EXPECT_EQ(judge({until(2)}, at(2, 0)), "expired");
    const Transaction revoke = network_.approved(
        network_.draft(state(), NodeRevocation{0, NodeId("node-4")}, 0), {kFirst, kSecond});
    EXPECT_EQ(judge({revoke}), "expired") << "nothing else would ever stop it";
}

TEST_F(OfficeTest, other_officers_decide_from_the_next_transaction_on) {
    const Office next = TestNetwork::office(2, {"officer-2", "officer-8", "officer-9"});
    const Transaction change = network_.from_dgmd(state(), OfficeChange{0, next});
    Transaction capacity =
        network_.draft(state(), CapacityCertificate{0, kMeter, 6000, 5}, test::kLongValid, 1);
    EXPECT_EQ(judge({change, network_.approved(capacity, {kFirst, kSecond})}), "not_a_member");
    const NodeId eighth = TestNetwork::officer(8);
    EXPECT_EQ(judge({change, network_.approved(capacity, {kSecond, eighth})}), "accepted");
    EXPECT_EQ(say(OfficeChange{0, next}), "accepted");
    EXPECT_EQ(state().office.office, next);
    EXPECT_EQ(say(CapacityCertificate{0, kMeter, 6000, 5}), "accepted");
    chain_.run_window({kOne}, 1);
}

TEST_F(OfficeTest, never_leaves_an_office_that_cannot_decide) {
    const auto one_key_for_two = [] {
        Office office = TestNetwork::office(2, {"officer-1", "officer-2"});
        office.officers[1].key = office.officers[0].key;
        return office;
    };
    const auto with_dgmds_key = [] {
        Office office = TestNetwork::office(1, {"officer-1"});
        office.officers[0].key = test::signing_key("dgmd").public_key();
        return office;
    };
    const auto with_no_point = [] {
        Office office = TestNetwork::office(1, {"officer-1"});
        office.officers[0].key.bytes[40] ^= 1U;
        return office;
    };
    const struct {
        const char* name;
        Office office;
        const char* expected;
    } table[] = {
        {"fewer officers than the threshold", TestNetwork::office(2, {"officer-1"}),
         "out_of_range"},
        {"nobody", TestNetwork::office(0, {}), "out_of_range"},
        {"one key twice", one_key_for_two(), "out_of_range"},
        {"the gateway's key", with_dgmds_key(), "already_registered"},
        {"no key", with_no_point(), "malformed"},
        {"a node's name", TestNetwork::office(1, {"node-1"}), "already_registered"},
        {"a meter as inspector", TestNetwork::office(1, {"officer-1"}, {kMeter.str()}),
         "already_registered"},
        {"a single officer", TestNetwork::office(1, {"officer-1"}, {}), "accepted"},
    };
    for (const auto& row : table)
        EXPECT_EQ(judge({network_.from_dgmd(state(), OfficeChange{0, row.office})}), row.expected)
            << row.name;
}

TEST_F(OfficeTest, a_deauthorised_meter_comes_back_by_a_new_inspection_alone) {
    const Digest visit = network_.network();
    Digest later = visit;
    later.bytes[0] ^= 1U;
    ASSERT_EQ(say(CapacityCertificate{0, kMeter, 6000, 2, visit}), "accepted");
    ASSERT_EQ(say(CapacityCertificate{0, kMeter, 7000, 50}), "accepted");
    EXPECT_EQ(say(CapacityCertificate{0, kMeter, 7000, 50, visit}), "already_committed")
        << "each certificate is used once";
    ASSERT_EQ(say(Deauthorisation{0, kMeter, DeauthorisationReason::over_capacity, 9}), "accepted");
    EXPECT_EQ(state().capacity_w(kMeter, 8), 6000);
    EXPECT_EQ(state().capacity_w(kMeter, 9), 0);
    EXPECT_EQ(state().capacity_w(kMeter, 50), 0) << "what was planned is void, too";
    EXPECT_EQ(say(Deauthorisation{0, kMeter, {}, 9}), "deauthorised");
    EXPECT_EQ(say(Deauthorisation{0, kMeter, DeauthorisationReason::grid_safety, 5}), "accepted")
        << "sooner";
    EXPECT_EQ(state().meters.at(kMeter).deauthorised,
              (DeauthorisedMeter{5, DeauthorisationReason::grid_safety}));
    EXPECT_EQ(say(CapacityCertificate{0, kMeter, 5000, 12}), "deauthorised");
    EXPECT_EQ(say(CapacityCertificate{0, kMeter, 5000, 12, visit}), "already_committed");
    EXPECT_EQ(say(CapacityCertificate{0, kMeter, 5000, 12, later}), "accepted");
    EXPECT_EQ(state().capacity_w(kMeter, 11), 0);
    EXPECT_EQ(state().capacity_w(kMeter, 12), 5000);
    EXPECT_EQ(state().meters.at(kMeter).deauthorised, std::nullopt);
    EXPECT_EQ(say(CapacityCertificate{0, kMeter, 5500, 13}), "accepted");
}

TEST_F(OfficeTest, each_approval_is_verified_once) {
    CachingSignatureChecker cache;
    const Transaction notice = network_.approved(draft(), {kFirst, kSecond});
    for (int turn = 0; turn < 3; ++turn)
        EXPECT_TRUE(check_notice(state(), notice, 2, state().tip_time_ms + 1, cache));
    EXPECT_EQ(cache.size(), 3U) << "who drafted it, and two approvals";
    Transaction forged = notice;
    forged.endorsements[0].signature = forged.endorsements[1].signature;
    EXPECT_FALSE(check_notice(state(), forged, 2, state().tip_time_ms + 1, cache));
}

}  // namespace
}  // namespace fairfeed
