// What a validator asks the others when it starts (ATTEST, R22): which of its votes have you seen,
// and how far are you? It waits a bounded time for that, and never longer: after a blackout
// everybody waits for everybody. A node that must be silent (R23) goes on asking until it can tell
// for how long. Value-blind and pure; owned by SelfInquiry.
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
    static constexpr std::int64_t kProofWaits = 4;     // of tPropose each, after that

    void begin(const Timers& timers, Instant now);
    // A fresh answer of another validator: it had `tip` when it answered.
    void on_answer(const NodeId& peer, Height tip);
    // `others`: the validators beside this one of the height after the tip (R21); nobody else
    // counts. Nothing is proposed or voted before this: n-1-f answers are in, or the time is over.
    [[nodiscard]] bool is_over(const std::vector<NodeId>& others, Instant now) const;
    // More of them than may be faulty had blocks that we have not: the next height is decided, and
    // whatever we said of it now could only contradict what we said before (R22).
    [[nodiscard]] bool is_behind(const std::vector<NodeId>& others, Height tip) const;
    // For a node without any memory, which a claim alone must not keep from starting (R23): some
    // claim blocks that we have not, and either they are more than may be faulty, and two at least,
    // or they still have time to show one.
    [[nodiscard]] bool awaits_proof(const std::vector<NodeId>& others, Height tip,
                                    Instant now) const;
    // As many others as make a quorum by themselves have answered with tips that are not above
    // ours. Whoever they are, one honest node among them had decided the height before the last for
    // which we can have voted (docs/chain-rules.md, R23).
    [[nodiscard]] bool has_caught_up(const std::vector<NodeId>& others, Height tip) const;
    [[nodiscard]] std::size_t answers() const { return tips_.size(); }

    // When to ask again; the caller says so with asked().
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
    std::map<NodeId, Height> tips_;  // the first answer of each: what it had when we started
};

}  // namespace fairfeed::consensus
