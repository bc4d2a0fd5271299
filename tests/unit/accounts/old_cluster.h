// One cluster in which every meter has the largest past there can be: gaps, estimates and shares in
// the number that closing states know, each figure with as many bytes as it can have. Nobody could
// wait for it in a test, so the state and the accounts are written down. Tests only.
#pragma once

#include "core/accounts/cluster_accounts.h"
#include "core/contract/share_history.h"
#include "core/state/execution.h"
#include "core/state/settlement_rules.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

struct OldCluster {
    static constexpr Window kGapWindows = 8;
    static constexpr Window kOpen = 320;  // first window after the newest reading
    static constexpr Window kNow = 340;   // to be settled next
    static constexpr std::int64_t kLargeWh = 5'000'000'000;  // a window's; nine bytes

    // Nodes 1 to 4 settle it, of so many.
    explicit OldCluster(std::size_t meters, std::size_t nodes = 4);

    // Window i of the gaps there are, from the oldest.
    static constexpr Window first_of_gap(std::size_t i) { return static_cast<Window>(20 * i + 1); }
    [[nodiscard]] Registers registers_at(Window window) const;
    // The meter measures a little; the committee holds it from now on. Sequences rise with the
    // window.
    void send(const MeterId& meter, Window window);
    void send_all(Window window);
    void use_key_epoch(KeyEpoch epoch) { epoch_ = epoch; }
    [[nodiscard]] Settlement settle() const;
    [[nodiscard]] std::vector<Transaction> group_of(const Settlement& settlement) const;
    // The settlement is in a block: the state and the accounts move on.
    void move_on(const Settlement& settlement);

    const ClusterId cluster = TestNetwork::cluster(1);
    TestNetwork network;
    ChainState state;
    KeyRing keys;
    ClusterAccounts accounts{cluster};
    HeldReadings held;
    Settlement settled;  // that moved it on
    std::int64_t settled_at_ms = 0;

  private:
    [[nodiscard]] ClosingState closing() const;
    void write_state();
    void write_book();

    KeyEpoch epoch_ = 1;
};

}  // namespace fairfeed::test
