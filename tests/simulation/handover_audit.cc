#include "tests/simulation/handover_audit.h"

#include <algorithm>

#include "core/accounts/handover.h"
#include "core/ledger/replay.h"
#include "tests/simulation/committee_plan.h"

namespace fairfeed::simulation {

bool is_sealed_for_others(const ChainState& state, const ClusterId& cluster) {
    const auto next = state.next_window(cluster);
    if (!next) return false;
    for (const MeterId& meter : state.meters_of(cluster, *next)) {
        const auto& entries = state.key_grant(meter, *next)->entries;
        for (const NodeId& member : state.committee_of(cluster, *next)->members) {
            const bool is_granted =
                std::any_of(entries.begin(), entries.end(),
                            [&](const KeyGrantEntry& one) { return one.recipient == member; });
            if (!is_granted) return true;
        }
    }
    return false;
}

bool may_be_misled(const ChainState& state, const ClusterId& cluster, const Scenery& scenery,
                   const Plan& plan) {
    if (is_sealed_for_others(state, cluster)) return true;
    if (newcomers(state, cluster).empty()) return false;
    const Window last = *state.clusters.at(cluster).last_window;
    const auto& before = state.committee_of(cluster, last)->members;
    return !can_settle(scenery.indices_of(before), plan);
}

HandoverAudit::HandoverAudit(const Scenery& scenery, const Plan& plan)
    : scenery_(scenery),
      plan_(plan),
      state_(scenery.first_state),
      dgmd_(Keyholder{scenery.network.dgmd(), test::agreement_key(scenery.network.dgmd().str())}) {
    for (const NodeId& node : scenery.nodes)
        accounts_.emplace_back(Keyholder{node, test::agreement_key(node.str())});
    const CommittedBlock genesis{scenery.network.genesis().block.block, {}};
    for (KeyholderAccounts& accounts : accounts_)
        (void)accounts.follow({genesis, state_, state_});
    (void)dgmd_.follow({genesis, state_, state_});
}

bool HandoverAudit::is_honest(const NodeId& node) const {
    return plan_.behaviours[scenery_.index_of(node)] == Behaviour::honest;
}

std::string HandoverAudit::follow(const CommittedBlock& committed) {
    const ChainState before = state_;
    TrustingSignatureChecker signatures;
    CHECK(execute_block(state_, committed.block, signatures).has_value());
    for (const auto& [cluster, record] : state_.clusters)
        if (may_be_misled(state_, cluster, scenery_, plan_)) misled_.insert(cluster);
    std::string wrong;
    for (const Transaction& transaction : committed.block.transactions)
        if (is_handover(transaction) && wrong.empty()) wrong = judge(transaction);
    for (KeyholderAccounts& accounts : accounts_)
        (void)accounts.follow({committed, before, state_});
    (void)dgmd_.follow({committed, before, state_});
    for (const Transaction& transaction : committed.block.transactions) {
        if (const auto* settlement = std::get_if<Settlement>(&transaction.content)) {
            settlements_.push_back(*settlement);
            if (wrong.empty()) wrong = compare(settlement->cluster, settlement->window);
        } else if (const auto* handover = std::get_if<Handover>(&transaction.content)) {
            for (const KeyGrantEntry& entry : handover->entries)
                if (wrong.empty()) wrong = compare(entry.recipient, handover->cluster);
        }
    }
    return wrong;
}

// A handover belongs to the settlement before this block.
std::string HandoverAudit::judge(const Transaction& transaction) const {
    const auto& handover = std::get<Handover>(transaction.content);
    const Settlement* last = dgmd_.last_settlement(handover.cluster);
    const bool is_true = transaction.signer == state_.genesis.dgmd || is_honest(transaction.signer);
    for (const NodeId& node : scenery_.nodes) {
        const auto& entries = handover.entries;
        const bool is_for = std::any_of(entries.begin(), entries.end(),
                                        [&](const auto& one) { return one.recipient == node; });
        const bool opens =
            open_handover(state_.network, *last, transaction, node, test::agreement_key(node.str()))
                .has_value();
        if (opens == is_for || (is_for && !is_true)) continue;
        return "what " + transaction.signer.str() + " hands over of " + handover.cluster.str() +
               ", window " + std::to_string(handover.window) + (opens ? ", opens" : " is closed") +
               " to " + node.str();
    }
    return {};
}

// Compares the accounts of the honest members that settled this window.
std::string HandoverAudit::compare(const ClusterId& cluster, Window settled) const {
    for (const NodeId& member : state_.committee_of(cluster, settled)->members) {
        if (!is_honest(member)) continue;
        const bool is_open = accounts_[scenery_.index_of(member)].clusters().contains(cluster);
        const bool may_be_closed = misled_.contains(cluster) || plan_.liars == Liars::beyond;
        if (!is_open && !may_be_closed) {
            return "the accounts that " + member.str() + " has of " + cluster.str() + ", window " +
                   std::to_string(settled) + " is closed";
        }
        if (std::string wrong = compare(member, cluster); !wrong.empty()) return wrong;
    }
    return {};
}

// Compares a member's open accounts with DGMD's.
std::string HandoverAudit::compare(const NodeId& member, const ClusterId& cluster) const {
    const auto truth = dgmd_.clusters().find(cluster);
    const auto& open = accounts_[scenery_.index_of(member)].clusters();
    const auto accounts = open.find(cluster);
    if (accounts == open.end() || truth == dgmd_.clusters().end()) return {};
    for (const SealedLine& line : dgmd_.last_settlement(cluster)->lines) {
        const ClosingState* mine = accounts->second.closing(line.meter);
        const ClosingState* theirs = truth->second.closing(line.meter);
        const bool same = mine != nullptr && theirs != nullptr ? *mine == *theirs : mine == theirs;
        if (same) continue;
        return "the accounts that " + member.str() + " has of " + cluster.str() +
               " says something else of " + line.meter.str();
    }
    return {};
}

bool HandoverAudit::is_granted(const NodeId& node, const SealedLine& line) const {
    for (const KeyGrant& grant : state_.meters.at(line.meter).grants) {
        if (grant.epoch != line.key_epoch) continue;
        return std::any_of(grant.entries.begin(), grant.entries.end(),
                           [&](const KeyGrantEntry& one) { return one.recipient == node; });
    }
    return false;
}

std::string HandoverAudit::find_leak() const {
    for (std::size_t i = 0; i < scenery_.nodes.size(); ++i) {
        const NodeId& node = scenery_.nodes[i];
        for (const Settlement& settlement : settlements_) {
            const bool may =
                std::all_of(settlement.lines.begin(), settlement.lines.end(),
                            [&](const SealedLine& line) { return is_granted(node, line); });
            const bool can =
                ClusterAccounts::open_lines(settlement, accounts_[i].keys()).has_value();
            if (can == may) continue;
            return node.str() + (can ? " opens" : " cannot open") + " window " +
                   std::to_string(settlement.window) + " of " + settlement.cluster.str();
        }
    }
    return {};
}

}  // namespace fairfeed::simulation
