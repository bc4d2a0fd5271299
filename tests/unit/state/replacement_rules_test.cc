// The work permit (paper A93): what the chain takes for a permit, and what becomes of both meters.
#include "core/state/replacement_rules.h"

#include <gtest/gtest.h>

#include "core/state/app_hash.h"
#include "core/state/execution.h"
#include "core/state/settlement_rules.h"
#include "core/state/state_decoder.h"
#include "core/wire/event_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

const ClusterId kOne = TestNetwork::cluster(1);
const ClusterId kTwo = TestNetwork::cluster(2);
const MeterId kOld = TestNetwork::meter(1, 1);
const MeterId kFresh("meter-new");
const Registers kClosing{9000, 8000, 7000};

// The permit for a meter at the old one's place, from window 3 on.
MeterRegistration permitted() {
    MeterRegistration meter{0,
                            kFresh,
                            kOne,
                            "sp-" + kOld.str(),
                            test::signing_key("meter-new").public_key(),
                            3,
                            ConnectionRating{},
                            test::kInstalled};
    meter.permit = WorkPermit{kOld, kClosing, 2};
    return meter;
}

template <class Change>
MeterRegistration permitted_but(Change change) {
    MeterRegistration meter = permitted();
    change(meter);
    return meter;
}

test::TestNetworkOptions five_nodes() {
    test::TestNetworkOptions options;
    options.nodes = 5;
    return options;
}

// Window 0 is settled and window 1 runs: window 1 is the next to settle, and 2 the first for which
// anything may be effective.
class ReplacementRulesTest : public testing::Test {
  protected:
    ReplacementRulesTest() : network_(five_nodes()), chain_(network_) {
        chain_.run_window({kOne, kTwo}, 0);
    }

    [[nodiscard]] std::string judge(const Transaction& transaction) const {
        ChainState copy = chain_.state();
        PlainSignatureChecker signatures;
        const std::vector<Transaction> one{transaction};
        const auto result =
            execute_transactions(copy, one, copy.height + 1, copy.tip_time_ms + 1, signatures);
        return result ? "accepted" : std::string(to_string(result.error().reason));
    }
    [[nodiscard]] std::string judge(const TransactionContent& content) const {
        return judge(network_.from_dgmd(chain_.state(), content));
    }
    void commit(std::vector<Transaction> transactions) {
        const auto appended = chain_.append(
            chain_.next_block(std::move(transactions), chain_.state().tip_time_ms + 1));
        ASSERT_TRUE(appended) << to_string(appended.error().reason);
    }
    void commit(const TransactionContent& content) {
        commit(std::vector{network_.from_dgmd(chain_.state(), content)});
    }
    [[nodiscard]] Transaction event(const MeterId& meter, Window window) const {
        return make_event(
            {1, network_.network(), meter, kOne, window, 7, AlarmType::cover_open, 1'470'700'000},
            network_.key(meter));
    }
    void grant(Window effective, const ClusterId& cluster = kOne) {
        std::vector<NodeId> readers = network_.committee(cluster);
        readers.push_back(network_.dgmd());
        commit(network_.grant(kFresh, 1, readers, effective));
    }
    // node-5 joins the committee in node-4's place, from window 2 on: the next keys are its own.
    void grant_to_newcomers() {
        std::vector<NodeId> readers = with_newcomer;
        readers.push_back(network_.dgmd());
        for (const MeterId& meter : network_.meters(kOne))
            commit(network_.grant(meter, 2, readers, 2));
    }
    [[nodiscard]] const MeterRecord& record(const MeterId& meter) const {
        return chain_.state().meters.at(meter);
    }
    [[nodiscard]] bool has_entry(const MeterId& meter, Window window) const {
        return chain_.state().settles(meter, window);
    }

    const std::vector<NodeId> with_newcomer = test::nodes({2, 1, 3, 5});
    TestNetwork network_;
    TestChain chain_;
};

TEST_F(ReplacementRulesTest, takes_one_permit_and_refuses_every_contradictory_one_by_name) {
    const auto other_key = test::signing_key("meter-newer").public_key();
    const struct {
        const char* name;
        MeterRegistration meter;
        const char* expected;
    } table[] = {
        {"a permit", permitted(), "accepted"},
        {"a permit for another cluster", permitted_but([](auto& m) { m.cluster = kTwo; }),
         "accepted"},
        {"no permit", permitted_but([](auto& m) { m.permit.reset(); }), "already_registered"},
        {"a permit to replace nobody",
         permitted_but([](auto& m) { m.permit->replaces = MeterId("meter-9-9"); }),
         "unknown_meter"},
        {"a permit to replace itself", permitted_but([](auto& m) { m.permit->replaces = kFresh; }),
         "unknown_meter"},
        {"a permit for another's place",
         permitted_but([](auto& m) { m.permit->replaces = TestNetwork::meter(1, 2); }),
         "wrong_connection"},
        {"the old meter's key",
         permitted_but([](auto& m) { m.signing_key = test::signing_key(kOld.str()).public_key(); }),
         "already_registered"},
        {"the old meter's name", permitted_but([](auto& m) { m.meter = kOld; }),
         "already_registered"},
        {"registers below zero", permitted_but([](auto& m) { m.permit->closing.export_wh = -1; }),
         "out_of_range"},
        {"readings that begin too late", permitted_but([](auto& m) { m.permit->since = 4; }),
         "out_of_range"},
        {"a running window", permitted_but([](auto& m) {
             m.effective = 1;
             m.permit->since = 1;
         }),
         "closed_window"},
        {"an unknown cluster", permitted_but([](auto& m) { m.cluster = ClusterId("x"); }),
         "wrong_cluster"},
    };
    for (const auto& row : table)
        EXPECT_EQ(judge(row.meter), row.expected) << row.name;
    commit(permitted());
    EXPECT_EQ(judge(permitted_but([&](auto& m) {
                  m.meter = MeterId("meter-newer");
                  m.signing_key = other_key;
              })),
              "replaced")
        << "a second permit for the same meter";
}

TEST_F(ReplacementRulesTest, refuses_a_permit_that_is_played_again) {
    const Transaction notice = network_.from_dgmd(chain_.state(), permitted());
    commit(std::vector{notice});
    EXPECT_EQ(judge(notice), "wrong_sequence");
}

TEST_F(ReplacementRulesTest, lets_the_new_meter_follow_the_old_one_without_a_window_between) {
    commit(permitted());
    grant(3);
    EXPECT_TRUE(has_entry(kOld, 2));
    EXPECT_FALSE(has_entry(kFresh, 2));
    EXPECT_FALSE(has_entry(kOld, 3));
    EXPECT_TRUE(has_entry(kFresh, 3));
    EXPECT_EQ(*chain_.state().closing_of(kOld, 2), kClosing);
    EXPECT_EQ(chain_.state().closing_of(kOld, 1), nullptr);
    EXPECT_EQ(chain_.state().cluster(kOne)->out, 1U);
}

TEST_F(ReplacementRulesTest, passes_on_what_was_certified_for_the_installation) {
    const auto visit = sha256(as_bytes("visit"));
    commit(CapacityCertificate{0, kOld, 4000, 4, visit});
    commit(Deauthorisation{0, kOld, DeauthorisationReason::failed_inspection, 6});
    commit(permitted());
    EXPECT_EQ(record(kFresh).capacity_w, record(kOld).capacity_w);
    EXPECT_EQ(record(kFresh).certificate, visit);
    EXPECT_EQ(record(kFresh).deauthorised, record(kOld).deauthorised);
    EXPECT_EQ(chain_.state().capacity_w(kFresh, 5), 4000);
    EXPECT_EQ(judge(CapacityCertificate{0, kFresh, 5000, 7}), "deauthorised")
        << "another meter is no re-inspection";
    EXPECT_EQ(judge(CapacityCertificate{0, kFresh, 5000, 7, visit}), "already_committed");
}

TEST_F(ReplacementRulesTest, takes_no_notice_for_the_old_meter_any_more) {
    const MeterCommand disconnect{0, kOld, MeterOrder::disconnect, CommandReason::grid_safety, 2,
                                  3, 0};
    EXPECT_EQ(judge(disconnect), "accepted");
    commit(permitted());
    EXPECT_EQ(judge(disconnect), "replaced");
    EXPECT_EQ(judge(CapacityCertificate{0, kOld, 5000, 2}), "replaced");
    EXPECT_EQ(judge(Deauthorisation{0, kOld, DeauthorisationReason::grid_safety, 2}), "replaced");
    std::vector<NodeId> readers = network_.committee(kOne);
    EXPECT_EQ(judge(network_.grant(kOld, 2, readers, 3)), "replaced");
    EXPECT_EQ(judge(network_.grant(kOld, 2, readers, 2)), "accepted")
        << "its last window may need another committee";
    EXPECT_FALSE(record(kFresh).command) << "an order is for one device";
}

TEST_F(ReplacementRulesTest, takes_readings_of_the_old_meter_up_to_its_last_window_only) {
    commit(permitted());
    const auto header = [&](Window window) {
        return chain_.meter(kOld)
            .read(window, test::flat_profile(chain_.state(), {0, 0, 0}))
            .reading.header;
    };
    EXPECT_TRUE(check_reading_header(chain_.state(), 2, header(2)));
    const auto beyond = check_reading_header(chain_.state(), 3, header(3));
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error(), Reject::replaced);
    chain_.run_window({kOne}, 1);
    chain_.run_window({kOne}, 2);
    EXPECT_TRUE(chain_.state().is_replaced(kOld, 0)) << "the account is closed";
}

TEST_F(ReplacementRulesTest, takes_readings_of_the_new_meter_since_it_was_installed) {
    commit(permitted());
    grant(3);
    EXPECT_EQ(chain_.state().key_epoch(kFresh, 2), 1U) << "sealed with its first key";
    EXPECT_EQ(chain_.state().key_epoch(kFresh, 1), std::nullopt);
    const auto header = [&](Window window) {
        return chain_.meter(kFresh)
            .read(window, test::flat_profile(chain_.state(), {0, 0, 0}))
            .reading.header;
    };
    const auto before = check_reading_header(chain_.state(), 1, header(1));
    ASSERT_FALSE(before);
    EXPECT_EQ(before.error(), Reject::not_effective);
    EXPECT_TRUE(check_reading_header(chain_.state(), 2, header(2)));
}

TEST_F(ReplacementRulesTest, makes_a_settlement_that_was_drafted_before_the_permit_stale) {
    const OpenedReadings readings = chain_.read_all(kOne, 1);
    const Settlement early = chain_.settle(kOne, 1, readings);
    commit(permitted());
    EXPECT_FALSE(chain_.state().is_current(kOne, 1, early.state_height));
    EXPECT_TRUE(chain_.state().is_current(kOne, 1, chain_.state().height));
}

TEST_F(ReplacementRulesTest, hears_an_alarm_of_the_old_meter_until_it_is_out) {
    commit(permitted());
    EXPECT_EQ(judge(event(kOld, 1)), "accepted");
    chain_.run_window({kOne}, 1);
    chain_.run_window({kOne}, 2);
    EXPECT_EQ(judge(event(kOld, 2)), "replaced");
    EXPECT_FALSE(record(kOld).is_silent());
}

TEST_F(ReplacementRulesTest, leaves_the_place_to_the_new_meter_when_the_old_one_is_opened_at_last) {
    commit(permitted());
    commit({event(kOld, 1)});
    EXPECT_EQ(chain_.state().cluster(kOne)->out, 1U) << "counted once";
    EXPECT_EQ(judge(permitted_but([](auto& m) {
                  m.meter = MeterId("meter-newer");
                  m.signing_key = test::signing_key("meter-newer").public_key();
                  m.permit.reset();
              })),
              "already_registered");
}

TEST_F(ReplacementRulesTest, closes_a_tampered_meters_account_in_the_window_before_the_new_one) {
    commit({event(kOld, 1)});
    EXPECT_FALSE(has_entry(kOld, 1));
    commit(permitted());
    EXPECT_FALSE(has_entry(kOld, 1));
    EXPECT_TRUE(has_entry(kOld, 2)) << "one more line, which closes it";
    EXPECT_EQ(chain_.state().capacity_w(kOld, 2), 0);
    EXPECT_FALSE(has_entry(kOld, 3));
}

TEST_F(ReplacementRulesTest, refuses_to_close_what_a_newcomer_cannot_know) {
    commit({event(kOld, 1)});
    grant_to_newcomers();
    EXPECT_EQ(judge(permitted()), "not_granted")
        << "node-4 sits in the committee of window 2, without the key";
    commit(CommitteeAllocation{0, kOne, {}, with_newcomer, 2, 2});
    EXPECT_EQ(judge(permitted()), "not_granted") << "node-5 never saw the meter's last line";
}

TEST_F(ReplacementRulesTest, gives_up_the_closing_if_a_newcomer_comes_in_between) {
    commit({event(kOld, 1)});
    commit(permitted());
    ASSERT_TRUE(has_entry(kOld, 2));
    commit(CommitteeAllocation{0, kOne, {}, test::nodes({2, 1, 3}), 2, 2});
    EXPECT_TRUE(has_entry(kOld, 2)) << "they all knew its last line";
    grant_to_newcomers();
    commit(CommitteeAllocation{0, kOne, {}, with_newcomer, 3, 2});
    EXPECT_FALSE(has_entry(kOld, 2)) << "no window waits for what somebody cannot compute";
}

TEST_F(ReplacementRulesTest, moves_a_service_point_to_another_cluster) {
    commit(permitted_but([](auto& m) { m.cluster = kTwo; }));
    grant(3, kTwo);
    const auto has = [&](const ClusterId& cluster, const MeterId& meter, Window window) {
        const auto all = chain_.state().meters_of(cluster, window);
        return std::find(all.begin(), all.end(), meter) != all.end();
    };
    EXPECT_TRUE(has(kOne, kOld, 2));
    EXPECT_FALSE(has(kOne, kOld, 3));
    EXPECT_FALSE(has(kTwo, kFresh, 2));
    EXPECT_TRUE(has(kTwo, kFresh, 3));
    EXPECT_EQ(chain_.state().cluster(kOne)->out, 1U);
    EXPECT_EQ(chain_.state().cluster(kTwo)->out, 0U);
}

TEST_F(ReplacementRulesTest, comes_back_from_its_encoding) {
    commit(permitted());
    const ChainState& state = chain_.state();
    const auto decoded = decode_state(encode_state(state), network_.genesis());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(app_hash(*decoded), app_hash(state));
    EXPECT_EQ(decoded->cluster(kOne)->out, 1U);
    const auto& replaced = decoded->meters.at(kOld).replaced;
    ASSERT_TRUE(replaced);
    EXPECT_EQ(replaced->from, 3U);
    EXPECT_EQ(replaced->closing, kClosing);
    EXPECT_EQ(replaced->by, kFresh);
}

}  // namespace
}  // namespace fairfeed
