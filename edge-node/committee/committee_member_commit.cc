// What a committed block means to a member: its accounts move on, meters hear their shares, and
// what the ledger now holds is forgotten here.
#include <algorithm>

#include "core/state/late_rules.h"
#include "edge-node/committee/committee_member.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxAlarms = 64;

}  // namespace

void CommitteeMember::replay(const ReplayStep& step) {
    (void)follow(step);
    dropped_.clear();  // the inbox says what of them is still there
}

void CommitteeMember::raise_alarm(const ReplayFault& fault) {
    raise_alarm("block " + std::to_string(fault.height) + ": " + fault.reason + ": " +
                fault.explanation);
}

void CommitteeMember::raise_alarm(std::string words) {
    if (alarms_.size() < kMaxAlarms) alarms_.push_back(std::move(words));
}

std::vector<RecomputedSettlement> CommitteeMember::follow(const ReplayStep& step) {
    auto recomputed = accounts_.follow(step);
    note_openings(step.after);
    for (const ReplayFault& fault : accounts_.faults())
        raise_alarm(fault);
    take_over(step);
    keep_shares(recomputed, step.after);
    std::vector<OpenedSettlement> opened;
    for (const RecomputedSettlement& settlement : recomputed) {
        for (const auto& [window, readings] : settlement.readings) {
            for (const auto& [meter, taken] : readings)
                compare(taken.reading, step.after);
        }
        keep_committed(settlement);
        drop_old(settlement.opened.cluster, settlement.opened.window, step.after);
        opened.push_back(settlement.opened);
    }
    if (step.committed.block.header.height > 0) {
        invariants_.observe(step.before, step.committed.block, step.after, opened);
    }
    return recomputed;
}

void CommitteeMember::on_commit(const CommittedBlock& committed, const ChainState& before,
                                const Turn& turn) {
    const auto recomputed = follow({committed, before, turn.state});
    may_owe_handovers_ = true;
    for (const TakenOver& taken : accounts_.taken_over()) {
        for (const MeterId& meter : taken.meters)
            publish_share(shares_.at(meter), turn);
    }
    for (const RecomputedSettlement& settlement : recomputed) {
        for (const SettledShare& share : settlement.shares)
            publish_share(shares_.at(share.meter), turn);
    }
    for (const Transaction& transaction : committed.block.transactions) {
        if (const auto* settlement = std::get_if<Settlement>(&transaction.content)) {
            compare(transaction, turn.state);
            forget(*settlement, turn);
        } else if (const auto* alarm = std::get_if<MeterAlarm>(&transaction.content)) {
            receipt_event(*alarm, transaction.id, turn);
        }
    }
    on_time(turn);
}

void CommitteeMember::keep_shares(const std::vector<RecomputedSettlement>& settlements,
                                  const ChainState& state) {
    for (const RecomputedSettlement& settlement : settlements) {
        for (const SettledShare& share : settlement.shares) {
            const ClusterId& cluster = state.meters.at(share.meter).registration.cluster;
            shares_[share.meter] = ShareStatement{share.meter, share.window,
                                                  state.clusters.at(cluster).last_settlement,
                                                  share.mes_w, share.from_s};
        }
    }
}

void CommitteeMember::publish_share(const ShareStatement& share, const Turn& turn) const {
    publisher_.publish(turn, Channel::share, share.meter.str(),
                       encode_share(share, self_, turn.state.network, signer_));
}

// What the chain took is what this node holds, whatever arrived here or did not.
void CommitteeMember::keep_committed(const RecomputedSettlement& settlement) {
    for (const auto& [window, readings] : settlement.readings) {
        for (const auto& [meter, opened] : readings) {
            const ReadingSlot slot{meter, window};
            const auto held = ids_.find(slot);
            if (held != ids_.end() && held->second != opened.reading.id) {
                slots_.erase(held->second);
                ids_.erase(held);
            }
            keep(opened);
            listed_by_[slot] = settlement.opened.window;
        }
    }
}

// A reading stays as long as a settlement may still list it, and a day after the one that did, so
// that a meter that missed its receipt gets it again.
bool CommitteeMember::is_needed(const ReadingSlot& slot, Window settled, const LateSpan& span,
                                const ChainState& state) const {
    const auto& [meter, window] = slot;
    const auto known = listed_by_.find(slot);
    const Window listed = known != listed_by_.end() ? known->second : window;
    return std::int64_t{listed} + state.grid().windows_per_day() >= settled ||
           span.has(state.meters.at(meter), window);
}

void CommitteeMember::drop_old(const ClusterId& cluster, Window settled, const ChainState& state) {
    auto& windows = readings_[cluster];
    auto& dropped = dropped_[cluster];
    const LateSpan span = open_span(state, settled + 1);
    for (auto at = windows.begin(); at != windows.end() && at->first < settled;) {
        std::erase_if(at->second, [&](const auto& entry) {
            const ReadingSlot slot{entry.first, at->first};
            if (is_needed(slot, settled, span, state)) return false;
            forget(slot, entry.second.reading);
            dropped.push_back(slot);
            return true;
        });
        at = at->second.empty() ? windows.erase(at) : std::next(at);
    }
}

void CommitteeMember::forget(const ReadingSlot& slot, const SignedReading& reading) {
    ids_.erase(slot);
    twofold_.erase(slot);
    listed_by_.erase(slot);
    slots_.erase(reading.id);
    sequences_.erase({slot.first, reading.header.sequence});
}

std::optional<Reject> CommitteeMember::refused_lately(const MeterId& meter,
                                                      const ChainState& state) const {
    const auto refused = refused_.find(meter);
    if (refused == refused_.end()) return std::nullopt;
    const auto next = state.next_window(state.meters.at(meter).registration.cluster);
    if (next && *next - refused->second.heard > kSilentAfterWindows) return std::nullopt;
    return refused->second.reason;
}

std::map<MeterId, std::uint32_t> CommitteeMember::over_certified() const {
    std::map<MeterId, std::uint32_t> out;
    for (const auto& [cluster, its_accounts] : accounts_.clusters()) {
        for (const SettlementLine& line : its_accounts.last_lines())
            if (line.closing.over_capacity > 0) out[line.meter] = line.closing.over_capacity;
    }
    return out;
}

void CommitteeMember::forget(const Settlement& settlement, const Turn& turn) {
    const ClusterId& cluster = settlement.cluster;
    if (!readings_.contains(cluster) && !rounds_.contains(cluster)) return;
    drop_old(cluster, settlement.window, turn.state);
    const Window day_ago = static_cast<Window>(std::max(
        std::int64_t{0}, std::int64_t{settlement.window} - turn.state.grid().windows_per_day()));
    const Window first = std::min(oldest_late(turn.state, settlement.window + 1), day_ago);
    turn.out.push_back(
        ForgetWindow{cluster, settlement.window, first, std::exchange(dropped_[cluster], {})});
}

}  // namespace fairfeed
