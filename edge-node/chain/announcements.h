// What waits for a block and a peer may lack is announced by id (HAVE), again with growing pauses,
// and pulled by whoever lacks it: nothing large is said a second time because somebody might have
// missed it. Announcements is the side that says, Pulls the side that asks. Pure; owned by Node.
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
    // Begins to announce these together, at `first_ms` (steady) for the first time; what is known
    // under the key goes on as before.
    void begin(const Digest& key, std::vector<Digest> ids, std::int64_t first_ms);
    // Stops whatever is under none of these keys.
    void keep_only(const std::set<Digest>& keys);
    // What is due, in messages of at most kMaxAnnounced ids; each is due again after a pause that
    // doubles up to rebroadcast_cap_ms.
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
    // Of what a peer announces and this node does not hold: what to ask it for now. One peer is
    // asked for an id at a time; the same one again only after a pause that doubles.
    [[nodiscard]] std::vector<Digest> choose(const NodeId& peer, const std::vector<Digest>& lacking,
                                             const Timers& timers, Instant now);
    // It came and was not taken: nobody is asked for it again at this height.
    void refused(const Digest& id);
    // What came with a block is not asked for any more; what was refused may fit the new state.
    void on_commit(const CommittedBlock& committed);

  private:
    struct Question {
        std::int64_t at_ms = 0;
        std::int64_t pause_ms = 0;
    };
    using Questions = std::map<Digest, Question>;
    [[nodiscard]] bool was_asked(const Digest& id, std::int64_t since_ms) const;

    std::map<NodeId, Questions> asked_;  // a full table asks for nothing new until the next block
    std::set<Digest> refused_;
    std::set<Digest> committed_;  // with the newest few blocks
    std::deque<std::vector<Digest>> blocks_;
};

}  // namespace fairfeed
