// Damaged blocks of this node's ledger, and the peers that have them whole: asks for each damaged
// block (R14's request), one peer after the other, and takes a block that has the id which the
// certified chain gives that height. The disk checks the rest of the block before it writes. Pure;
// owned by Node; one thread.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "core/state/state.h"
#include "edge-node/effects/publisher.h"

namespace fairfeed {

class BlockRepair {
  public:
    // The signer outlives this object.
    BlockRepair(NodeId self, const Signer& signer)
        : self_(self), publisher_(std::move(self), signer) {}

    // The disk does not hold what the chain has at this height: the block of this id.
    void on_damage(Height height, const Digest& id, Instant now);
    void on_mended(Height height);
    void on_time(const Turn& turn);
    // True: the sender was asked for this block. The wanted block becomes MendBlock, once. If the
    // disk refuses it, another peer is asked.
    [[nodiscard]] bool on_blocks(const NodeId& sender, const BlocksAnswer& answer,
                                 const Turn& turn);

    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;
    [[nodiscard]] std::size_t damaged() const { return wanted_.size(); }
    [[nodiscard]] std::uint64_t mended() const { return mended_; }

  private:
    struct Wanted {
        Digest id;
        std::size_t asked = 0;
        std::int64_t ask_at_ms = 0;  // steady
        std::set<NodeId> open;       // asked, without an answer yet
    };
    void ask(Height height, Wanted& wanted, const Turn& turn);

    NodeId self_;
    Publisher publisher_;
    std::map<Height, Wanted> wanted_;
    std::uint64_t mended_ = 0;
};

}  // namespace fairfeed
