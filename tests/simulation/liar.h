// What a Byzantine node makes of what its honest program wants to say or hears: it has the node's
// real key and nobody else's. One per lying node; the behaviours that are about machines (twins,
// forgetful) are the simulation's own. One thread.
#pragma once

#include <deque>
#include <vector>

#include "edge-node/node.h"
#include "tests/simulation/scenery.h"

namespace fairfeed::simulation {

struct Utterance {
    Publish said;
    std::vector<bool> to;  // by node; empty: all
};

class Liar {
  public:
    Liar(Behaviour behaviour, const Scenery& scenery, std::size_t node, Dice dice);

    // What leaves in place of this message.
    [[nodiscard]] std::vector<Utterance> instead_of(const Publish& said);
    // False: it never sees this.
    [[nodiscard]] bool hears(const Topic& topic) const;

  private:
    [[nodiscard]] std::vector<Utterance> equivocate(const Publish& said);
    [[nodiscard]] std::vector<Utterance> forge(const Publish& said);
    [[nodiscard]] std::vector<Utterance> replay(const Publish& said);
    [[nodiscard]] Bytes other_vote(const Publish& said);
    [[nodiscard]] std::vector<bool> some();

    Behaviour behaviour_;
    const Scenery& scenery_;
    NodeId self_;
    Dice dice_;
    MeterId ignored_;              // omitting
    std::deque<Publish> history_;  // replaying
    std::vector<Digest> blocks_;   // equivocating: ids it has voted for
};

}  // namespace fairfeed::simulation
