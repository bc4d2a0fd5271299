#include "edge-node/chain/status_beacon.h"

#include <algorithm>
#include <utility>

#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"

namespace fairfeed {
namespace {

constexpr int kSayings = 2;  // of a COMMIT: at once, and once more

}  // namespace

StatusBeacon::StatusBeacon(NodeId self, const Signer& signer)
    : self_(std::move(self)), signer_(signer), publisher_(self_, signer) {}

void StatusBeacon::on_commit(const CommittedBlock& committed) {
    last_commit_ = CertifiedOutline{outline_of(committed.block), committed.certificate};
    commits_left_ = kSayings;
}

void StatusBeacon::say_commit_again() {
    commits_left_ = std::max(commits_left_, 1);
}

void StatusBeacon::say(const ChainState& tip, const consensus::Snapshot& standing,
                       const Turn& turn) {
    const NodeStatus status{tip.height, tip.tip, app_hash(tip), standing.height, standing.round};
    publisher_.publish(turn, Channel::status, "-",
                       encode_status(status, self_, tip.network, signer_));
    if (last_commit_ && commits_left_ > 0) {
        --commits_left_;
        publisher_.publish(turn, Channel::commit, "-", encode_certified_outline(*last_commit_));
    }
    due_ms_ = turn.now.steady_ms + tip.genesis.parameters.timers.rebroadcast_cap_ms;
}

}  // namespace fairfeed
