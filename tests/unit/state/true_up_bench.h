// One cluster of three meters whose readings come in time, late or never. The test gives each
// meter's energies in Wh per quarter hour, and chooses the readings that the committee holds at a
// settlement. Every settlement is also checked as another member would check it. Tests only.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "core/state/late_rules.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

inline TestNetworkOptions one_cluster(NetworkParameters parameters) {
    TestNetworkOptions options;
    options.clusters_with_meters = 1;
    options.parameters = std::move(parameters);
    return options;
}

class TrueUpBench {
  public:
    explicit TrueUpBench(TestNetworkOptions options)
        : network(std::move(options)), chain(network) {}
    TrueUpBench() : TrueUpBench(one_cluster(TestNetworkOptions::default_parameters())) {}

    // The meter measures a window and keeps the reading.
    const OpenedReading& measure(const MeterId& meter, Window window, QuarterHour quarter,
                                 std::uint32_t flags = 0) {
        return measure(meter, window, flat_profile(chain.state(), quarter), flags);
    }
    const OpenedReading& measure(const MeterId& meter, Window window, const Profile& profile,
                                 std::uint32_t flags = 0) {
        ReadingBody body = body_from(chain.meter(meter).registers(), profile);
        body.flags = flags;
        chain.meter(meter).advance(body.profile);
        const OpenedReading opened = chain.meter(meter).read_body(window, body);
        return kept[window].insert_or_assign(meter, opened).first->second;
    }
    // The committee holds the reading from now on.
    void send(const MeterId& meter, Window window) {
        held[window].insert_or_assign(meter, kept.at(window).at(meter));
    }
    // All meters except `silent` import 100 Wh in each quarter hour and send their readings.
    void measure_others(Window window, const std::set<MeterId>& silent) {
        for (const MeterId& meter : chain.state().meters_of(cluster, window)) {
            if (silent.contains(meter)) continue;
            measure(meter, window, {100, 0, 0});
            send(meter, window);
        }
    }
    // Settles the next window from the held readings, and stores its lines by meter.
    void settle(Window window) {
        const Settlement settlement = chain.settle_held(cluster, window, held);
        late = settlement.late;
        const KeyRing keys = network.key_ring(chain.state(), NodeId("node-2"));
        const auto checked = chain.accounts(cluster).check(chain.state(), settlement, held, keys);
        ASSERT_TRUE(checked) << to_string(checked.error());
        const auto appended = chain.append(chain.next_block(chain.group_held(settlement, held)));
        ASSERT_TRUE(appended) << to_string(appended.error().reason);
        EXPECT_TRUE(chain.invariants().all_held());
        totals = settlement.totals;
    }
    [[nodiscard]] const SettlementLine& line(const MeterId& meter) const {
        for (const SettlementLine& each : chain.accounts(cluster).last_lines())
            if (each.meter == meter) return each;
        ADD_FAILURE() << "no line of " << meter.str();
        return chain.accounts(cluster).last_lines().front();
    }
    [[nodiscard]] const MeterRecord& record(const MeterId& meter) const {
        return chain.state().meters.at(meter);
    }

    const ClusterId cluster = TestNetwork::cluster(1);
    const MeterId prosumer = TestNetwork::meter(1, 1);
    const MeterId consumer = TestNetwork::meter(1, 2);
    TestNetwork network;
    TestChain chain;
    HeldReadings kept;  // by the meters
    HeldReadings held;  // by the committee
    std::vector<ListedReading> late;
    SettlementTotals totals;
};

}  // namespace fairfeed::test
