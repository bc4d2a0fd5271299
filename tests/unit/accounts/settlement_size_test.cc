// Every settlement repeats the past in its closing states. A settlement never outgrows a block
// (past_room.h), and the parts that are cut off stay billed as before.
#include <gtest/gtest.h>

#include "core/state/block_size.h"
#include "core/state/late_rules.h"
#include "core/wire/settlement_codec.h"
#include "core/wire/settlement_line_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/accounts/old_cluster.h"
#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMeters = 900;  // of a cluster whose blocks hold 1000 transactions

constexpr std::size_t kBlockBytes = max_block_bytes(kFewestForLimits);

using test::OldCluster;
using test::TestNetwork;

// The bytes of a settlement and its readings if every reading had the maximal length.
std::size_t weight_of(const OldCluster& old, const Settlement& settlement) {
    return certify(old.network, old.state, settlement).envelope.size() +
           listed_readings(settlement).size() * (kMaxReadingBytes - 1);
}

std::vector<SettlementLine> lines_of(const OldCluster& old, const Settlement& settlement) {
    return *ClusterAccounts::open_lines(settlement, old.keys);
}

// The bytes of the members for which past_room reserves room.
std::size_t past_bytes(const ClosingState& closing) {
    MeterClosing past;
    const std::size_t rest = encode_closing(past).size();
    past.state.shares = closing.shares;
    past.state.estimates = closing.estimates;
    past.state.gaps = closing.gaps;
    return encode_closing(past).size() - rest;
}

class SettlementSize : public testing::Test {
  protected:
    static constexpr Window kLate = OldCluster::first_of_gap(15) + 3;  // in the newest gap

    // 900 meters, each with a present reading and a late one from the middle of the newest gap.
    static const OldCluster& largest() {
        static const OldCluster* const old = [] {
            auto* made = new OldCluster(kMeters);
            made->send_all(OldCluster::kNow);
            made->send_all(kLate);
            return made;
        }();
        return *old;
    }
    static const Settlement& settled() {
        static const Settlement settlement = largest().settle();
        return settlement;
    }
};

TEST_F(SettlementSize, of_900_meters_with_the_largest_past_fits_a_block) {
    ASSERT_EQ(settled().entries.size(), kMeters);
    EXPECT_EQ(settled().late.size(), 99U);
    EXPECT_LE(weight_of(largest(), settled()), kBlockBytes);
    const std::size_t room = past_room(largest().state, kMeters).past;
    std::size_t most = 0;
    for (const SettlementLine& line : lines_of(largest(), settled()))
        most = std::max(most, past_bytes(line.closing));
    EXPECT_LE(most, room + 3) << "and the longer heads of three lists";
    EXPECT_GT(most, room * 3 / 4) << "and what a block leaves is used";
}

TEST_F(SettlementSize, and_its_cluster_goes_on_with_its_members_of_one_mind) {
    const OldCluster& old = largest();
    const auto checked = old.accounts.check(old.state, settled(), old.held, old.keys);
    EXPECT_TRUE(checked) << to_string(checked.error());
    OldCluster next = old;
    next.move_on(settled());
    ASSERT_EQ(next.state.next_window(next.cluster), OldCluster::kNow + 1);
    next.send_all(OldCluster::kNow + 1);
    const Settlement after = next.settle();
    EXPECT_EQ(after.late.size(), 99U) << "the backlog goes on";
    EXPECT_LE(weight_of(next, after), kBlockBytes);
    EXPECT_TRUE(next.accounts.check(next.state, after, next.held, next.keys));
}

// Members demand and accept late readings by the chain's gaps, and settle them by their accounts'
// gaps.
TEST_F(SettlementSize, cuts_the_same_gaps_from_the_chain_as_from_the_books) {
    OldCluster old = largest();
    old.move_on(settled());
    const std::size_t room = past_room(old.state, kMeters).gaps;
    for (const auto& [id, meter] : old.state.meters) {
        const std::vector<RegisterGap>& gaps = old.accounts.closing(id)->gaps;
        ASSERT_EQ(gaps.size(), meter.unread.size());
        ASSERT_GE(gaps.size(), 2U);
        std::size_t weight = 0;
        for (std::size_t i = 0; i < gaps.size(); ++i) {
            EXPECT_EQ(gaps[i].first, meter.unread[i].first);
            EXPECT_EQ(gaps[i].end, meter.unread[i].end);
            weight += gap_weight(gaps[i]);
        }
        EXPECT_EQ(gaps.back().end, OldCluster::kNow) << "the newest stay";
        EXPECT_LE(encoded_size(gaps), weight);
        EXPECT_LE(weight, room);
        EXPECT_TRUE(may_true_up(old.state, id, gaps.front().first, OldCluster::kNow + 1));
        EXPECT_FALSE(may_true_up(old.state, id, gaps.front().first - 1, OldCluster::kNow + 1));
    }
}

// The gap was trued up by registers when it closed; only the time at which the energy flowed is
// forgotten.
TEST_F(SettlementSize, leaves_a_forgotten_gap_as_it_was_billed) {
    OldCluster old = largest();
    old.move_on(settled());
    const MeterId meter = TestNetwork::meter(1, 1);
    const ClosingState before = *old.accounts.closing(meter);
    const Window forgotten = OldCluster::first_of_gap(2) + 4;
    old.held.clear();
    old.send_all(OldCluster::kNow + 1);
    const Settlement without = old.settle();
    ASSERT_EQ(without.entries.front().status, EntryStatus::reading);
    old.send(meter, forgotten);
    const Settlement with = old.settle();
    EXPECT_TRUE(with.late.empty()) << "nobody takes what nobody can bill";
    EXPECT_TRUE(old.accounts.withheld(old.state, without, old.held).empty()) << "or demands it";
    EXPECT_TRUE(old.accounts.check(old.state, without, old.held, old.keys));
    const SettlementLine line = lines_of(old, without).front();
    EXPECT_EQ(lines_of(old, with).front(), line);
    const Registers& now = line.closing.registers;
    EXPECT_EQ(line.import_wh + line.adjusted.import_wh, now.import_wh - before.registers.import_wh);
    EXPECT_EQ(line.export_wh + line.adjusted.export_wh, now.export_wh - before.registers.export_wh);
    EXPECT_EQ(line.generation_wh + line.adjusted.generation_wh,
              now.generation_wh - before.registers.generation_wh);
    EXPECT_LE(line.adjusted.credited_wh, 0);
    EXPECT_EQ(line.closing.balance_micro - before.balance_micro,
              line.import_amount_micro + line.adjusted.import_amount_micro -
                  line.export_amount_micro - line.adjusted.export_amount_micro);
}

// Registers close the open run, and as many gaps as necessary are cut.
TEST_F(SettlementSize, loses_no_energy_with_what_it_cuts) {
    const ClosingState before = *largest().accounts.closing(TestNetwork::meter(1, 1));
    constexpr std::int64_t kEstimatedWh = kEstimatedWindows * OldCluster::kLargeWh;
    for (const SettlementLine& line : lines_of(largest(), settled())) {
        ASSERT_FALSE(line.estimated);
        const Registers& now = line.closing.registers;
        EXPECT_EQ(line.import_wh + line.adjusted.import_wh + kEstimatedWh,
                  now.import_wh - before.registers.import_wh);
        EXPECT_EQ(line.export_wh + line.adjusted.export_wh + kEstimatedWh,
                  now.export_wh - before.registers.export_wh);
        EXPECT_EQ(line.generation_wh + line.adjusted.generation_wh + kEstimatedWh,
                  now.generation_wh - before.registers.generation_wh);
    }
    EXPECT_TRUE(adjustments_agree(largest().state, settled()));
}

TEST_F(SettlementSize, leaves_few_meters_their_92_days) {
    OldCluster old(3);
    old.send_all(OldCluster::kNow);
    const Settlement settlement = old.settle();
    const ClosingState before = *old.accounts.closing(TestNetwork::meter(1, 1));
    for (const SettlementLine& line : lines_of(old, settlement)) {
        ASSERT_EQ(line.closing.gaps.size(), kMaxGaps);
        EXPECT_EQ(line.closing.gaps.front(), before.gaps[1]) << "the 17th goes, as ever";
        EXPECT_EQ(line.closing.gaps.back().first, OldCluster::kOpen);
        EXPECT_GT(line.closing.shares.size(), 500U);
        EXPECT_EQ(line.closing.shares.back(), before.shares.back());
    }
}

// Every name, number and list has its maximal length.
class LargestSettlement {
  public:
    LargestSettlement(const TestNetwork& network, const ChainState& state, std::size_t meters)
        : network_(network), room_(past_room(state, meters)) {
        settlement_.cluster = ClusterId(std::string(32, 'c'));
        settlement_.window = settlement_.version = settlement_.slot = UINT32_MAX;
        settlement_.contract_version = UINT32_MAX;
        settlement_.proposer = NodeId(std::string(32, 'n'));
        settlement_.previous.bytes.fill(1);
        settlement_.state_height = UINT64_MAX;
        settlement_.totals = {kMost, kMost, kMost, kMost, kMost, kMost, kMost,
                              kMost, kMost, kMost, kMost, kMost, kMost, {}};
        settlement_.totals.adjusted = {kMost, kMost, kMost, kMost, kMost};
        settlement_.totals.bands.assign(kMaxBands, {kMost, kMost});
        for (std::size_t i = 0; i < meters; ++i)
            add_meter(meter(i));
        Digest reading;
        reading.bytes.fill(1);
        for (std::size_t i = 0; i < late_room(state, meters); ++i)
            settlement_.late.push_back({meter(0), UINT32_MAX - 12'000 + Window(i), reading});
    }
    [[nodiscard]] std::size_t group_bytes() const {
        return make_batch(settlement_, network_.network(), network_.key(TestNetwork::node(1)))
                   .envelope.size() +
               listed_readings(settlement_).size() * (kMaxReadingBytes - 1);
    }

  private:
    static constexpr std::int64_t kMost = INT64_MAX;
    static constexpr std::int64_t kMostWh = UINT32_MAX;  // of a meter in a window

    static MeterId meter(std::size_t i) {
        std::string number = std::to_string(i);
        return MeterId(std::string(32 - 5, 'm') + std::string(5 - number.size(), '0') + number);
    }
    [[nodiscard]] ClosingState closing() const {
        const Registers registers{kMost, kMost, kMost};
        const EstimatedWindow estimate{UINT32_MAX, kMostWh, kMostWh, kMostWh,
                                       kMostWh,    kMost,   kMost};
        const std::vector<EstimatedWindow> estimates(kEstimatedWindows, estimate);
        const RegisterGap gap{UINT32_MAX - 10, UINT32_MAX, registers, registers, estimates};
        ClosingState closing{registers, 999,        999,        kMost,     UINT32_MAX,
                             {},        UINT32_MAX, UINT32_MAX, estimates, {}};
        closing.gaps.assign(kMaxGaps, gap);
        forget_gaps(closing.gaps, 0, room_.gaps);
        for (std::int64_t i = 0; i < 600; ++i)
            closing.shares.push_back({kMost - i % 2, kMost / 2 + i});
        closing.shares =
            kept_shares(closing.shares, {{0, INT64_MAX}}, room_.shares_beside(closing.gaps));
        return closing;
    }
    void add_meter(const MeterId& meter) {
        Digest reading;
        reading.bytes.fill(1);
        settlement_.entries.push_back({meter, EntryStatus::reading, reading});
        SettlementLine line{meter,   true,    UINT32_MAX, kMost,    kMostWh, kMostWh,
                            kMostWh, kMostWh, kMostWh,    kMostWh,  kMostWh, kMost,
                            kMost,   kMost,   {},         closing()};
        line.bands.assign(kMaxBands, {kMostWh, kMostWh});
        line.capacity_w = line.mes_w = UINT32_MAX;  // as long as the largest capacity
        line.adjusted = {kMost, kMost, kMost, kMost, kMost, kMost};
        settlement_.lines.push_back(seal_line(settlement_, line, UINT32_MAX, Salt{}, data_key_));
    }

    const TestNetwork& network_;
    PastRoom room_;
    const SymmetricKey data_key_ = test::data_key("of all meters");
    Settlement settlement_;
};

TEST_F(SettlementSize, is_bounded_for_every_cluster_and_block_that_genesis_and_meter_allow) {
    const TestNetwork network(test::one_cluster(test::TestNetworkOptions::default_parameters()));
    ChainState state = network.initial_state();
    const auto check = [&](std::int64_t transactions, std::size_t meters) {
        if (meters >= static_cast<std::size_t>(transactions)) return;
        state.genesis.parameters.max_block_transactions = transactions;
        const LargestSettlement largest(network, state, meters);
        const std::size_t bytes = largest.group_bytes();
        const std::size_t block = max_block_bytes(transactions);
        EXPECT_LE(bytes, block) << transactions << " " << meters;
        if (past_room(state, meters).past < past_room(state, 0).past) {
            EXPECT_GE(bytes * 100, block * 97) << transactions << " " << meters;
        }
    };
    for (const std::int64_t transactions : {2, 901, 1000})
        for (const std::size_t meters : {1, 141, 142, 300, 500, 900, 999})
            check(transactions, meters);
    check(2400, 2399);
    check(kMaxBlockTransactions, kMaxClusterMeters);
    check(kMaxBlockTransactions, kMaxBlockTransactions - 1);
}

TEST_F(SettlementSize, gives_each_meter_less_as_there_are_more_of_them_and_never_too_little) {
    ChainState state = largest().state;
    constexpr std::size_t kWhole = 16'064;
    EXPECT_EQ(past_room(state, 0).past, kWhole);
    EXPECT_EQ(past_room(state, 141).past, kWhole);
    EXPECT_EQ(past_room(state, 900).past, 2257U);
    EXPECT_EQ(past_room(state, 999).past, 1998U);
    EXPECT_EQ(past_room(state, 5000).past, kLeastPastBytes) << "no block has so many";
    for (const std::int64_t transactions : {901, 1000}) {
        state.genesis.parameters.max_block_transactions = transactions;
        for (std::size_t meters = 1; meters < kMeters; ++meters) {
            const PastRoom room = past_room(state, meters);
            EXPECT_GE(room.past, past_room(state, meters + 1).past);
            EXPECT_GE(room.gaps, 3 * kMaxGapBytes);
            EXPECT_EQ(room.gaps == kMaxGaps * kMaxGapBytes, room.past >= 10'888) << meters;
        }
    }
}

TEST_F(SettlementSize, never_asks_for_less_room_than_a_share_needs) {
    PastRoom room = past_room(largest().state, 900);
    std::vector<RegisterGap> gaps = lines_of(largest(), settled()).front().closing.gaps;
    EXPECT_EQ(room.shares_beside({}), 2257 - 6 * kEstimateBytes);
    EXPECT_EQ(room.shares_beside(gaps), room.shares_beside({}) - encoded_size(gaps));
    ClosingState only;
    only.gaps = gaps;
    EXPECT_EQ(past_bytes(only), encoded_size(gaps));
    gaps.front().estimates.resize(1000);  // as from a committee that lies
    EXPECT_EQ(room.shares_beside(gaps), kShareBytes);
    EXPECT_TRUE(is_full(gaps, room));
    EXPECT_FALSE(is_full({}, room));
}

// The bytes that a settlement with so many meters has more by the quarter hour than by the window.
std::int64_t bytes_of_factors(std::size_t meters) {
    const auto size = [&](ShareResolution resolution) {
        test::TestNetworkOptions options;
        options.clusters_with_meters = 1;
        options.meters_per_cluster = meters;
        options.parameters.rule = ShareRule::waterfill;
        options.parameters.resolution = resolution;
        const TestNetwork network(options);
        test::TestChain chain(network);
        const ClusterId cluster = TestNetwork::cluster(1);
        chain.run_window({cluster}, 0);
        const Settlement settlement = chain.settle(cluster, 1, chain.read_all(cluster, 1));
        EXPECT_EQ(settlement.entries.size(), meters);
        return static_cast<std::int64_t>(
            make_batch(settlement, network.network(), network.key(settlement.proposer))
                .envelope.size());
    };
    return size(ShareResolution::quarter) - size(ShareResolution::window);
}

TEST(ScheduleSize, is_a_few_bytes_a_quarter_hour_whoever_shares_it) {
    const std::int64_t alone = bytes_of_factors(1);
    EXPECT_GE(alone, 2 * 16 * 3);
    EXPECT_LE(alone, 2 * 16 * 5 + 8);
    EXPECT_LE(std::abs(bytes_of_factors(50) - alone), 8) << "longer integers of totals";
}

}  // namespace
}  // namespace fairfeed
