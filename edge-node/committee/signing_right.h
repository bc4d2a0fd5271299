// Whether this node may speak as a member about the window that a cluster settles next (R23). A
// node that lost its memory may have endorsed a batch of that window before. Two facts tell of
// which windows the node can have spoken: the height at which a window was opened to it, and the
// windows that had ended when its inbox was lost. Pure; owned by MemberWindows.
#pragma once

#include <map>
#include <optional>

#include "core/state/state.h"
#include "edge-node/effects/effects.h"

namespace fairfeed {

// Of the committee that governs the window.
[[nodiscard]] bool is_member(const NodeId& node, const ClusterId& cluster, Window window,
                             const ChainState& state);

class SigningRight {
  public:
    struct Opening {
        Window window = 0;
        Height at = 0;  // the first state on which this node was a member for the window
        bool operator==(const Opening&) const = default;
    };
    using Openings = std::map<ClusterId, Opening>;

    explicit SigningRight(NodeId self) : self_(std::move(self)) {}

    // After every block, in order.
    void follow(const ChainState& state);
    // Was the window at hand opened to this node at this height or later? (Turn::endorses_from.)
    // The window was opened when this node first was a member for it: what the node endorsed before
    // it lost its memory, it endorsed as a member. nullopt: false.
    [[nodiscard]] bool is_opened_from(const ClusterId& cluster, std::optional<Height> height) const;

    // An inbox was lost: every window that has ended by now, and the one under way, is in doubt.
    [[nodiscard]] PersistSilencedWindows doubt(const ChainState& state, Instant now);
    // As the disk has them.
    void restore(std::map<ClusterId, Window> doubts) { doubts_ = std::move(doubts); }
    // This node may have endorsed another batch of the window at hand, and leaves the window to the
    // other members. A window of fewer than four members is never in doubt: such a committee
    // tolerates no fault, so it needs this member, and silence could not protect the committee.
    [[nodiscard]] bool is_in_doubt(const ClusterId& cluster, const ChainState& state) const;

    // What follow() has noted of the blocks so far; it goes on from there after a resume().
    [[nodiscard]] const Openings& openings() const { return openings_; }
    void resume(Openings openings) { openings_ = std::move(openings); }

  private:
    NodeId self_;
    std::map<ClusterId, Window> doubts_;  // up to which window
    Openings openings_;
};

}  // namespace fairfeed
