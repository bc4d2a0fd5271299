// The content of an outbox as `meter-sim show` tells it: the schedule that each meter obeys.
#include "meter-sim/commands/show.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "core/io/json.h"
#include "meter-sim/outbox.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/meter/meter_bench.h"

namespace fairfeed {
namespace {

using test::MeterBench;
using ::testing::HasSubstr;
using ::testing::Not;

test::TestNetworkOptions by_quarter() {
    test::TestNetworkOptions options;
    options.parameters.resolution = ShareResolution::quarter;
    return options;
}

class MeterShow : public ::testing::Test {
  protected:
    MeterShow() {
        std::ofstream(directory_ / "meters.yaml")
            << "genesis: g\noutbox: outbox.db\nca_certificate: ca\n"
               "brokers:\n  - {node: n1, host: 127.0.0.1, port: 1883}\nsource: {seed: 1}\n"
               "meters:\n  - {id: m1, signing_key: s, data_key: d, tls_key: t, "
               "tls_certificate: c}\n";
    }
    // A meter measures its first window; then all members state these shares for the next one.
    void tell(std::int64_t power_w, const Factors& factors) {
        auto outbox = Outbox::open(directory_ / "outbox.db", bench_.network().network(), 14'400);
        ASSERT_TRUE(outbox);
        Meter meter = bench_.fresh();
        write(*outbox, meter.step(meter_event::Tick{}, bench_.at(1)));
        ShareStatement share;
        share.meter = bench_.meter_id();
        share.mes_w = power_w;
        share.from_s = bench_.start_s(1) + 900;
        share.factors = factors;
        for (std::size_t i = 1; i <= 2; ++i) {
            const NodeId node = bench_.member(i);
            const auto text =
                encode_share(share, node, bench_.network().network(), bench_.network().key(node));
            write(*outbox,
                  meter.step(bench_.message(node, Channel::share, text), bench_.at(1, 60)));
        }
    }
    [[nodiscard]] std::string shown(bool json) const {
        std::ostringstream out;
        std::ostringstream err;
        EXPECT_EQ(run_show({directory_ / "meters.yaml", json}, out, err), 0) << err.str();
        return out.str();
    }

  private:
    void write(Outbox& outbox, const MeterEffects& effects) const {
        std::vector<MeterAndEffect> writes;
        for (const MeterEffect& effect : effects)
            writes.emplace_back(bench_.meter_id(), &effect);
        ASSERT_TRUE(outbox.write(writes));
    }
    testing_support::TempDirectory directory_;
    MeterBench bench_{by_quarter()};
};

TEST_F(MeterShow, has_a_line_for_each_change_of_the_schedule) {
    Factors factors(16, kUncurtailedPpm);
    factors[2] = factors[3] = 250'000;
    tell(5000, factors);
    const std::string page = shown(false);
    EXPECT_THAT(page, HasSubstr("meter-1-1  import"));
    EXPECT_THAT(
        page,
        HasSubstr("  share from 2016-08-08 04:15:00  nobody is curtailed  (settled with window 0)\n"
                  "  share from 2016-08-08 04:30:00      1250 W  (settled with window 0)\n"
                  "  share from 2016-08-08 05:00:00  nobody is curtailed  (settled with window 0)\n"
                  "  window      0  "));
    const auto json = Json::parse(shown(true));
    ASSERT_TRUE(json);
    const Json& shares = json->at("meters").at(0).at("shares");
    ASSERT_EQ(shares.as_array()->size(), 3U);
    EXPECT_TRUE(shares.at(0).at("share_w").is_null());
    EXPECT_EQ(*shares.at(1).at("share_w").as_int(), 1250);
    EXPECT_EQ(*shares.at(1).at("from_s").as_int() - *shares.at(0).at("from_s").as_int(), 900);
}

TEST_F(MeterShow, has_one_line_for_a_share_of_a_whole_window) {
    tell(700, {});
    EXPECT_THAT(shown(false),
                HasSubstr("  share from 2016-08-08 04:15:00       700 W  (settled with window 0)\n"
                          "  window      0  "));
    EXPECT_THAT(shown(false), Not(HasSubstr("nobody is curtailed")));
}

}  // namespace
}  // namespace fairfeed
