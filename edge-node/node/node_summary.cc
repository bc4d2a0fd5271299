// The summary of a node for people.
#include "edge-node/node/node.h"
#include "edge-node/node/signing_words.h"

namespace fairfeed {
namespace {

std::map<std::string, std::uint64_t> named(
    const std::array<std::uint64_t, kRejectCount>& counters) {
    std::map<std::string, std::uint64_t> out;
    for (std::size_t i = 0; i < kRejectCount; ++i) {
        if (counters[i] > 0) out[std::string(to_string(static_cast<Reject>(i)))] = counters[i];
    }
    return out;
}

// Only of the clusters whose keys this node holds.
std::map<MeterId, std::uint32_t> over_certified(const KeyholderAccounts& accounts) {
    std::map<MeterId, std::uint32_t> out;
    for (const auto& [cluster, its_accounts] : accounts.clusters()) {
        for (const SettlementLine& line : its_accounts.last_lines())
            if (line.closing.over_capacity > 0) out[line.meter] = line.closing.over_capacity;
    }
    return out;
}

// What the chain holds against nodes and meters.
void add_offences(NodeSummary& out, const ChainState& chain) {
    for (const auto& [id, node] : chain.nodes) {
        for (const auto& [offence, record] : node.offences)
            out.accused[id.str()] += record.count;
    }
    for (const auto& [id, meter] : chain.meters) {
        if (meter.offences.count > 0) out.accused[id.str()] = meter.offences.count;
        if (meter.tampered) out.tampered[id] = meter.tampered->from;
        if (meter.deauthorised) out.deauthorised[id] = meter.deauthorised->from;
    }
}

void add_clusters(NodeSummary& out, const ChainState& chain, const NodeId& self) {
    for (const auto& [id, cluster] : chain.clusters) {
        if (cluster.committee.members.front() == self) {
            out.committee_class = committee_class(cluster.committee.members.size());
        }
        if (cluster.last_window) out.settled[id] = *cluster.last_window + 1;
    }
}

void add_silent_meters(NodeSummary& out, const ChainState& chain, const ReadingIntake& intake) {
    for (const auto& [id, meter] : chain.meters) {
        if (!meter.is_silent()) continue;
        if (const auto reason = intake.refused_lately(id, chain)) {
            out.unusable[id] = std::string(to_string(*reason));
        } else {
            out.silent[id] = meter.missed;
        }
    }
}

}  // namespace

NodeLoad Node::load() const {
    return {chain_->workbench().pool().size(), pending_.size(), committee_.intake().store().size(),
            committee_.windows().batches_heard(), chain_->agreement().replica().buffered_bytes()};
}

NodeSummary Node::summary() const {
    NodeSummary out;
    const ChainState& chain = state();
    out.height = chain.height;
    out.claimed = chain_->claimed();
    out.tip = chain.tip;
    out.app_hash = app_hash(chain);
    out.consensus = chain_->agreement().replica().snapshot();
    out.starting = chain_->inquiry().is_starting();
    out.attested = chain_->inquiry().answers();
    out.waiting_transactions = chain_->workbench().pool().size();
    out.readings_accepted = committee_.intake().accepted();
    out.readings_duplicate = duplicates_;
    out.rejected = named(rejected_);
    out.refused = named(refused_);
    out.refused_from = refused_from_;
    out.objections = committee_.findings().objections();
    out.peers_heard = peers_heard_;
    out.blocks_damaged = repair_.damaged();
    out.blocks_mended = repair_.mended();
    out.invariants = committee_.invariants().reports();
    out.alarms = alarms(out);
    out.office = chain.office.office;
    add_offences(out, chain);
    add_clusters(out, chain, self_);
    out.settlements = settlements_;
    add_silent_meters(out, chain, committee_.intake());
    out.over_certified = over_certified(committee_.windows().accounts());
    return out;
}

std::vector<std::string> Node::alarms(const NodeSummary& summary) const {
    std::vector<std::string> out = signing_alarms(summary.consensus, summary.attested);
    if (auto alarm = registration_alarm(state(), self_, signer_.public_key()); !alarm.empty())
        out.push_back(std::move(alarm));
    const auto& odd = committee_.findings().alarms();
    out.insert(out.end(), odd.begin(), odd.end());
    if (summary.blocks_damaged > 0)
        out.push_back("blocks of the ledger are damaged on this disk, and not yet mended");
    if (auto ahead = time_alarm(chain_->tip(), now_); !ahead.empty())
        out.push_back(std::move(ahead));
    const auto& lies = chain_->agreement().equivocations().words();
    out.insert(out.end(), lies.begin(), lies.end());
    return out;
}

}  // namespace fairfeed
