// What a validator asks the other validators when it starts (ATTEST, R22): which of its votes they
// have seen, and how high their tips are. The wait for answers is bounded: after a blackout every
// validator waits for every other one. A silent node (R23) asks on until the answers bound its
// silence. Pure; knows nothing of blocks but heights. Owned by SelfInquiry.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/network.h"

namespace fairfeed::consensus {

class Inquiry {
  public:
    static constexpr std::int64_t kMostWaitMs = 3000;  // scaled down with propose_ms in the lab
    static constexpr std::int64_t kProofWaits = 4;     // after that wait; one is tPropose

    void begin(const Timers& timers, Instant now);
    // A fresh answer of another validator, whose tip was `tip` when it answered. Of several answers
    // the lowest tip counts.
    void on_answer(const NodeId& peer, Height tip);
    // `others`, here and below: the other validators of the height after the tip (R21). Answers of
    // other nodes do not count. True: n-1-f have answered, or the time is over. The node proposes
    // and votes only after this.
    [[nodiscard]] bool is_over(const std::vector<NodeId>& others, Instant now) const;
    // R22: more validators than may be faulty had blocks above the own tip, so the next height is
    // decided. A vote on that height could contradict an earlier vote that this node has forgotten.
    [[nodiscard]] bool is_behind(const std::vector<NodeId>& others, Height tip) const;
    // R23, for a node with neither record nor ledger. True: validators claim blocks above the own
    // tip, and the node must wait for one of these blocks. It waits without end for more validators
    // than may be faulty, if they are at least two. It waits for fewer only until proof_until_ms().
    [[nodiscard]] bool awaits_proof(const std::vector<NodeId>& others, Height tip,
                                    Instant now) const;
    // R23: a full quorum of other validators has answered with tips that are not above the own tip.
    // docs/chain-rules.md proves from this that this node voted for no height above tip + 2.
    [[nodiscard]] bool has_caught_up(const std::vector<NodeId>& others, Height tip) const;
    [[nodiscard]] std::size_t answers() const { return tips_.size(); }

    // When to ask again. The caller confirms with asked() that it has asked. `waiting`: the start
    // still waits for the answers, so the pause is short.
    [[nodiscard]] std::int64_t ask_at_ms() const { return ask_at_ms_; }
    void asked(Instant now, bool waiting);
    [[nodiscard]] std::int64_t until_ms() const { return until_ms_; }
    [[nodiscard]] std::int64_t proof_until_ms() const {
        return until_ms_ + kProofWaits * timers_.propose_ms;
    }

  private:
    [[nodiscard]] std::size_t further(const std::vector<NodeId>& others, Height tip) const;

    Timers timers_;
    std::int64_t until_ms_ = 0;      // steady
    std::int64_t ask_at_ms_ = 0;     // steady
    std::map<NodeId, Height> tips_;  // the lowest answer of each
};

}  // namespace fairfeed::consensus
