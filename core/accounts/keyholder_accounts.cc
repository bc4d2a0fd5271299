#include "core/accounts/keyholder_accounts.h"

#include <algorithm>

#include "core/accounts/handover.h"
#include "core/accounts/key_grants.h"

namespace fairfeed {
namespace {

ReplayFault fault(const Block& block, const Transaction& transaction, Reject reason,
                  std::string_view what) {
    return {block.header.height, std::string(to_string(reason)),
            "the " + describe(transaction) + ": " + std::string(what) + " (" +
                std::string(to_string(reason)) + ")"};
}

// Keeps only what a handover needs: a whole settlement may take megabytes, for every cluster.
Settlement to_hand_over(const Settlement& settlement) {
    Settlement out;
    out.cluster = settlement.cluster;
    out.window = settlement.window;
    out.version = settlement.version;
    out.proposer = settlement.proposer;
    out.factors = settlement.factors;
    for (const SealedLine& line : settlement.lines)
        out.lines.push_back({line.meter, line.key_epoch, line.salt, {}, line.closing});
    return out;
}

}  // namespace

std::vector<const SignedReading*> readings_of(const Block& block, const Settlement& settlement) {
    std::map<Digest, const SignedReading*> in_block;
    for (const Transaction& transaction : block.transactions)
        if (const auto* reading = std::get_if<SignedReading>(&transaction.content))
            in_block.emplace(transaction.id, reading);
    std::vector<const SignedReading*> out;
    for (const ListedReading& listed : listed_readings(settlement)) {
        const auto found = in_block.find(listed.reading);
        if (found != in_block.end()) out.push_back(found->second);
    }
    return out;
}

bool KeyholderAccounts::holds_keys_of(const Block& block, const Settlement& settlement) const {
    const bool lines = std::all_of(
        settlement.lines.begin(), settlement.lines.end(),
        [&](const SealedLine& line) { return keys_.find(line.meter, line.key_epoch) != nullptr; });
    const auto listed = readings_of(block, settlement);
    return lines && std::all_of(listed.begin(), listed.end(), [&](const SignedReading* reading) {
               return keys_.find(reading->header.meter, reading->header.key_epoch) != nullptr;
           });
}

// Whether the holder can recompute the settlement: the window's committee and DGMD could read all
// its inputs. Another holder of its keys may lack the reading that an estimate comes from.
bool KeyholderAccounts::is_judge(const ChainState& before, const Settlement& settlement) const {
    const auto* committee = before.committee_of(settlement.cluster, settlement.window);
    return holder_ && (holder_->node == before.genesis.dgmd ||
                       (committee != nullptr && is_member(*committee, holder_->node)));
}

Result<RecomputedSettlement, ReplayFault> KeyholderAccounts::recompute(const ReplayStep& step,
                                                                       std::size_t index) {
    const Block& block = step.committed.block;
    const Transaction& transaction = block.transactions[index];
    const auto& settlement = std::get<Settlement>(transaction.content);
    RecomputedSettlement out;
    out.opened.cluster = settlement.cluster;
    out.opened.window = settlement.window;
    for (const SignedReading* reading : readings_of(block, settlement)) {
        auto body = open_with(keys_, *reading);
        if (!body)
            return unexpected(
                fault(block, transaction, body.error(),
                      "the reading of meter " + reading->header.meter.str() + " does not open"));
        out.readings[reading->header.window].emplace(reading->header.meter,
                                                     OpenedReading{*reading, std::move(*body)});
    }
    ClusterAccounts& accounts =
        clusters_.try_emplace(settlement.cluster, ClusterAccounts(settlement.cluster))
            .first->second;
    // A cluster settles at most once in a block, so its draft was made on the state before the
    // block.
    out.judged = is_judge(step.before, settlement);
    const auto checked = out.judged ? accounts.check(step.before, settlement, out.readings, keys_)
                                    : Result<void, Reject>{};
    auto shares =
        accounts.commit(step.after, settlement, out.readings, block.header.time_ms, keys_);
    if (!shares)
        return unexpected(fault(block, transaction, shares.error(), "its lines do not open"));
    if (!checked)
        faults_.push_back(
            fault(block, transaction, checked.error(),
                  "the contract, recomputed from the readings, gives something else"));
    out.shares = std::move(*shares);
    out.opened.lines = accounts.last_lines();
    return out;
}

void KeyholderAccounts::close(const ClusterId& cluster) {
    closed_.insert(cluster);
    auto accounts = clusters_.extract(cluster);
    if (accounts.empty()) return;
    accounts.mapped().close();
    witnessed_.insert_or_assign(cluster, std::move(accounts.mapped()));
}

// A keyholder that opens the accounts later bases estimates on what all members could read by then.
void KeyholderAccounts::witness(const ReplayStep& step, const Settlement& settlement) {
    HeldReadings listed;
    for (const SignedReading* reading : readings_of(step.committed.block, settlement)) {
        auto body = open_with(keys_, *reading);
        if (!body) continue;
        listed[reading->header.window].emplace(reading->header.meter,
                                               OpenedReading{*reading, std::move(*body)});
    }
    const bool is_stranger = !holds_keys_of(step.committed.block, settlement) && listed.empty();
    if (is_stranger && !witnessed_.contains(settlement.cluster)) return;
    witnessed_.try_emplace(settlement.cluster, settlement.cluster)
        .first->second.witness(step.after, settlement, listed, keys_);
}

const Settlement* KeyholderAccounts::last_settlement(const ClusterId& cluster) const {
    const auto found = last_.find(cluster);
    return found != last_.end() ? &found->second.settlement : nullptr;
}

void KeyholderAccounts::take_over(const ReplayStep& step, const Transaction& transaction) {
    const ClusterId& cluster = std::get<Handover>(transaction.content).cluster;
    const auto last = last_.find(cluster);
    if (!holder_ || last == last_.end()) return;
    const auto& [settlement, block] = last->second;
    const auto closings = open_handover(step.after.network, settlement, transaction, holder_->node,
                                        holder_->agreement);
    if (!closings) {
        if (closings.error() != Reject::not_a_member)
            false_handovers_.push_back(transaction.signer);
        return;
    }
    if (!closed_.contains(cluster)) return;
    ClusterAccounts accounts = std::move(witnessed_.try_emplace(cluster, cluster).first->second);
    witnessed_.erase(cluster);
    TakenOver taken{cluster, std::get<Handover>(transaction.content).settlement, {}, *closings, {}};
    for (const SealedLine& line : settlement.lines)
        taken.meters.push_back(line.meter);
    taken.shares = accounts.take_over(step.after, settlement, *closings, block);
    clusters_.insert_or_assign(cluster, std::move(accounts));
    closed_.erase(cluster);
    taken_over_.push_back(std::move(taken));
}

void KeyholderAccounts::open(const ReplayStep& step, std::size_t index,
                             std::vector<RecomputedSettlement>& out) {
    const Block& block = step.committed.block;
    const auto& settlement = std::get<Settlement>(block.transactions[index].content);
    if (!holds_keys_of(block, settlement)) return close(settlement.cluster);
    auto opened = recompute(step, index);
    if (opened) {
        out.push_back(std::move(*opened));
    } else {
        faults_.push_back(std::move(opened.error()));
        close(settlement.cluster);
    }
}

std::vector<RecomputedSettlement> KeyholderAccounts::follow(const ReplayStep& step) {
    const Block& block = step.committed.block;
    if (holder_ && grants_keys(block)) keys_.learn(step.after, *holder_);
    faults_.clear();
    taken_over_.clear();
    false_handovers_.clear();
    std::vector<RecomputedSettlement> out;
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        if (block.transactions[i].kind == TransactionKind::handover)
            take_over(step, block.transactions[i]);
        const auto* settlement = std::get_if<Settlement>(&block.transactions[i].content);
        if (settlement == nullptr) continue;
        last_[settlement->cluster] = {
            to_hand_over(*settlement),
            settling_block(step.after, *settlement, block.header.time_ms)};
        if (!closed_.contains(settlement->cluster)) open(step, i, out);
        if (closed_.contains(settlement->cluster)) witness(step, *settlement);
    }
    return out;
}

}  // namespace fairfeed
