// The contradictions that one honest node has received since its last boot: an independent
// observer, which knows nothing of the node's own records. It counts only what a node must be able
// to prove: readings that contradict one which it has stored, batches of its own clusters' next
// windows among the newest four versions of a slot, and votes and proposals of the present height.
// A value; one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "core/state/state.h"
#include "tests/simulation/happening.h"

namespace fairfeed::simulation {

class HeardOffences {
  public:
    HeardOffences() = default;
    // `suspects`: names of those that may sign twice; messages of others are ignored.
    explicit HeardOffences(std::set<std::string> suspects) : suspects_(std::move(suspects)) {}

    // `state`: of the node's tip.
    void hear(const NodeId& self, const Publication& said, const ChainState& state);
    // The node stores the reading, and can compare the next one with it.
    void keep(const SignedReading& reading);
    [[nodiscard]] const std::set<std::pair<std::string, Offence>>& offences() const {
        return offences_;
    }

  private:
    void once(const std::string& culprit, Offence offence, const std::string& slot,
              const Digest& id);
    void hear_batch(const std::string& proposer, const Settlement& content, const Digest& id);

    std::set<std::string> suspects_;
    using Place = std::tuple<std::string, Offence, std::string>;  // culprit, offence, slot
    std::map<Place, Digest> said_;                                // the first id of each
    using Slot = std::pair<std::string, std::string>;             // proposer; cluster, window, slot
    std::map<Slot, std::map<std::uint32_t, Digest>> batches_;  // by version, the first id of each
    std::set<std::pair<std::string, Offence>> offences_;
};

}  // namespace fairfeed::simulation
