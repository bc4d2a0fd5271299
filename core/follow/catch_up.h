// Whom to ask for blocks (R14). A peer's claim of a height is only a reason to ask that peer. One
// peer is asked at a time, however many claim. A peer that answers badly or not at all is put off,
// for longer each time, and the next peer is asked at once: a liar holds this node up for one
// answer's time. Pure; owned by whoever follows the chain: a node's ChainDriver, the gateway's
// Follower.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/network.h"

namespace fairfeed {

// The height that at least one honest validator claims, of one claim for each validator: no height
// that the tolerated number of liars alone can make up.
[[nodiscard]] Height believed_height(std::vector<Height> claims);

class CatchUp {
  public:
    // rebroadcast_ms: how long this node waits, when a peer claims just one height more, for the
    // block to come without a question. propose_ms: how long an answer may take.
    // A network with larger messages gives their way more time.
    explicit CatchUp(const NetworkParameters& parameters);

    // A peer's newest claim counts, also a lower one. `tip`: this node's height.
    void on_claim(const NodeId& peer, Height claimed, Height tip, Instant now);
    // The peer's answer brought blocks: the peer may be asked for more at once.
    void on_progress(const NodeId& peer, Instant now);
    // The peer's answer was refused, or held no block that this node lacks.
    void on_failure(const NodeId& peer, Instant now);
    // The peer was asked for blocks from this height on.
    void asked(const NodeId& peer, Height from);
    // The peer answers, maybe late, with blocks from `first` on (nullopt: with none). Closes the
    // question for blocks from `first` on, or else the oldest open question, and returns the height
    // that the question named. nullopt: no question to the peer is open.
    [[nodiscard]] std::optional<Height> close(const NodeId& peer, std::optional<Height> first);
    [[nodiscard]] bool has_asked(const NodeId& peer) const {
        return asked_ && asked_->peer == peer;
    }
    // The peer to ask for the blocks after `tip`. nullopt: it is not the time to ask.
    [[nodiscard]] std::optional<NodeId> whom_to_ask(Height tip, Instant now);

    // What these validators claim, believed_height().
    [[nodiscard]] Height claimed(const std::vector<NodeId>& validators) const;

    // Steady time at which whom_to_ask should be called again.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms(Height tip) const;

  private:
    struct Peer {
        Height claimed = 0;
        std::int64_t not_before_ms = 0;
        std::uint32_t failures = 0;  // one after the other
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
    std::map<NodeId, std::deque<Height>> open_;  // the newest questions without an answer
};

}  // namespace fairfeed
