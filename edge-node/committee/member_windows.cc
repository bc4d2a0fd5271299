#include "edge-node/committee/member_windows.h"

#include <algorithm>

#include "core/state/handover_rules.h"
#include "core/state/late_rules.h"

namespace fairfeed {

using committee::BatchRound;

MemberWindows::MemberWindows(NodeId self, const Signer& signer, RandomSource random,
                             AgreementKey agreement)
    : self_(std::move(self)),
      signer_(signer),
      random_(std::move(random)),
      accounts_(Keyholder{self_, std::move(agreement)}),
      right_(self_) {}

std::vector<RecomputedSettlement> MemberWindows::follow(const ReplayStep& step) {
    auto recomputed = accounts_.follow(step);
    right_.follow(step.after);
    return recomputed;
}

void MemberWindows::resume(KeyholderAccounts accounts, SigningRight::Openings openings) {
    accounts_ = std::move(accounts);
    right_.resume(std::move(openings));
}

const ClusterAccounts& MemberWindows::accounts_of(const ClusterId& cluster) {
    const auto open = accounts_.clusters().find(cluster);
    if (open != accounts_.clusters().end()) return open->second;
    return unopened_.try_emplace(cluster, cluster).first->second;
}

void MemberWindows::on_broker(bool connected, Instant now) {
    heard_from_ms_ = connected ? now.steady_ms : committee::kDeaf;
}

void MemberWindows::restore_batch(const Transaction& batch, const ChainState& state) {
    const auto* settlement = std::get_if<Settlement>(&batch.content);
    if (settlement == nullptr || is_settled(settlement->cluster, settlement->window, state)) return;
    open(settlement->cluster).restore_batch(batch);
}

void MemberWindows::restore_endorsement(const Endorsement& endorsement, const Signature& signature,
                                        const Transaction& batch, const ChainState& state) {
    if (!std::holds_alternative<Settlement>(batch.content)) return;
    if (is_settled(endorsement.cluster, endorsement.window, state)) return;
    open(endorsement.cluster).restore_endorsement(endorsement, signature, batch);
}

void MemberWindows::restore_doubts(std::map<ClusterId, Window> doubts) {
    right_.restore(std::move(doubts));
}

PersistSilencedWindows MemberWindows::doubt(const ChainState& state, Instant now) {
    return right_.doubt(state, now);
}

// A member whose accounts are closed witnesses readings, but cannot recompute a settlement. Nobody
// goes on before newcomers have been given what the window needs.
bool MemberWindows::has_part(const ClusterId& cluster, const ChainState& state,
                             std::optional<Height> endorses_from) const {
    const Window latest = UINT32_MAX;
    const Window window = state.next_window(cluster).value_or(latest);
    return right_.is_opened_from(cluster, endorses_from) &&
           is_member(self_, cluster, window, state) && !accounts_.closed().contains(cluster) &&
           is_handed_over(state, cluster);
}

BatchRound* MemberWindows::round(const ClusterId& cluster, const Turn& turn) {
    if (!has_part(cluster, turn.state, turn.endorses_from)) return nullptr;
    return right_.is_in_doubt(cluster, turn.state) ? nullptr : &open(cluster);
}

BatchRound& MemberWindows::open(const ClusterId& cluster) {
    unopened_.try_emplace(cluster, cluster);
    return rounds_.try_emplace(cluster, cluster, self_, signer_, random_).first->second;
}

// The round of the cluster is open, so the cluster has accounts.
committee::View MemberWindows::view(const ClusterId& cluster, const ChainState& state, Instant now,
                                    const ReadingStore& store) const {
    const auto settled = accounts_.clusters().find(cluster);
    const ClusterAccounts& accounts =
        settled != accounts_.clusters().end() ? settled->second : unopened_.at(cluster);
    return {state,
            state.next_window(cluster),
            accounts,
            accounts_.keys(),
            store.of(cluster),
            now,
            heard_from_ms_};
}

bool MemberWindows::takes_part(const ClusterId& cluster, const Turn& turn) {
    return round(cluster, turn) != nullptr;
}

MemberWindows::RoundEffects MemberWindows::advance(const ClusterId& cluster,
                                                   const ReadingStore& store, const Turn& turn) {
    auto* its_round = round(cluster, turn);
    if (its_round == nullptr) return {};
    return its_round->advance(view(cluster, turn.state, turn.now, store));
}

Result<MemberWindows::RoundEffects, Reject> MemberWindows::on_batch(const NodeId& sender,
                                                                    const Transaction& batch,
                                                                    const ReadingStore& store,
                                                                    const Turn& turn) {
    const ClusterId& cluster = committee::content_of(batch).cluster;
    auto* its_round = round(cluster, turn);
    if (its_round == nullptr) return RoundEffects{};
    return its_round->on_batch(sender, batch, view(cluster, turn.state, turn.now, store));
}

Result<MemberWindows::RoundEffects, Reject> MemberWindows::on_endorsement(
    const Signed<Endorsement>& endorsement, const ReadingStore& store, const Turn& turn) {
    const ClusterId& cluster = endorsement.content.cluster;
    auto* its_round = round(cluster, turn);
    if (its_round == nullptr) return RoundEffects{};
    return its_round->on_endorsement(endorsement, view(cluster, turn.state, turn.now, store));
}

MemberWindows::RoundEffects MemberWindows::on_objection(const Objection& objection,
                                                        const ReadingStore& store,
                                                        const Turn& turn) {
    auto* its_round = round(objection.cluster, turn);
    if (its_round == nullptr) return {};
    return its_round->on_objection(objection, view(objection.cluster, turn.state, turn.now, store));
}

bool MemberWindows::has_round(const ClusterId& cluster) const {
    return rounds_.contains(cluster);
}

bool MemberWindows::is_promised(const SignedReading& reading) const {
    const ReadingHeader& header = reading.header;
    const auto its_round = rounds_.find(header.cluster);
    if (its_round == rounds_.end()) return false;
    const Digest* promised = its_round->second.promised(header.meter, header.window);
    return promised != nullptr && *promised == reading.id;
}

bool MemberWindows::may_replace(const ReadingHeader& reading, const ChainState& state) const {
    const auto its_round = rounds_.find(reading.cluster);
    const auto next = state.next_window(reading.cluster);
    if (its_round == rounds_.end() || !next) return false;
    const bool is_open =
        reading.window == *next || may_true_up(state, reading.meter, reading.window, *next);
    return is_open && its_round->second.promised(reading.meter, reading.window) == nullptr;
}

const Transaction* MemberWindows::rival(const Transaction& batch) const {
    const auto its_round = rounds_.find(committee::content_of(batch).cluster);
    return its_round != rounds_.end() ? its_round->second.rival(batch) : nullptr;
}

std::size_t MemberWindows::batches_heard() const {
    std::size_t sum = 0;
    for (const auto& [cluster, its_round] : rounds_)
        sum += its_round.batches_heard();
    return sum;
}

std::optional<std::int64_t> MemberWindows::next_deadline_ms(
    const ReadingStore& store, const ChainState& state, Instant now,
    std::optional<Height> endorses_from) const {
    std::optional<std::int64_t> deadline;
    for (const auto& [cluster, its_round] : rounds_) {
        if (!has_part(cluster, state, endorses_from)) continue;
        const auto due = its_round.next_deadline_ms(view(cluster, state, now, store));
        if (due && (!deadline || *due < *deadline)) deadline = due;
    }
    return deadline;
}

bool is_settled(const ClusterId& cluster, Window window, const ChainState& state) {
    const auto next = state.next_window(cluster);
    return !next || window < *next;
}

}  // namespace fairfeed
