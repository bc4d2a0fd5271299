// The contradictions that one honest node has received since its last boot: an independent
// observer, which knows nothing of the node's own records. It counts only what a node must be able
// to prove: readings that it accepts from their meter, batches of its own clusters' next windows,
// and votes and proposals of the present height. A value; one thread.
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
    // `suspects`: names of those that may sign twice; messages of others are ignored.
    explicit HeardOffences(std::set<std::string> suspects) : suspects_(std::move(suspects)) {}

    // `state`: of the node's tip.
    void hear(const NodeId& self, const Publication& said, const ChainState& state);
    // Records the node's answer. A node keeps no reading that it refuses, so it cannot compare the
    // next one with it.
    void answer(const Publish& said, const Digest& network);
    [[nodiscard]] const std::set<std::pair<std::string, Offence>>& offences() const {
        return offences_;
    }

  private:
    void once(const std::string& culprit, Offence offence, const std::string& slot,
              const Digest& id);

    std::set<std::string> suspects_;
    std::map<std::string, Digest> said_;      // first id by culprit, offence and slot
    std::optional<std::string> heard_first_;  // the culprit's slot that the last message opened
    std::set<std::pair<std::string, Offence>> offences_;
};

}  // namespace fairfeed::simulation
