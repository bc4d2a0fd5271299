// Transactions that wait for a block are announced by id (HAVE), again and again with growing
// pauses. A peer that lacks an announced transaction asks for it. So no large message is repeated
// for peers that may have missed it. Announcements is the side that announces, Pulls the side that
// asks. Pure; Announcements is owned by Node, Pulls by MissingBodies.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/message.h"
#include "core/model/network.h"

namespace fairfeed {

class Announcements {
  public:
    // Announces these ids together, at `first_ms` (steady) for the first time. If the key is known,
    // its announcement goes on as before.
    void begin(const Digest& key, std::vector<Digest> ids, std::int64_t first_ms);
    // Ends the announcements of all other keys.
    void keep_only(const std::set<Digest>& keys);
    // The ids that are due, in messages of at most kMaxAnnounced ids. An announcement is due again
    // after a pause that doubles up to rebroadcast_cap_ms.
    [[nodiscard]] std::vector<std::vector<Digest>> due(const Timers& timers, Instant now);
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;

  private:
    struct Standing {
        std::vector<Digest> ids;
        std::int64_t at_ms = 0;
        std::int64_t pause_ms = 0;
    };
    std::map<Digest, Standing> standing_;
};

class Pulls {
  public:
    // `lacking`: what the peer announces and this node does not hold. Returns the ids to ask the
    // peer for now. One peer at a time is asked for an id; the same peer is asked for the id again
    // only after a pause that doubles.
    [[nodiscard]] std::vector<Digest> choose(const NodeId& peer, const std::vector<Digest>& lacking,
                                             const NetworkParameters& parameters, Instant now);
    // The transaction came, and the pool refused it: no peer is asked for it again at this height.
    void refused(const Digest& id);
    // The transactions of the block are not asked for any more. A transaction that was refused may
    // fit the new state.
    void on_commit(const CommittedBlock& committed);

  private:
    struct Question {
        std::int64_t at_ms = 0;
        std::int64_t pause_ms = 0;
    };
    using Questions = std::map<Digest, Question>;
    [[nodiscard]] bool was_asked(const Digest& id, std::int64_t since_ms) const;

    std::map<NodeId, Questions> asked_;  // a peer's full table takes no new id until the next block
    std::set<Digest> refused_;
    std::set<Digest> committed_;  // of the newest few blocks
    std::deque<std::vector<Digest>> blocks_;
};

}  // namespace fairfeed
