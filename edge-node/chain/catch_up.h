// Whom to ask for blocks (R14). A peer's claim of a height is only a reason to ask that peer: it
// changes nothing else. One peer is asked at a time; whoever answers badly or not at all waits,
// longer each time, and the next is asked at once, so that nobody waits for a liar and no number of
// claims makes more than one request at a time. Pure; owned by ChainDriver.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/network.h"

namespace fairfeed {

class CatchUp {
  public:
    // patience: how long a claim of just one height more may wait for the block to come by itself
    // (rebroadcast_ms); answer: how long an answer may take (propose_ms).
    explicit CatchUp(const Timers& timers);

    // The newest claim of a peer counts, also a lower one. `tip` is our own height.
    void on_claim(const NodeId& peer, Height claimed, Height tip, Instant now);
    // Its answer brought us to `tip`: it is asked for more at once.
    void on_progress(const NodeId& peer, Instant now);
    // Its answer was refused, or it was asked and had nothing in it that we lack.
    void on_failure(const NodeId& peer, Instant now);
    // It was asked for blocks from there on.
    void asked(const NodeId& peer, Height from);
    // It answers, maybe late, with blocks from `first` on (nullopt: with nothing of use): from
    // where on it was asked, in that question or else in the oldest without an answer. nullopt: it
    // was not asked, or has answered already.
    [[nodiscard]] std::optional<Height> close(const NodeId& peer, std::optional<Height> first);
    [[nodiscard]] bool has_asked(const NodeId& peer) const {
        return asked_ && asked_->peer == peer;
    }
    // The peer to ask for what follows `tip`, when it is time to ask somebody.
    [[nodiscard]] std::optional<NodeId> whom_to_ask(Height tip, Instant now);

    // Steady time at which whom_to_ask should be called again.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms(Height tip) const;

  private:
    struct Peer {
        Height claimed = 0;
        std::int64_t not_before_ms = 0;
        std::uint32_t failures = 0;  // in a row
    };
    struct Asked {
        NodeId peer;
        std::int64_t until_ms = 0;
    };
    void put_off(Peer& peer, Instant now) const;

    std::int64_t patience_ms_;
    std::int64_t answer_ms_;
    std::map<NodeId, Peer> peers_;
    std::optional<Asked> asked_;
    std::map<NodeId, std::deque<Height>> open_;  // questions without an answer yet, the last few
};

}  // namespace fairfeed
