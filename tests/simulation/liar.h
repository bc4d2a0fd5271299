// Alters the messages of a Byzantine node's honest program, in both directions. A liar has the
// node's real key and no other node's. One per lying node; behaviours that concern machines (twins,
// colluders, lying disks) are the simulation's. One thread.
#pragma once

#include <deque>
#include <map>
#include <vector>

#include "edge-node/node/node.h"
#include "tests/simulation/scenery.h"

namespace fairfeed::simulation {

struct Utterance {
    Publish said;
    std::vector<bool> to;  // by node; empty: all
};

class Liar {
  public:
    // `accomplice`: a meter whose key it may use; empty: none.
    Liar(Behaviour behaviour, const Scenery& scenery, std::size_t node, MeterId accomplice,
         Dice dice);

    // The messages that are sent instead of this one.
    [[nodiscard]] std::vector<Utterance> instead_of(const Publish& said);
    // False: the program never receives this message.
    [[nodiscard]] bool hears(const Topic& topic, ByteView message);

  private:
    [[nodiscard]] std::vector<Utterance> equivocate(const Publish& said);
    [[nodiscard]] std::vector<Utterance> propose_twice(const Publish& said);
    [[nodiscard]] std::vector<Utterance> batch_twice(const Publish& said);
    [[nodiscard]] std::vector<Utterance> endorse_all(const Publish& said);
    [[nodiscard]] std::vector<Utterance> certify_other(const Publish& said);
    [[nodiscard]] std::vector<Utterance> forge(const Publish& said);
    void overhear(const Topic& topic, ByteView message);
    [[nodiscard]] const Transaction& other_batch(const Transaction& batch);
    [[nodiscard]] Signature endorsement(const Endorsement& content) const;
    [[nodiscard]] std::vector<Utterance> replay(const Publish& said);
    [[nodiscard]] Bytes other_vote(const Publish& said);
    // false_claims.cc
    [[nodiscard]] std::vector<Utterance> boast(const Publish& said);
    [[nodiscard]] Height boasted(Height height);
    [[nodiscard]] std::vector<Utterance> invent(const Publish& said);
    [[nodiscard]] BlockOutline invented(BlockOutline outline);
    [[nodiscard]] std::vector<Utterance> hoard(const Publish& said);
    [[nodiscard]] std::vector<Utterance> mislead(const Publish& said);
    [[nodiscard]] Transaction hoarded(const MeterId& meter, Window window);
    [[nodiscard]] std::vector<bool> some();

    Behaviour behaviour_;
    const Scenery& scenery_;
    NodeId self_;
    Dice dice_;
    MeterId accomplice_;
    MeterId ignored_;              // omitting
    std::size_t hoards_ = 0;       // hoarding: sent so far
    bool misleads_;                // misleading: with a false handover; otherwise without any
    std::deque<Publish> history_;  // replaying
    std::vector<Digest> blocks_;   // equivocating: ids it has voted for
    // double_batching: the second batch by the id of the first, the endorsers of each batch, and
    // other nodes' batches in its clusters.
    std::map<Digest, Transaction> others_;
    std::map<Digest, std::map<NodeId, Signature>> endorsed_;
    std::map<ClusterId, std::vector<Endorsement>> overheard_;
};

}  // namespace fairfeed::simulation
