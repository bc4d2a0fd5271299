// The bill of a meter that was replaced under a work permit: whoever checks it, with the METER of
// its successor at hand, computes the last correction again.
#include <gtest/gtest.h>

#include "core/proof/bill_corrections.h"
#include "core/state/execution.h"
#include "tests/unit/state/true_up_bench.h"

namespace fairfeed {
namespace {

using test::TrueUpBench;

const MeterId kFresh("meter-new");

// Windows 0 and 1 are read; in window 2 the meter is taken out, after 800 Wh.
class ReplacedBill : public ::testing::Test {
  protected:
    ReplacedBill() {
        for (Window window = 0; window < 2; ++window) {
            bench.measure(old, window, {150, 0, 0});
            bench.send(old, window);
            settle(window);
        }
        Registers closing = bench.chain.meter(old).registers();
        closing.import_wh += 800;
        MeterRegistration meter{0,
                                kFresh,
                                bench.cluster,
                                "sp-" + old.str(),
                                test::signing_key(kFresh.str()).public_key(),
                                3,
                                ConnectionRating{},
                                test::kInstalled};
        meter.permit = WorkPermit{old, closing, 3};
        const ChainState& state = bench.chain.state();
        CHECK(bench.chain.append(bench.chain.next_block({bench.network.from_dgmd(state, meter)},
                                                        state.tip_time_ms + 1)));
        settle(2);
    }
    void settle(Window window) {
        bench.measure_others(window, {old});
        bench.settle(window);
        lines.emplace_back(window, bench.line(old));
    }
    [[nodiscard]] std::string fault() const {
        CorrectionCheck check(bench.chain.state(), old, std::nullopt, 0);
        for (const auto& [window, line] : lines)
            if (const auto sound = check.follow(window, line, {}); !sound) return sound.error();
        return check.unchecked() == 0 ? "nothing" : "unchecked";
    }

    TrueUpBench bench;
    MeterId old = bench.consumer;
    std::vector<std::pair<Window, SettlementLine>> lines;
};

TEST_F(ReplacedBill, follows_to_its_end_from_the_closing_registers) {
    EXPECT_EQ(lines.back().second.adjusted.import_wh, 800 - 2400);
    EXPECT_EQ(fault(), "nothing");
}

TEST_F(ReplacedBill, is_wrong_with_another_register_or_amount_at_its_end) {
    const auto right = lines;
    lines.back().second.closing.registers.import_wh += 1;
    EXPECT_NE(fault(), "nothing");
    lines = right;
    lines.back().second.adjusted.import_amount_micro += 1;
    lines.back().second.closing.balance_micro += 1;
    EXPECT_NE(fault(), "nothing");
    lines = right;
    lines.back().second.adjusted = {};
    EXPECT_NE(fault(), "nothing") << "the estimate does not stand";
}

}  // namespace
}  // namespace fairfeed
