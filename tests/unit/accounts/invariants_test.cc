#include "core/accounts/invariants.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "core/contract/billing.h"
#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;
using test::TrueUpBench;

const ClusterId kOne = TestNetwork::cluster(1);
const ClusterId kTwo = TestNetwork::cluster(2);

// The arguments that a monitor gets for one block.
struct Shown {
    ChainState before;
    Block block;
    ChainState after;
    std::vector<OpenedSettlement> opened;

    [[nodiscard]] Settlement& settlement() {
        return std::get<Settlement>(block.transactions.back().content);
    }
    [[nodiscard]] SettlementLine& line(std::size_t index) { return opened[0].lines[index]; }
};

class InvariantsTest : public testing::Test {
  protected:
    InvariantsTest() : chain_(network_) {}

    Shown run(const ClusterId& cluster, Window window) {
        const ChainState before = chain_.state();
        chain_.run_window({cluster}, window);
        return {before,
                chain_.blocks().back().block,
                chain_.state(),
                {{cluster, window, chain_.accounts(cluster).last_lines()}}};
    }
    static void observe(InvariantMonitor& monitor, const Shown& shown) {
        monitor.observe(shown.before, shown.block, shown.after, shown.opened);
    }

    TestNetwork network_;
    TestChain chain_;
};

// "name/checked_by" of the reports that failed.
std::set<std::string> failed(const InvariantMonitor& monitor) {
    std::set<std::string> names;
    for (const InvariantReport& report : monitor.reports()) {
        if (report.applicable && !report.ok) names.insert(report.name + "/" + report.checked_by);
    }
    return names;
}

TEST_F(InvariantsTest, hold_on_an_honest_chain_for_whoever_has_the_keys) {
    for (Window window = 0; window < 3; ++window)
        chain_.run_window({kOne, kTwo}, window);
    EXPECT_EQ(chain_.invariants().reports().size(), 9U);
    for (const InvariantReport& report : chain_.invariants().reports()) {
        EXPECT_TRUE(report.applicable) << report.name;
        EXPECT_TRUE(report.ok) << report.name << ": " << report.explanation;
    }
    EXPECT_TRUE(chain_.invariants().all_held());
}

TEST_F(InvariantsTest, are_not_ok_before_anything_was_checked) {
    const InvariantMonitor monitor;
    for (const InvariantReport& report : monitor.reports()) {
        EXPECT_FALSE(report.applicable) << report.name;
        EXPECT_FALSE(report.ok) << report.name;
    }
}

TEST_F(InvariantsTest, leave_sealed_figures_to_the_keyholders) {
    Shown shown = run(kOne, 0);
    shown.opened.clear();
    InvariantMonitor monitor;
    observe(monitor, shown);
    for (const InvariantReport& report : monitor.reports()) {
        EXPECT_EQ(report.applicable, report.checked_by == "public") << report.name;
        EXPECT_EQ(report.ok, report.checked_by == "public") << report.name;
    }
}

struct Violation {
    const char* name;
    std::function<void(Shown&)> damage;
    std::set<std::string> expected;
};

const std::string kEnergyPublic = "conservation_of_energy/public";
const std::string kEnergy = "conservation_of_energy/keyholders";
const std::string kMoneyPublic = "conservation_of_money/public";
const std::string kMoney = "conservation_of_money/keyholders";
const std::string kSharePublic = "no_share_above_capacity/public";
const std::string kShare = "no_share_above_capacity/keyholders";
const std::string kOnce = "one_settlement_per_window/public";
const std::string kRegisters = "registers_never_fall/keyholders";
const std::string kLinked = "chain_is_linked/public";

TEST_F(InvariantsTest, name_what_was_violated) {
    const std::vector<Violation> table = {
        {"nothing", [](auto&) {}, {}},
        {"energy from nowhere", [](auto& s) { s.settlement().totals.d_wh += 1; }, {kEnergyPublic}},
        {"a line's load", [](auto& s) { s.line(0).load_wh += 1; }, {kEnergy}},
        {"a line left out",
         [](auto& s) { s.opened[0].lines.pop_back(); },
         {kEnergy, kMoney, kShare}},
        {"credit above export",
         [](auto& s) { s.line(0).credited_wh = s.line(0).export_wh + 1; },
         {kEnergy}},
        {"money from nowhere",
         [](auto& s) { s.settlement().totals.grid_amount_micro += 10; },
         {kMoneyPublic, kMoney}},
        {"a forgotten posting", [](auto& s) { s.line(1).import_amount_micro = 0; }, {kMoney}},
        {"a balance", [](auto& s) { s.line(1).closing.balance_micro += 1; }, {kMoney}},
        {"shares above all capacities",
         [](auto& s) { s.settlement().totals.mes_w = 10'001; },
         {kSharePublic, kShare}},
        {"a share above its capacity", [](auto& s) { s.line(1).mes_w = 1; }, {kShare}},
        {"an invented capacity", [](auto& s) { s.line(1).capacity_w = 1; }, {kShare}},
        {"a register that fell",
         [](auto& s) { s.line(1).closing.registers.import_wh = 1; },
         {kEnergy, kRegisters}},
        {"a register that moved by more than was settled",
         [](auto& s) { s.line(1).closing.registers.import_wh += 1; },
         {kEnergy}},
        {"an estimate nobody made",
         [](auto& s) {
             s.line(1).closing.estimates = {{1, 0, 0, 1, 0}};
         },
         {kEnergy}},
        {"energy trued up from nowhere",
         [](auto& s) { s.settlement().totals.adjusted.export_wh = 1; },
         {kEnergy, kMoneyPublic}},
        {"money trued up from nowhere",
         [](auto& s) { s.line(0).adjusted.import_amount_micro = 1; },
         {kMoney}},
        {"registers that were reset",
         [](auto& s) {
             s.line(1).closing.registers = {};
             s.line(1).flags = kLineRegisterReset;
         },
         {}},
        {"a broken link", [](auto& s) { s.block.header.parent = Digest{}; }, {kLinked}},
        {"a state of another block", [](auto& s) { s.after.tip = Digest{}; }, {kLinked}},
        {"time turned back",
         [](auto& s) { s.before.tip_time_ms = s.block.header.time_ms; },
         {kLinked}},
    };
    const Shown before = run(kOne, 0);
    const Shown honest = run(kOne, 1);
    for (const Violation& row : table) {
        InvariantMonitor monitor;
        observe(monitor, before);
        Shown damaged = honest;
        row.damage(damaged);
        observe(monitor, damaged);
        EXPECT_EQ(failed(monitor), row.expected) << row.name;
        EXPECT_EQ(monitor.all_held(), row.expected.empty()) << row.name;
    }
}

// Every meter carries almost a micro into its import and out of its export. The public sums differ
// by almost two micros a meter, and nothing is wrong.
TEST_F(InvariantsTest, do_not_cry_wolf_when_all_remainders_run_one_way) {
    Shown shown = run(kOne, 0);
    shown.opened.clear();
    shown.before.tariffs = {{0, Tariff{1, 1}}};
    const auto meters = static_cast<std::int64_t>(shown.settlement().entries.size());
    const auto taken = carry(999, 1);
    const auto given = carry(0, 999);
    ASSERT_EQ(taken, (Billed{1, 0}));
    ASSERT_EQ(given, (Billed{0, 999}));
    SettlementTotals& totals = shown.settlement().totals;
    totals.import_wh = meters * 1;
    totals.credited_wh = meters * 999;
    totals.grid_amount_micro = -meters * (taken->amount_micro - given->amount_micro);
    InvariantMonitor honest;
    observe(honest, shown);
    EXPECT_FALSE(failed(honest).contains(kMoneyPublic));
    totals.grid_amount_micro -= 1;
    InvariantMonitor forged;
    observe(forged, shown);
    EXPECT_TRUE(failed(forged).contains(kMoneyPublic)) << "a micro beyond what remainders explain";
}

TEST_F(InvariantsTest, notice_a_window_settled_twice_or_skipped) {
    const Shown zero = run(kOne, 0);
    const Shown one = run(kOne, 1);
    const Shown two = run(kOne, 2);
    InvariantMonitor twice;
    observe(twice, zero);
    observe(twice, zero);
    EXPECT_TRUE(failed(twice).contains(kOnce));
    InvariantMonitor skipped;
    observe(skipped, zero);
    observe(skipped, two);
    EXPECT_TRUE(failed(skipped).contains(kOnce));
    InvariantMonitor right;
    for (const Shown* shown : {&zero, &one, &two})
        observe(right, *shown);
    EXPECT_TRUE(failed(right).empty());
}

// After the reset no register tells where the old count ended; the lines are right all the same.
TEST(Invariants, hold_when_the_last_reading_before_a_reset_comes_late) {
    TrueUpBench bench;
    const auto settle = [&bench](Window window, std::uint32_t flags, bool is_sent) {
        bench.measure(bench.consumer, window, {150, 0, 0}, flags);
        if (is_sent) bench.send(bench.consumer, window);
        bench.measure_others(window, {bench.consumer});
        bench.settle(window);  // also expects that all invariants hold
    };
    settle(0, 0, true);
    settle(1, 0, false);
    settle(2, 0, false);
    settle(3, kFlagRegisterReset, true);
    for (const Window late : {1U, 2U}) {
        bench.send(bench.consumer, late);
        settle(late + 3, 0, true);
        EXPECT_EQ(bench.late.size(), 1U);
    }
    EXPECT_TRUE(bench.line(bench.consumer).closing.gaps.empty());
}

TEST_F(InvariantsTest, never_forget_a_failure) {
    const Shown zero = run(kOne, 0);
    Shown one = run(kOne, 1);
    const Shown two = run(kOne, 2);
    one.settlement().totals.d_wh += 1;
    InvariantMonitor monitor;
    for (const Shown* shown : std::initializer_list<const Shown*>{&zero, &one, &two})
        observe(monitor, *shown);
    EXPECT_EQ(failed(monitor), std::set<std::string>{kEnergyPublic});
    EXPECT_EQ(monitor.reports()[0].explanation.rfind("height 2: cluster-1 window 1: d_wh", 0), 0U)
        << monitor.reports()[0].explanation;
}

}  // namespace
}  // namespace fairfeed
