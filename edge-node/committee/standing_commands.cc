#include "edge-node/committee/standing_commands.h"

#include "core/state/settlement_rules.h"
#include "core/state/state.h"
#include "core/wire/message_codec.h"
#include "edge-node/committee/signing_right.h"

namespace fairfeed {
namespace {

// Whether the node is of the committee that governs the cluster's next window, or of the one that
// will.
bool speaks_for(const NodeId& self, const ClusterId& cluster, const ChainState& state) {
    const ClusterRecord& record = state.clusters.at(cluster);
    if (is_member(record.committee, self)) return true;
    const auto next = state.next_window(cluster);
    return next && is_member(self, cluster, *next, state);
}

}  // namespace

StandingCommands::StandingCommands(NodeId self, const Signer& signer)
    : self_(std::move(self)), signer_(signer), publisher_(self_, signer) {}

void StandingCommands::on_commit(const Block& block, const Turn& turn) const {
    for (const Transaction& transaction : block.transactions) {
        if (const auto* command = std::get_if<MeterCommand>(&transaction.content)) {
            tell(command->meter, turn);
        } else if (const auto* change = std::get_if<CommitteeAllocation>(&transaction.content)) {
            for (const MeterId& meter : turn.state.clusters.at(change->cluster).meters)
                tell(meter, turn);
        }
    }
}

void StandingCommands::tell_all(const Turn& turn) const {
    for (const auto& [cluster, record] : turn.state.clusters)
        for (const MeterId& meter : record.meters)
            tell(meter, turn);
}

void StandingCommands::tell(const MeterId& meter, const Turn& turn) const {
    const MeterRecord& record = turn.state.meters.at(meter);
    if (!record.command || record.tampered) return;
    if (window_is_over(turn.state, record.command->expires, turn.now.real_ms)) return;
    if (!speaks_for(self_, record.registration.cluster, turn.state)) return;
    publisher_.publish(turn, Channel::command, meter.str(),
                       encode_command(*record.command, self_, turn.state.network, signer_));
}

}  // namespace fairfeed
