// Damaged blocks of the own ledger, and the peers that have them: asks for each (R14's request),
// one peer after the other, and takes whatever has the id that the certified chain gives that
// height. The disk checks the rest before it writes. Pure; owned by Node; one thread.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "core/crypto/signing.h"
#include "core/state/state.h"
#include "edge-node/effects/effects.h"

namespace fairfeed {

class BlockRepair {
  public:
    BlockRepair(NodeId self, const Signer& signer) : self_(std::move(self)), signer_(signer) {}

    void on_damage(Height height, const Digest& id, Instant now);
    void on_mended(Height height);
    void on_time(const ChainState& state, Instant now, Effects& out);
    // Was the sender asked for this? Then MendBlock, once, if it is the wanted block: one that the
    // disk refuses is asked for again, of somebody else.
    [[nodiscard]] bool on_blocks(const NodeId& sender, const BlocksAnswer& answer, Effects& out);

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
    void ask(Height height, Wanted& wanted, const ChainState& state, Instant now, Effects& out);

    NodeId self_;
    const Signer& signer_;
    std::map<Height, Wanted> wanted_;
    std::uint64_t mended_ = 0;
};

}  // namespace fairfeed
