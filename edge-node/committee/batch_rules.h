// Whether a member may vouch for a batch: pure questions about one settlement and what this member
// knows (committee rules 2, 4, 5, 12). BatchRound decides when they are asked.
#pragma once

#include <map>
#include <vector>

#include "core/accounts/cluster_accounts.h"
#include "core/model/transaction.h"

namespace fairfeed::committee {

// What a round may look at while it decides; `held` are the cluster's readings of the next window,
// and of those before it that may still be trued up (others do not matter).
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

// What was endorsed in the settlement of the window at hand: one vote per (meter, window).
struct Promise {
    Digest reading;
    Height drafted_at = 0;  // state height of the newest batch that it was endorsed in
};
using Promises = std::map<ReadingSlot, Promise>;

// CHECKs that the transaction is a settlement.
[[nodiscard]] const Settlement& content_of(const Transaction& batch);
[[nodiscard]] Endorsement endorsement_of(const Transaction& batch);
// Does it settle every meter by a reading?
[[nodiscard]] bool is_complete(const Settlement& settlement);

// The reading held of a slot; nullptr: none.
[[nodiscard]] const OpenedReading* held_of(const View& view, const ReadingSlot& slot);
// Ids of readings it lists that this member does not hold. Of a meter that signed two, the listed
// one counts, as long as nothing was promised of that meter.
[[nodiscard]] std::vector<Digest> readings_not_held(const Settlement& settlement, const View& view,
                                                    const Promises& promises);
// Readings this member holds, and a draft would use, that it does not list.
[[nodiscard]] std::vector<const OpenedReading*> readings_withheld(const Settlement& settlement,
                                                                  const View& view);
// The envelope of a reading this member holds where the settlement lists another one of the same
// meter: with it everybody can prove that the meter signed two. Empty: there is none.
[[nodiscard]] Bytes contradicting_reading(const Settlement& settlement, const View& view);

// Can its lists be those of any settlement? Asked first, of whatever a peer sends.
[[nodiscard]] Result<void, Reject> judge_lists(const Settlement& settlement, const View& view);
// Its place in the chain: predecessor, contract and state, and the meters and readings it may list
// there. Needs no reading; nobody is asked for one before.
[[nodiscard]] Result<void, Reject> judge_place(const Settlement& settlement, const View& view);
// Everything else: promises kept, totals and lines as this member computes them. Needs every listed
// reading held.
[[nodiscard]] Result<void, Reject> judge_batch(const Settlement& settlement, const View& view,
                                               const Promises& promises);

}  // namespace fairfeed::committee
