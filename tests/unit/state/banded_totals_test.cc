// What anybody can check of a settlement under a tariff with bands and a daily charge.
#include <gtest/gtest.h>

#include "core/state/settlement_rules.h"
#include "tests/support/test_network.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

constexpr Window kAfternoon = 3;  // 14:00 to 18:00 in Berlin: its last hour is the peak
constexpr Window kMidnight = 5;   // 22:00 to 02:00: a day ends, and the night begins
const ClusterId kOne = TestNetwork::cluster(1);

test::TestNetworkOptions banded() {
    test::TestNetworkOptions options;
    options.tariff = samples::banded();
    return options;
}

class BandedTotals : public ::testing::Test {
  protected:
    // The settlement of this window, after those before it.
    [[nodiscard]] Settlement settled(Window window) {
        for (Window before = 0; before < window; ++before)
            chain_.run_window({kOne}, before);
        return chain_.settle(kOne, window, chain_.read_all(kOne, window));
    }
    [[nodiscard]] std::string judge(const Settlement& settlement) const {
        const auto checked = check_settlement_totals(chain_.state(), settlement);
        return checked ? "accepted" : std::string(to_string(checked.error()));
    }

    TestNetwork network_{banded()};
    TestChain chain_{network_};
};

TEST_F(BandedTotals, move_no_energy_to_a_cheaper_band_and_none_to_one_of_another_hour) {
    const Settlement honest = settled(kAfternoon);
    EXPECT_EQ(judge(honest), "accepted");
    ASSERT_EQ(honest.totals.bands.size(), 3U);
    EXPECT_GT(honest.totals.bands[1].import_wh, 0) << "the peak";
    EXPECT_EQ(honest.totals.bands[2], BandEnergy{}) << "no night in the afternoon";
    Settlement forged = honest;
    forged.totals.bands[1].import_wh -= 100;
    forged.totals.bands[0].import_wh += 100;
    EXPECT_EQ(judge(forged), "wrong_totals") << "money of another band";
    forged = honest;
    forged.totals.bands[0].import_wh -= 100;
    forged.totals.bands[2].import_wh += 100;
    forged.totals.grid_amount_micro += 100 * 50;
    EXPECT_EQ(judge(forged), "wrong_totals") << "the night's price by day";
    forged = honest;
    forged.totals.bands[0].credited_wh += 1;
    EXPECT_EQ(judge(forged), "wrong_totals") << "more than was credited";
    forged = honest;
    forged.totals.bands.clear();
    EXPECT_EQ(judge(forged), "wrong_totals");
}

TEST_F(BandedTotals, charge_every_meter_the_day_that_ends) {
    const Settlement honest = settled(kMidnight);
    EXPECT_EQ(judge(honest), "accepted");
    Settlement forged = honest;
    forged.totals.grid_amount_micro += 300'000;
    EXPECT_EQ(judge(forged), "wrong_totals") << "one meter is not charged";
}

}  // namespace
}  // namespace fairfeed
