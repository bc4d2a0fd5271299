// One cluster in which every meter has the largest possible past: as many gaps, estimates and
// shares as closing states may hold, each figure with as many bytes as possible. No test could wait
// for such a past, so state and accounts are written directly. Tests only.
#pragma once

#include "core/accounts/cluster_accounts.h"
#include "core/contract/share_history.h"
#include "core/state/execution.h"
#include "core/state/settlement_rules.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

struct OldCluster {
    static constexpr Window kGapWindows = 8;
    static constexpr Window kOpen = 320;                   // first window after the newest reading
    static constexpr Window kNow = 340;                    // the next window to settle
    static constexpr std::int64_t kLargeWh = 700'000'000;  // energy of a window; takes five bytes

    // Nodes 1 to 4 settle the cluster; `nodes` is the number of all nodes.
    explicit OldCluster(std::size_t meters, std::size_t nodes = 4);

    // The first window of gap i, counted from the oldest gap.
    static constexpr Window first_of_gap(std::size_t i) { return static_cast<Window>(20 * i + 1); }
    [[nodiscard]] Registers registers_at(Window window) const;
    // The meter measures a little, and the committee then holds the reading. Sequences rise with
    // the window.
    void send(const MeterId& meter, Window window);
    void send_all(Window window);
    void use_key_epoch(KeyEpoch epoch) { epoch_ = epoch; }
    [[nodiscard]] Settlement settle() const;
    [[nodiscard]] std::vector<Transaction> group_of(const Settlement& settlement) const;
    // Puts the settlement into a block: state and accounts advance.
    void move_on(const Settlement& settlement);

    const ClusterId cluster = TestNetwork::cluster(1);
    TestNetwork network;
    ChainState state;
    KeyRing keys;
    ClusterAccounts accounts{cluster};
    HeldReadings held;
    Settlement settled;  // the newest settlement in a block
    std::int64_t settled_at_ms = 0;

  private:
    [[nodiscard]] ClosingState closing() const;
    void write_state();
    void write_book();

    KeyEpoch epoch_ = 1;
};

}  // namespace fairfeed::test
