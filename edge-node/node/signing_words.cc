#include "edge-node/node/signing_words.h"

#include "core/model/certificate.h"

namespace fairfeed {
namespace {

using consensus::Halt;
using consensus::HaltReason;
using consensus::Silence;
using consensus::SilenceReason;
using consensus::Snapshot;

std::string_view why(SilenceReason reason) {
    switch (reason) {
        case SilenceReason::lost:
            return "its safety record is lost";
        case SilenceReason::damaged:
            return "one slot of its safety record is damaged";
        case SilenceReason::outdated:
            return "its safety record is older than votes that others have of it";
    }
    return "";
}

bool is_silent(const Snapshot& snapshot) {
    const auto& silence = snapshot.silence;
    return silence && (!silence->until || snapshot.height <= *silence->until);
}

std::string words(const Silence& silence, const Snapshot& snapshot, std::size_t attested) {
    std::string out = "signs nothing, because " + std::string(why(silence.reason)) + ": ";
    if (silence.until) {
        return out + "the others must commit height " + std::to_string(*silence.until) + " first";
    }
    if (snapshot.validators == 0) return out + "asks the others first";  // not started yet
    const std::size_t needed = quorum(snapshot.validators);
    out += "waits for " + std::to_string(needed) + " other validators to tell their heights, and " +
           std::to_string(attested) + " have";
    if (needed >= snapshot.validators) {
        out += "; there are only " + std::to_string(snapshot.validators - 1);
    }
    return out + "; if they cannot: edge-node run --accept-lost-safety-record, see operations.md";
}

std::string words(const Halt& halt) {
    const std::string hashes =
        " (ours " + to_hex(halt.ours.view()) + ", theirs " + to_hex(halt.theirs.view()) + ")";
    const std::string height = std::to_string(halt.height);
    switch (halt.reason) {
        case HaltReason::diverged:
            return "diverged at height " + height + hashes +
                   ": signs nothing any more; compare this node with the others before anything "
                   "else, see operations.md";
        case HaltReason::same_key_elsewhere:
            return "same key elsewhere: a vote of height " + height + hashes +
                   " has this node's signature and is not its own: signs nothing any more; find "
                   "and stop the other one, see operations.md";
    }
    return "";
}

}  // namespace

std::string_view signing_state(const Snapshot& snapshot, bool starting) {
    if (snapshot.halt) return "stopped";
    if (starting) return "starting";
    if (is_silent(snapshot)) return "silent";
    return snapshot.may_sign ? "signs" : "observer";
}

std::vector<std::string> signing_alarms(const Snapshot& snapshot, std::size_t attested) {
    std::vector<std::string> out;
    if (snapshot.halt) out.push_back(words(*snapshot.halt));
    if (is_silent(snapshot)) out.push_back(words(*snapshot.silence, snapshot, attested));
    return out;
}

std::string registration_alarm(const ChainState& state, const NodeId& self, const PublicKey& key) {
    const auto* found = state.nodes.find(self);
    const std::string height = std::to_string(state.height);
    if (found == nullptr) {
        return self.str() + " is not registered in this chain up to height " + height +
               ": it follows, and signs nothing; DGMD registers it (NODE)";
    }
    if (found->registration.signing_key != key) {
        return "another key is registered for " + self.str() +
               ": the others refuse what this node signs; give it the key that DGMD registered";
    }
    if (!found->revoked_from) return {};
    return "DGMD has revoked " + self.str() + " from height " +
           std::to_string(*found->revoked_from) + " on: the others refuse its messages; stop it";
}

}  // namespace fairfeed
