// A table of every reason to refuse a reading; a good reading is accepted.
#include "edge-node/intake/reading_rules.h"

#include <gtest/gtest.h>

#include "tests/unit/intake/bad_readings.h"

namespace fairfeed::intake {
namespace {

using test::BadReading;
using test::ReadingForge;
using test::ReadingParts;
using test::TestChain;
using test::TestNetwork;
using test::TestNetworkOptions;

const ClusterId kCluster = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);

// Window 0 of cluster 1 is settled; window 1 has just ended.
class ReadingRules : public ::testing::Test {
  protected:
    ReadingRules() {
        chain_.run_window({kCluster}, 0);
        now_.real_ms = chain_.state().grid().end_real_ms(1);
        held_[{kMeter, 0}] = chain_.state().meters.at(kMeter).last_reading;
    }
    [[nodiscard]] static TestNetworkOptions five_nodes() {
        TestNetworkOptions options;
        options.nodes = 5;
        options.clusters_with_meters = 2;
        options.parameters.close_after_s = kSecondsPerDay;
        return options;
    }
    [[nodiscard]] Context context(const ChainState& state) const {
        return {state,
                signatures_,
                keys_,
                accounts_,
                self_,
                now_,
                [this](const MeterId& meter, Window window) {
                    const auto found = held_.find({meter, window});
                    return found == held_.end() ? std::nullopt : std::optional(found->second);
                },
                [this](const MeterId&, Window window) { return committed_.contains(window); }};
    }
    [[nodiscard]] Result<OpenedReading, Refused> judge(const BadReading& row) const {
        return judge_reading({row.topic, row.retained, row.packet}, context(chain_.state()));
    }
    [[nodiscard]] Result<OpenedReading, Refused> judge(const SignedReading& reading) const {
        return judge_reading({forge_.topic(), false, reading.envelope}, context(chain_.state()));
    }

    TestNetwork network_{five_nodes()};
    TestChain chain_{network_};
    ReadingForge forge_{network_, kMeter, registers_after_window_0()};
    KeyRing keys_ = network_.key_ring(chain_.state(), TestNetwork::node(1));
    std::function<const ClusterAccounts&(const ClusterId&)> accounts_ =
        [this](const ClusterId& cluster) -> const ClusterAccounts& {
        return chain_.accounts(cluster);
    };
    NodeId self_ = TestNetwork::node(1);
    Instant now_;
    mutable PlainSignatureChecker signatures_;
    std::map<std::pair<MeterId, Window>, Digest> held_;
    std::set<Window> committed_{0};  // the held windows whose readings are in a block

  private:
    // TestChain::run_window gives a prosumer 16 quarter hours of 500 Wh, 400 of them exported.
    [[nodiscard]] static Registers registers_after_window_0() {
        return {1000, 500 + 16 * 400, 2000 + 16 * 500};
    }
};

TEST_F(ReadingRules, accept_a_reading_that_is_right) {
    const auto opened = judge(forge_.make());
    ASSERT_TRUE(opened) << to_string(opened.error().reason);
    EXPECT_EQ(opened->reading.header.window, 1U);
    EXPECT_EQ(opened->body.profile.size(), 16U);
}

TEST_F(ReadingRules, refuse_every_bad_reading_by_its_name) {
    for (const BadReading& row : bad_readings(forge_)) {
        SCOPED_TRACE(row.name);
        const auto opened = judge(row);
        ASSERT_FALSE(opened);
        EXPECT_EQ(to_string(opened.error().reason), to_string(row.reason));
        EXPECT_EQ(opened.error().reading.has_value(), row.answered)
            << "only what the meter signed deserves an answer";
    }
}

TEST_F(ReadingRules, call_every_beginning_of_a_reading_truncated) {
    const SignedReading good = forge_.make();
    for (std::size_t size = 0; size < good.envelope.size(); ++size) {
        const Bytes cut(good.envelope.begin(),
                        good.envelope.begin() + static_cast<std::ptrdiff_t>(size));
        const auto opened = judge_pulled_reading(cut, context(chain_.state()));
        ASSERT_FALSE(opened);
        EXPECT_EQ(to_string(opened.error().reason), "truncated") << size << " bytes";
    }
}

TEST_F(ReadingRules, survive_every_changed_byte_of_a_reading) {
    const SignedReading good = forge_.make();
    for (std::size_t at = 0; at < good.envelope.size(); ++at) {
        for (const int mask : {0x01, 0x80, 0xff}) {
            Bytes changed = good.envelope;
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ mask);
            EXPECT_FALSE(judge_pulled_reading(changed, context(chain_.state()))) << "byte " << at;
        }
    }
}

TEST_F(ReadingRules, know_a_replayed_reading_whatever_envelope_it_comes_in) {
    const SignedReading first = forge_.make();
    held_[{kMeter, 1}] = first.id;
    EXPECT_EQ(judge(first).error().reason, Reject::duplicate);
    // ECDSA is randomised: another valid signature of the same reading.
    const auto message = cose::parse_sign1(first.envelope);
    const Bytes said = cose::to_be_signed(cose::Domain::reading, network_.network(), kMeter.str(),
                                          message->payload);
    const Bytes again = test::with_signature(first, network_.key(kMeter).sign(said));
    const auto second = judge_pulled_reading(again, context(chain_.state()));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().reason, Reject::duplicate);
    ASSERT_TRUE(second.error().reading) << "a duplicate is receipted again";
    EXPECT_EQ(second.error().reading->id, first.id);
}

// The meter must not take the answer for a promise.
TEST_F(ReadingRules, know_no_reading_any_more_whose_window_was_given_to_others) {
    const SignedReading first = forge_.make();
    held_[{kMeter, 1}] = first.id;
    EXPECT_EQ(judge(first).error().reason, Reject::duplicate);
    const auto grant = network_.from_dgmd(
        chain_.state(), network_.grant(kMeter, 2, network_.committee(kCluster), 1));
    const std::int64_t stands_ms = chain_.state().grid().end_real_ms(2);
    ASSERT_TRUE(chain_.append(chain_.next_block({grant}, stands_ms)));
    now_.real_ms = stands_ms;
    EXPECT_EQ(judge(first).error().reason, Reject::unknown_key_epoch);
}

// A reading in a block is known, even after its window has closed. Another reading of that window
// is late, and may be too late.
TEST_F(ReadingRules, know_what_a_block_has_when_its_window_is_closed) {
    const OpenedReadings readings = chain_.read_all(kCluster, 1);
    const SignedReading taken = readings.at(kMeter).reading;
    const Settlement settlement = chain_.settle(kCluster, 1, readings);
    ASSERT_TRUE(chain_.append(chain_.next_block(chain_.group(settlement, readings))));
    now_.real_ms = chain_.state().grid().end_real_ms(1);
    held_[{kMeter, 1}] = taken.id;
    EXPECT_EQ(judge(taken).error().reason, Reject::closed_window);
    committed_.insert(1);
    EXPECT_EQ(judge(taken).error().reason, Reject::duplicate);
}

TEST_F(ReadingRules, refuse_a_second_reading_of_the_same_window) {
    held_[{kMeter, 1}] = forge_.make().id;
    const auto other = judge(forge_.make([](ReadingParts& parts) { parts.header.sequence = 3; }));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().reason, Reject::conflicting_reading);
    EXPECT_TRUE(other.error().reading);
}

TEST_F(ReadingRules, accept_a_reading_of_a_settled_window_for_a_day) {
    const SignedReading late = forge_.make();
    for (Window window = 1; window <= 7; ++window) {
        OpenedReadings others = chain_.read_all(kCluster, window);
        others.erase(kMeter);
        const Settlement settlement = chain_.settle(kCluster, window, others);
        ASSERT_TRUE(chain_.append(chain_.next_block(chain_.group(settlement, others))));
        now_.real_ms = chain_.state().grid().end_real_ms(window);
        const auto opened = judge(late);
        EXPECT_EQ(opened.has_value(), window < 7) << window;
        if (opened) continue;
        EXPECT_EQ(opened.error().reason, Reject::closed_window);
    }
}

TEST_F(ReadingRules, refuse_a_settled_window_that_was_read_as_closed) {
    held_.clear();
    const auto late = judge(forge_.make([](ReadingParts& parts) { parts.header.window = 0; }));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().reason, Reject::closed_window);
}

// Window 1 was settled without the meter, whose reading of window 2 was in time.
TEST_F(ReadingRules, accept_a_late_reading_with_a_sequence_between_its_neighbours) {
    const auto numbered = [&](std::uint64_t sequence) {
        return forge_.make([&](ReadingParts& parts) { parts.header.sequence = sequence; });
    };
    OpenedReadings others = chain_.read_all(kCluster, 1);
    const SignedReading late = others.at(kMeter).reading;
    others.erase(kMeter);
    const Settlement settlement = chain_.settle(kCluster, 1, others);
    ASSERT_TRUE(chain_.append(chain_.next_block(chain_.group(settlement, others))));
    (void)chain_.meter(kMeter).read_body(9, {});  // uses up a sequence number
    chain_.run_window({kCluster}, 2);
    const MeterRecord& record = chain_.state().meters.at(kMeter);
    ASSERT_EQ(record.unread.size(), 1U);
    const auto [first, end, above, below] = record.unread.front();
    EXPECT_EQ(std::pair(first, end), std::pair(1U, 2U));
    now_.real_ms = chain_.state().grid().end_real_ms(2);
    for (const std::uint64_t sequence : {above, below}) {
        const auto opened = judge(numbered(sequence));
        ASSERT_FALSE(opened) << sequence;
        EXPECT_EQ(opened.error().reason, Reject::stale_sequence);
    }
    const auto opened = judge(late);
    EXPECT_TRUE(opened) << to_string(opened.error().reason);
}

TEST_F(ReadingRules, allow_a_meters_clock_two_seconds_and_no_more) {
    now_.real_ms = chain_.state().grid().end_real_ms(1) - 2000;
    EXPECT_TRUE(judge(forge_.make()));
    now_.real_ms -= 1;
    EXPECT_EQ(judge(forge_.make()).error().reason, Reject::future_window);
}

TEST_F(ReadingRules, refuse_readings_of_a_cluster_the_node_does_not_serve) {
    self_ = TestNetwork::node(5);
    const auto opened = judge(forge_.make());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().reason, Reject::not_a_member);
    EXPECT_FALSE(opened.error().reading) << "its signature was not looked at";
}

TEST_F(ReadingRules, refuse_windows_off_the_grid) {
    TestNetworkOptions options;
    options.meters_effective = 3;
    options.parameters.window_limit = 5;
    const TestNetwork network(options);
    const TestChain chain(network);
    const ReadingForge forge(network, kMeter, {1000, 500, 2000});
    keys_ = network.key_ring(chain.state(), self_);
    accounts_ = [&](const ClusterId& cluster) -> const ClusterAccounts& {
        return chain.accounts(cluster);
    };
    now_.real_ms = chain.state().grid().end_real_ms(9);
    for (const auto& [window, expected] : std::map<Window, std::string>{
             {2, "off_grid"}, {3, ""}, {4, ""}, {5, "off_grid"}, {UINT32_MAX, "off_grid"}}) {
        const auto reading = forge.make([&](ReadingParts& parts) { parts.header.window = window; });
        const auto opened =
            judge_reading({forge.topic(), false, reading.envelope}, context(chain.state()));
        EXPECT_EQ(opened ? "" : std::string(to_string(opened.error().reason)), expected)
            << "window " << window;
    }
}

TEST_F(ReadingRules, ask_the_committee_of_the_readings_own_window) {
    ChainState state = chain_.state();
    CommitteeAllocation later = state.clusters.at(kCluster).committee;
    later.members = {TestNetwork::node(5)};
    later.epoch = 2;
    later.effective = 2;
    state.clusters.edit(kCluster).earlier = {state.clusters.at(kCluster).committee};
    state.clusters.edit(kCluster).committee = later;
    const SignedReading reading = forge_.make();
    EXPECT_TRUE(judge_pulled_reading(reading.envelope, context(state)));
    self_ = TestNetwork::node(5);
    EXPECT_EQ(judge_pulled_reading(reading.envelope, context(state)).error().reason,
              Reject::not_a_member);
}

}  // namespace
}  // namespace fairfeed::intake
