// A meter is replaced with a permit (paper A93): what the closing and the opening registers settle.
// Every settlement is checked as another member would check it, and all invariants hold throughout.
#include <gtest/gtest.h>

#include "core/wire/event_codec.h"
#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

using test::kInstalled;
using test::TestNetwork;
using test::TrueUpBench;

const MeterId kFresh("meter-new");
constexpr std::int64_t kQuarters = 16;

Registers plus(Registers registers, std::int64_t import_wh, std::int64_t export_wh = 0,
               std::int64_t generation_wh = 0) {
    return {registers.import_wh + import_wh, registers.export_wh + export_wh,
            registers.generation_wh + generation_wh};
}

// Windows of 16 quarter hours, 250 micro per Wh of import, 80 per Wh of export.
class ReplacementTest : public testing::Test {
  protected:
    void consume(const MeterId& meter, Window window, std::int64_t import_wh, bool is_sent = true) {
        bench.measure(meter, window, {import_wh, 0, 0});
        if (is_sent) bench.send(meter, window);
    }
    // All but these two have sent their readings.
    void settle(Window window) {
        bench.measure_others(window, {old, kFresh});
        bench.settle(window);
    }
    [[nodiscard]] Registers registers() { return bench.chain.meter(old).registers(); }
    void commit(const std::vector<Transaction>& transactions) {
        auto& chain = bench.chain;
        const auto appended =
            chain.append(chain.next_block(transactions, chain.state().tip_time_ms + 1));
        ASSERT_TRUE(appended) << to_string(appended.error().reason);
    }
    void replace(const Registers& closing, Window since, Window effective) {
        MeterRegistration meter{0,
                                kFresh,
                                bench.cluster,
                                "sp-" + old.str(),
                                test::signing_key(kFresh.str()).public_key(),
                                effective,
                                ConnectionRating{},
                                kInstalled};
        meter.permit = WorkPermit{old, closing, since};
        commit({bench.network.from_dgmd(bench.chain.state(), meter)});
        std::vector<NodeId> readers = bench.network.committee(bench.cluster);
        readers.push_back(bench.network.dgmd());
        commit({bench.network.from_dgmd(bench.chain.state(),
                                        bench.network.grant(kFresh, 1, readers, effective))});
    }
    void open_the_old_meter(Window window) {
        commit({make_event({1, bench.network.network(), old, bench.cluster, window, 99,
                            AlarmType::seal_broken, 1'470'700'000},
                           bench.network.key(old))});
    }
    [[nodiscard]] std::int64_t owed(const MeterId& meter) const {
        return bench.chain.accounts(bench.cluster).closing(meter)->balance_micro;
    }
    [[nodiscard]] bool has_line(const MeterId& meter) const {
        const auto& lines = bench.chain.accounts(bench.cluster).last_lines();
        return std::any_of(lines.begin(), lines.end(),
                           [&](const SettlementLine& line) { return line.meter == meter; });
    }

    TrueUpBench bench;
    MeterId old = bench.consumer;
};

TEST_F(ReplacementTest, bills_each_watt_hour_of_both_meters_once) {
    for (Window window = 0; window < 2; ++window) {
        consume(old, window, 150);
        settle(window);
    }
    // In window 2 the old meter measured 800 Wh until it was taken out, the new one 400 Wh since.
    const Registers closing = plus(registers(), 800);
    replace(closing, 3, 3);
    settle(2);
    EXPECT_EQ(bench.line(old).import_wh, 2400) << "estimated as window 1";
    EXPECT_EQ(bench.line(old).adjusted, (Adjustment{-1600, 0, 0, 0, -400'000, 0}));
    EXPECT_EQ(bench.line(old).closing.registers, closing);
    EXPECT_EQ(bench.line(old).closing.unread_from, 3U);
    EXPECT_TRUE(bench.line(old).closing.estimates.empty());
    EXPECT_EQ(owed(old), (closing.import_wh - kInstalled.import_wh) * 250);

    bench.chain.meter(kFresh).reset_registers(plus(kInstalled, 400));
    consume(kFresh, 3, 100);
    settle(3);
    EXPECT_FALSE(has_line(old));
    EXPECT_EQ(bench.line(kFresh).import_wh, 1600);
    EXPECT_EQ(bench.line(kFresh).adjusted, (Adjustment{400, 0, 0, 0, 100'000, 0}));
    EXPECT_EQ(owed(kFresh), 2000 * 250);
    EXPECT_EQ(owed(old), (closing.import_wh - kInstalled.import_wh) * 250);
}

TEST_F(ReplacementTest, settles_what_the_new_meter_measured_before_it_had_entries) {
    old = bench.prosumer;
    for (Window window = 0; window < 2; ++window) {
        bench.measure(old, window, {0, 400, 500});
        bench.send(old, window);
        settle(window);
    }
    // Taken out at the end of window 1; the permit takes two windows to be signed.
    replace(registers(), 2, 4);
    settle(2);
    settle(3);
    EXPECT_EQ(bench.line(old).adjusted.export_wh, -kQuarters * 400) << "the estimate of window 2";
    for (Window window = 2; window < 5; ++window) {
        bench.measure(kFresh, window, {0, 300, 450});
        bench.send(kFresh, window);
    }
    settle(4);
    EXPECT_EQ(bench.late.size(), 2U);
    EXPECT_EQ(bench.line(kFresh).credited_wh, kQuarters * 300);
    EXPECT_EQ(bench.line(kFresh).adjusted.credited_wh, 2 * kQuarters * 300);
    EXPECT_EQ(owed(old), -2 * kQuarters * 400 * 80);
    EXPECT_EQ(owed(kFresh), -3 * kQuarters * 300 * 80);
}

TEST_F(ReplacementTest, credits_the_closing_registers_at_most_as_the_estimates) {
    old = bench.prosumer;
    bench.measure(old, 0, {0, 400, 500});
    bench.send(old, 0);
    settle(0);
    replace(plus(registers(), 0, 20'000, 25'000), 2, 2);
    settle(1);
    EXPECT_EQ(bench.line(old).credited_wh, kQuarters * 400) << "estimated";
    EXPECT_EQ(bench.line(old).adjusted,
              (Adjustment{0, 20'000 - kQuarters * 400, 25'000 - kQuarters * 500, 0, 0, 0}));
}

TEST_F(ReplacementTest, takes_no_reading_beyond_the_closing_registers) {
    consume(old, 0, 150);
    settle(0);
    const Registers closing = plus(registers(), 800);
    replace(closing, 2, 2);
    consume(old, 1, 150);  // 2400 Wh: it was not taken out, whatever the permit says
    settle(1);
    EXPECT_TRUE(bench.line(old).estimated);
    EXPECT_EQ(bench.line(old).closing.registers, closing);
    EXPECT_EQ(owed(old), (2400 + 800) * 250);
}

TEST_F(ReplacementTest, lets_a_reading_of_the_last_window_close_the_account) {
    consume(old, 0, 150);
    settle(0);
    replace(plus(registers(), 1600), 2, 2);
    consume(old, 1, 100);
    settle(1);
    EXPECT_FALSE(bench.line(old).estimated);
    EXPECT_EQ(bench.line(old).adjusted, Adjustment{});
    EXPECT_EQ(owed(old), (2400 + 1600) * 250);
}

TEST_F(ReplacementTest, trusts_a_signed_reading_more_than_a_register_written_down_too_low) {
    consume(old, 0, 150);
    settle(0);
    const Registers read = registers();
    replace(plus(read, -700), 2, 2);
    settle(1);
    EXPECT_EQ(bench.line(old).closing.registers, read);
    EXPECT_EQ(owed(old), 2400 * 250);
}

TEST_F(ReplacementTest, closes_a_gap_of_many_windows_at_once) {
    consume(old, 0, 150);
    for (Window window = 0; window < 9; ++window)
        settle(window);
    EXPECT_TRUE(bench.record(old).is_silent());
    replace(plus(registers(), 7000), 10, 10);
    EXPECT_FALSE(bench.record(old).is_silent()) << "its successor is there";
    settle(9);
    EXPECT_EQ(owed(old), (2400 + 7000) * 250);
}

TEST_F(ReplacementTest, bills_what_a_tampered_meter_still_counted) {
    consume(old, 0, 150);
    settle(0);
    open_the_old_meter(1);
    settle(1);
    EXPECT_FALSE(has_line(old));
    const Registers closing = plus(registers(), 5000);
    replace(closing, 4, 4);
    settle(2);
    EXPECT_FALSE(has_line(old));
    settle(3);
    ASSERT_TRUE(has_line(old));
    const SettlementLine& last = bench.line(old);
    EXPECT_TRUE(last.estimated);
    EXPECT_EQ(last.import_wh, 0) << "it is not estimated any more";
    EXPECT_EQ(last.mes_w, 0);
    EXPECT_EQ(last.adjusted, (Adjustment{5000, 0, 0, 0, 1'250'000, 0}));
    EXPECT_EQ(owed(old), (2400 + 5000) * 250);
    consume(kFresh, 4, 100);
    settle(4);
    EXPECT_FALSE(has_line(old));
    EXPECT_EQ(owed(kFresh), 1600 * 250);
}

TEST_F(ReplacementTest, gives_a_tampered_prosumer_no_share_in_its_last_line) {
    old = bench.prosumer;
    bench.measure(old, 0, {0, 400, 500});
    bench.send(old, 0);
    settle(0);
    open_the_old_meter(1);
    replace(plus(registers(), 10, 900, 1000), 3, 3);
    settle(1);
    settle(2);
    EXPECT_EQ(bench.line(old).capacity_w, 0);
    EXPECT_EQ(bench.line(old).adjusted, (Adjustment{10, 900, 1000, 0, 2500, 0}))
        << "export that no reading backs earns nothing";
}

}  // namespace
}  // namespace fairfeed
