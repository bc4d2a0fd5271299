// The oracles under a tariff with bands and a daily charge.
#include "tests/simulation/oracles_bench.h"

namespace fairfeed::simulation {
namespace {

class WithBands : public TheOracles {
  protected:
    WithBands() : TheOracles(MeterBehaviour::honest, {.variant = 1, .new_week = 0}) {}
    // The line of the first meter with a Wh of its import in another band.
    static void move_a_watt_hour(SettlementLine& line) {
        auto from = line.bands.begin();
        while (from->import_wh == 0)
            ++from;
        const auto to = from == line.bands.begin() ? from + 1 : line.bands.begin();
        --from->import_wh;
        ++to->import_wh;
    }
    void settle_honestly(Window window) {
        const Settlement settlement = settle(window);
        commit(0, settlement);
        ASSERT_TRUE(chain.append(chain.next_block(chain.group(settlement, readings))));
    }
};

TEST_F(WithBands, find_nothing_wrong_with_honest_settlements) {
    for (Window window = 0; window < plan.windows; ++window) {
        settle_honestly(window);
        EXPECT_EQ(oracles.fault(), "");
    }
}

TEST_F(WithBands, miss_a_single_micro_beside_the_bands) {
    commit(0, with_line(settle(0), [](SettlementLine& line) {
               line.import_amount_micro += 1;
               line.closing.balance_micro += 1;
           }));
    expect("meter-1-1: what was posted for import is not what its windows cost");
}

TEST_F(WithBands, miss_an_estimate_in_bands_that_no_reading_has) {
    settle_honestly(0);
    CHECK(meters[0].measure(1) != nullptr);
    readings.clear();
    readings.emplace(meters[1].id(), measure(meters[1], 1));
    commit(0, with_line(chain.settle(cluster, 1, readings), move_a_watt_hour));
    expect("meter-1-1: an estimate in bands that no reading before it has");
}

}  // namespace
}  // namespace fairfeed::simulation
