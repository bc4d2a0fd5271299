// What the nodes say of the chain, held against the follower's own copy of it. A STATUS proves
// nothing but that its signer said so: it tells whom to ask, and whose word differs. Two blocks of
// one height with a quorum's certificate each are a proof against the validators that signed both.
// Pure; owned by Follower.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/model/message.h"
#include "core/state/state.h"
#include "core/wire/cbor.h"

namespace fairfeed {

// How a node's latest STATUS compares with the follower's chain.
enum class NodeStanding : std::uint8_t {
    unheard,  // nothing was heard of it since the start
    agrees,   // the same block and the same state
    ahead,    // it claims a height that the follower does not have yet
    behind,   // so far behind that the follower no longer compares
    differs,  // another block or another state at a height that the follower has
};
[[nodiscard]] std::string_view to_string(NodeStanding standing);

struct FollowedWord {
    NodeStanding standing = NodeStanding::unheard;
    std::optional<NodeStatus> said;
    std::int64_t heard_ms = 0;                     // steady; of the latest good message
    std::string difference;                        // differs: a sentence with both values
    std::map<std::string, std::uint64_t> refused;  // messages, by reason
    bool connected = false;
    std::string why_not;  // the reason while there is no connection
};

class NodeWords {
  public:
    // Heights whose blocks are compared; older words count as behind.
    static constexpr std::size_t kHeightsKept = 256;
    struct Known {
        Digest id;
        Digest app_hash;                 // after the block
        std::vector<NodeId> validators;  // that decided it
    };

    explicit NodeWords(const std::vector<NodeId>& nodes);
    // The next block of the follower's own chain, verified.
    void remember(Height height, Known known);
    void on_line(const NodeId& node, bool connected, std::string why_not, Instant now);
    void on_status(const NodeId& node, const NodeStatus& status, Instant now);
    void on_refused(const NodeId& node, Reject reason);

    // nullptr: not kept.
    [[nodiscard]] const Known* known(Height height) const;
    [[nodiscard]] const std::map<NodeId, FollowedWord>& words() const { return words_; }
    // The height that at least one honest validator claims, by the last words of each: no height
    // that the tolerated number of liars alone can make up.
    [[nodiscard]] Height claimed(const std::vector<NodeId>& validators) const;

    // The blocks remembered, core/accounts/books_codec.h; not what nodes said of them.
    void write_known(cbor::Writer& out) const;
    void read_known(cbor::Reader& in);

  private:
    void compare(FollowedWord& word) const;

    std::map<NodeId, FollowedWord> words_;
    std::map<Height, Known> known_;
};

}  // namespace fairfeed
