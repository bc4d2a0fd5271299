// Whether a member may vouch for a batch: pure questions about one settlement and about what this
// member knows (committee rules 2, 4, 5, 12). BatchRound decides when each question is asked.
#pragma once

#include <map>
#include <vector>

#include "core/accounts/cluster_accounts.h"
#include "core/model/transaction.h"

namespace fairfeed::committee {

// What a round may look at while it decides. Of the readings `held` only those of the next window
// count, and those of earlier windows that may still be trued up.
struct View {
    const ChainState& state;
    std::optional<Window> next;  // what ChainState::next_window says of the cluster
    const ClusterAccounts& accounts;
    const KeyRing& keys;
    const HeldReadings& held;
    Instant now;
    // Steady time since which meters can reach this node; kDeaf: they cannot.
    std::int64_t heard_from_ms = 0;
};
constexpr std::int64_t kDeaf = INT64_MAX;

// What this member endorsed in the settlement of the window at hand: one vote per (meter, window).
struct Promise {
    Digest reading;
    Height drafted_at = 0;  // state height of the newest endorsed batch that lists the reading
};
using Promises = std::map<ReadingSlot, Promise>;

// CHECKs that the transaction is a settlement.
[[nodiscard]] const Settlement& content_of(const Transaction& batch);
[[nodiscard]] Endorsement endorsement_of(const Transaction& batch);
// The batch without its rows, which may be megabytes: enough to prove that its proposer signed it.
[[nodiscard]] Transaction head_of(const Transaction& batch);
// Does the settlement settle every meter by a reading?
[[nodiscard]] bool is_complete(const Settlement& settlement);

// The reading held of a slot; nullptr: none.
[[nodiscard]] const OpenedReading* held_of(const View& view, const ReadingSlot& slot);
// Whether this member holds the reading that a settlement lists. Where a meter signed two readings,
// only the listed one counts as held, as long as this member has promised neither.
[[nodiscard]] bool holds(const ListedReading& listed, const View& view, const Promises& promises);
// The readings that the settlement lists and this member does not hold.
[[nodiscard]] std::vector<ListedReading> readings_not_held(const Settlement& settlement,
                                                           const View& view,
                                                           const Promises& promises);
// Readings that this member holds, that a draft would use, and that the settlement does not list.
[[nodiscard]] std::vector<const OpenedReading*> readings_withheld(const Settlement& settlement,
                                                                  const View& view);
// The envelope of a reading that this member holds where the settlement lists another reading of
// the same meter. With both readings anybody can prove that the meter signed two. Empty: there is
// no such reading.
[[nodiscard]] Bytes contradicting_reading(const Settlement& settlement, const View& view);

// Are the settlement's lists no longer than those of any settlement? This question comes first, of
// whatever a peer sends.
[[nodiscard]] Result<void, Reject> judge_lists(const Settlement& settlement, const View& view);
// The settlement's place in the chain: predecessor, contract and state, and the meters and readings
// that a settlement may list there. The question needs no reading, so a member asks it before it
// asks anybody for readings.
[[nodiscard]] Result<void, Reject> judge_place(const Settlement& settlement, const View& view);
// Promises are kept: of each listed reading this member has endorsed no other. CHECKs that this
// member holds every listed reading.
[[nodiscard]] Result<void, Reject> judge_promises(const Settlement& settlement, const View& view,
                                                  const Promises& promises);
// Everything else: totals and lines are as this member computes them. CHECKs as judge_promises.
[[nodiscard]] Result<void, Reject> judge_arithmetic(const Settlement& settlement, const View& view);

}  // namespace fairfeed::committee
