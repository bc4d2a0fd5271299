// A chain on which one cluster, of a prosumer and two other meters, is settled window after window.
// The fixture of tests that look at the lines of the last settlement. Single-threaded.
#pragma once

#include <gtest/gtest.h>

#include "core/accounts/cluster_accounts.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

class OneCluster : public ::testing::Test {
  protected:
    inline static const ClusterId kOne = TestNetwork::cluster(1);
    inline static const MeterId kProsumer = TestNetwork::meter(1, 1);
    inline static const MeterId kConsumer = TestNetwork::meter(1, 2);

    OneCluster() : chain_(network_) {}

    [[nodiscard]] const ChainState& state() const { return chain_.state(); }
    [[nodiscard]] const ClusterAccounts& accounts() const { return chain_.accounts(kOne); }
    // Of the last settlement.
    [[nodiscard]] const SettlementLine& line(const MeterId& meter) const {
        for (const SettlementLine& each : accounts().last_lines()) {
            if (each.meter == meter) return each;
        }
        ADD_FAILURE() << "no line of " << meter.str();
        return accounts().last_lines().front();
    }
    // Settles the window on these readings.
    void append(Window window, const OpenedReadings& readings) {
        const Settlement settlement = chain_.settle(kOne, window, readings);
        ASSERT_TRUE(chain_.append(chain_.next_block(chain_.group(settlement, readings))));
    }

    TestNetwork network_;
    TestChain chain_;
};

}  // namespace fairfeed::test
