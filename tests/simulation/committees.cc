// DGMD's part in a change of committee: new data keys and members, DGMD's own handover where the
// previous members may hand over nothing, and the notices to meters.
#include <algorithm>

#include "core/accounts/handover.h"
#include "core/wire/handover_codec.h"
#include "tests/simulation/committee_plan.h"
#include "tests/simulation/handover_audit.h"
#include "tests/simulation/simulation.h"

namespace fairfeed::simulation {
namespace {

constexpr std::int64_t kHandsOverAfterMs = 2000;  // after a window that nobody settles

bool grants_exactly(const KeyGrant* grant, const std::vector<NodeId>& readers) {
    if (grant == nullptr || grant->entries.size() != readers.size()) return false;
    return std::all_of(grant->entries.begin(), grant->entries.end(), [&](const KeyGrantEntry& one) {
        return std::find(readers.begin(), readers.end(), one.recipient) != readers.end();
    });
}

// Whether exactly these readers are granted from this window on, and by grants for later windows as
// well.
bool are_granted_from(Window first, const MeterRecord& meter, const ChainState& state,
                      const std::vector<NodeId>& readers) {
    const MeterId& id = meter.registration.meter;
    return grants_exactly(state.key_grant(id, first), readers) &&
           std::all_of(meter.grants.begin(), meter.grants.end(), [&](const KeyGrant& grant) {
               return grant.effective <= first ||
                      grants_exactly(state.key_grant(id, grant.effective), readers);
           });
}

const Settlement* settlement_in(const std::vector<CommittedBlock>& ledger, const Digest& id) {
    for (auto block = ledger.rbegin(); block != ledger.rend(); ++block) {
        for (const Transaction& transaction : block->block.transactions)
            if (transaction.id == id) return std::get_if<Settlement>(&transaction.content);
    }
    return nullptr;
}

}  // namespace

// The cluster's first planned change that the chain lacks. If the chain has all of them, the last
// change is due again when the cluster stands still before its window.
const CommitteeChange* Simulation::due_change(const ChainState& state, std::size_t cluster) const {
    const ClusterId id = test::TestNetwork::cluster(cluster + 1);
    std::uint32_t epoch = 1;
    const CommitteeChange* last = nullptr;
    for (const CommitteeChange& change : plan_.committees) {
        if (change.cluster != cluster) continue;
        last = &change;
        if (++epoch > state.clusters.at(id).committee.epoch) return last;
    }
    const auto next = state.next_window(id);
    if (last == nullptr || !next || effective_of(*last, state) != next) return nullptr;
    const auto& members = state.committee_of(id, *next)->members;
    const bool stands =
        !can_settle(scenery_.indices_of(members), plan_) || is_sealed_for_others(state, id);
    return stands ? last : nullptr;
}

// nullopt: a change in due form would come too late for this run, so DGMD waits until the cluster
// has stood still long enough.
std::optional<Window> Simulation::effective_of(const CommitteeChange& change,
                                               const ChainState& state) const {
    const GridClock grid = state.grid();
    const std::int64_t now_ms = state.genesis.parameters.real_epoch_ms + now_ms_;
    const auto running = grid.window_at(std::max(now_ms, state.tip_time_ms)).value_or(0);
    const auto next = state.next_window(test::TestNetwork::cluster(change.cluster + 1));
    if (next && running >= std::uint64_t{*next} + 2) return next;
    const Window effective = running + change.ahead;
    const bool is_in_time = effective < plan_.windows;
    if (is_in_time || (!next && changes_said_.contains(&change))) return effective;
    return std::nullopt;
}

// A newcomer is given a cluster once it votes: before, it may have forgotten an earlier membership
// (R23). Empty: DGMD waits for the newcomer, but not for ever.
std::vector<NodeId> Simulation::members_for(const CommitteeChange& change) const {
    std::vector<std::size_t> members = change.members;
    const auto late = std::find_if(members.begin(), members.end(),
                                   [&](std::size_t node) { return plan_.is_newcomer(node); });
    if (late != members.end() && !votes(*late)) {
        if (!is_calm()) return {};
        members.erase(late);
        for (std::size_t node = 0; node < plan_.nodes; ++node) {
            const bool is_in = std::find(members.begin(), members.end(), node) != members.end();
            if (is_in || !plan_.is_honest(node)) continue;
            members.push_back(node);
            break;
        }
    }
    std::vector<NodeId> names;
    for (const std::size_t node : members)
        names.push_back(scenery_.nodes[node]);
    return names;
}

bool Simulation::votes(std::size_t node) const {
    return std::any_of(hosts_.begin(), hosts_.end(), [&](const Host& host) {
        if (host.node != node || !host.program) return false;
        const NodeSummary summary = host.program->summary();
        return summary.consensus.may_sign && !summary.starting;
    });
}

// Grants another data key to every meter, then allocates the members.
std::vector<TransactionContent> Simulation::decrees_of(const CommitteeChange& change,
                                                       std::vector<NodeId> members,
                                                       Window effective,
                                                       const ChainState& state) const {
    CommitteeAllocation committee =
        state.clusters.at(test::TestNetwork::cluster(change.cluster + 1)).committee;
    committee.members = std::move(members);
    committee.epoch += 1;
    committee.effective = effective;
    std::vector<NodeId> readers = committee.members;
    readers.push_back(scenery_.network.dgmd());
    std::vector<TransactionContent> decrees;
    for (const MeterId& meter : state.clusters.at(committee.cluster).meters) {
        const MeterRecord& record = state.meters.at(meter);
        if (are_granted_from(effective, record, state, readers)) continue;
        const KeyEpoch epoch = record.grants.back().epoch + 1;
        CHECK(epoch <= kMostKeyEpochs);
        decrees.push_back(scenery_.network.grant(meter, epoch, readers, effective));
    }
    decrees.push_back(std::move(committee));
    return decrees;
}

std::vector<TransactionContent> Simulation::committee_wishes(const ChainState& state) {
    for (std::size_t cluster = 0; cluster < plan_.clusters; ++cluster) {
        const CommitteeChange* change = due_change(state, cluster);
        if (change == nullptr || now_ms_ < change->at_ms) continue;
        std::vector<NodeId> members = members_for(*change);
        const auto effective = effective_of(*change, state);
        if (members.empty() || !effective) continue;
        changes_said_.insert(change);
        auto decrees = decrees_of(*change, std::move(members), *effective, state);
        if (dice_.chance(200)) decrees.resize(1);
        return decrees;
    }
    return {};
}

bool Simulation::is_last_committee_in(const ChainState& state) const {
    if (plan_.committees.empty()) return true;
    if (!is_all_settled(nullptr)) return false;
    for (std::size_t cluster = 0; cluster < plan_.clusters; ++cluster) {
        const CommitteeChange* change = due_change(state, cluster);
        if (change != nullptr && changes_said_.contains(change)) return false;
    }
    return true;
}

// DGMD must hand over for an overdue cluster if its last members cannot be believed, or if earlier
// ones could not: a newcomer that was handed nothing then is a member like any other from the next
// settlement on.
bool Simulation::must_hand_over(const ChainState& state, const ClusterId& cluster) const {
    const auto next = state.next_window(cluster);
    const auto last = state.clusters.at(cluster).last_window;
    if (!next || !last) return false;
    const std::int64_t epoch_ms = state.genesis.parameters.real_epoch_ms;
    const std::int64_t overdue_ms = epoch_ms + now_ms_ - state.grid().end_real_ms(*next);
    const auto& said = state.clusters.at(cluster).handovers;
    const std::uint32_t epoch = state.committee_of(cluster, *next)->epoch;
    const bool has_said = std::any_of(said.begin(), said.end(), [&](const HandoverNote& note) {
        return note.by == state.genesis.dgmd && note.epoch == epoch;
    });
    return misled_.contains(cluster) && overdue_ms >= kHandsOverAfterMs && !has_said;
}

std::vector<Transaction> Simulation::handovers_of_utility(const Host& host) {
    const ChainState& state = host.program->state();
    const NodeId& dgmd = scenery_.network.dgmd();
    std::vector<Transaction> said;
    if (plan_.committees.empty()) return said;
    for (const auto& [cluster, record] : state.clusters) {
        if (!must_hand_over(state, cluster)) continue;
        const Settlement* last = settlement_in(host.disk.ledger, record.last_settlement);
        if (last == nullptr) continue;
        std::vector<NodeId> recipients =
            state.committee_of(cluster, *state.next_window(cluster))->members;
        std::sort(recipients.begin(), recipients.end());
        const auto handover = write_handover(state, *last, dgmd, recipients, scenery_.keys,
                                             random_of(Dice(dice_.next())));
        CHECK(handover.has_value());
        said.push_back(
            make_handover(*handover, dgmd, state.network, test::TestNetwork::dgmd_signer(state)));
    }
    return said;
}

// Meters learn of a change when it counts; some of them learn late.
void Simulation::follow_decrees(const Block& block, const ChainState& state) {
    if (plan_.committees.empty() || block.header.height <= decrees_up_to_) return;
    decrees_up_to_ = block.header.height;
    for (const auto& [cluster, record] : state.clusters)
        if (may_be_misled(state, cluster, scenery_, plan_)) misled_.insert(cluster);
    const std::size_t before = decrees_.size();
    for (const Transaction& transaction : block.transactions) {
        if (std::holds_alternative<Handover>(transaction.content)) count("handed over");
        if (const auto* committee = std::get_if<CommitteeAllocation>(&transaction.content)) {
            const auto running = state.grid().window_at(block.header.time_ms);
            const bool has_begun = running && committee->effective <= *running;
            count(has_begun ? "window given to others" : "committee changed");
        } else if (!std::holds_alternative<KeyGrant>(transaction.content)) {
            continue;
        }
        decrees_.push_back(transaction.content);
    }
    if (decrees_.size() == before) return;
    for (std::size_t meter = 0; meter < meters_.size(); ++meter) {
        const std::int64_t delay_ms = dice_.chance(200) ? dice_.below(6000) : dice_.below(200);
        at(now_ms_ + delay_ms, What::told, meter, decrees_.size());
    }
}

void Simulation::tell(std::size_t meter, std::size_t decrees) {
    SimulatedMeter& self = meters_[meter];
    for (; told_[meter] < decrees; ++told_[meter]) {
        const TransactionContent& decree = decrees_[told_[meter]];
        if (const auto* committee = std::get_if<CommitteeAllocation>(&decree)) {
            if (committee->cluster == self.cluster()) self.learn(*committee);
        } else if (const auto& grant = std::get<KeyGrant>(decree); grant.meter == self.id()) {
            self.learn(grant);
        }
    }
}

void Simulation::audit_handovers() {
    if (plan_.committees.empty() || oracles_.is_over()) return;
    const std::vector<CommittedBlock>* ledger = nullptr;
    for (const Host& host : hosts_) {
        if (!plan_.is_honest(host.node)) continue;
        if (ledger == nullptr || host.disk.ledger.size() > ledger->size())
            ledger = &host.disk.ledger;
    }
    if (ledger == nullptr) return;
    HandoverAudit audit(scenery_, plan_);
    for (const CommittedBlock& committed : *ledger) {
        const std::string wrong = audit.follow(committed);
        if (!wrong.empty()) return oracles_.lose(wrong);
    }
    const std::string leaked = audit.find_leak();
    if (!leaked.empty()) oracles_.fail(leaked);
}

}  // namespace fairfeed::simulation
