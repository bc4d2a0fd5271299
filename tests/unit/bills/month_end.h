// A stored chain over the end of a month by the clock of Berlin: windows 0 to 17 begin in August
// 2016, 18 and later in September. One meter is silent for windows 15 to 18 and its reading of
// window 16 comes late, with window 20, so that a correction crosses the month. Tests only.
#pragma once

#include "tests/unit/accounts/stored_chain.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed::test {

class MonthEnd {
  public:
    static constexpr Window kInAugust = 18;
    static constexpr Window kWindows = 24;

    explicit MonthEnd(ShareResolution resolution = ShareResolution::window)
        : stored_(options(resolution)) {
        TestChain& chain = stored_.chain();
        for (Window window = 0; window < kWindows; ++window) {
            std::vector<Transaction> block;
            for (const ClusterId& cluster : clusters())
                for (Transaction& each : group(chain, cluster, window))
                    block.push_back(std::move(each));
            CHECK(chain.append(chain.next_block(std::move(block))));
        }
        stored_.store();
    }

    [[nodiscard]] StoredChain& stored() { return stored_; }
    [[nodiscard]] static std::vector<ClusterId> clusters() {
        return {TestNetwork::cluster(1), TestNetwork::cluster(2)};
    }
    [[nodiscard]] static MeterId silent() { return TestNetwork::meter(1, 2); }

  private:
    static TestNetworkOptions options(ShareResolution resolution) {
        TestNetworkOptions options;
        options.clusters = 2;
        options.clusters_with_meters = 2;
        options.meters_per_cluster = 2;
        options.parameters.grid_epoch_s = 1'472'428'800;  // 2016-08-29, a Monday
        options.parameters.real_epoch_ms = 1'472'428'800'000;
        options.parameters.time_zone = "Europe/Berlin";
        options.parameters.close_after_s = 4 * 14'400;
        options.parameters.resolution = resolution;
        options.tariff = samples::banded();
        return options;
    }

    std::vector<Transaction> group(TestChain& chain, const ClusterId& cluster, Window window) {
        HeldReadings held;
        for (auto& [meter, reading] : chain.read_all(cluster, window)) {
            const bool is_silent = meter == silent() && window >= 15 && window <= 18;
            if (is_silent && window == 16) late_ = reading;
            if (!is_silent) held[window].emplace(meter, reading);
        }
        if (cluster == clusters().front() && window == 20) held[16].emplace(silent(), *late_);
        return chain.group_held(chain.settle_held(cluster, window, held), held);
    }

    StoredChain stored_;
    std::optional<OpenedReading> late_;
};

}  // namespace fairfeed::test
