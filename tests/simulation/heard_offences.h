// What one honest node has heard in one life that contradicts itself: an observer of its own,
// which knows nothing of how the node remembers. It counts only what a node must be able to prove:
// readings that it takes from their meter, batches of its own clusters' next windows, and votes and
// proposals of the height at hand. A value; one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/state/state.h"
#include "edge-node/effects/effects.h"
#include "tests/simulation/agenda.h"

namespace fairfeed::simulation {

class HeardOffences {
  public:
    HeardOffences() = default;
    // Names of those who may sign twice; nobody else is listened to.
    explicit HeardOffences(std::set<std::string> suspects) : suspects_(std::move(suspects)) {}

    // `state`: of the node's tip.
    void hear(const NodeId& self, const Publication& said, const ChainState& state);
    // What the node says to that, until it hears something else: it keeps no reading that it
    // refuses, and cannot compare the next one with it.
    void answer(const Publish& said, const Digest& network);
    [[nodiscard]] const std::set<std::pair<std::string, Offence>>& offences() const {
        return offences_;
    }

  private:
    void once(const std::string& culprit, Offence offence, const std::string& slot,
              const Digest& id);

    std::set<std::string> suspects_;
    std::map<std::string, Digest> said_;      // first id by culprit, offence and slot
    std::optional<std::string> heard_first_;  // of those, by the last message
    std::set<std::pair<std::string, Offence>> offences_;
};

}  // namespace fairfeed::simulation
