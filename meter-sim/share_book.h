// Which share a meter obeys: the statements it has heard from its committee, and the schedule of
// those that enough members stated identically (committee rule 13). Knows no signature: the meter
// checks who speaks before it asks the book. A plain value; memory is bounded per member, so that
// one who states shares for windows far ahead only crowds out its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/ids.h"
#include "core/model/message.h"
#include "core/model/profile.h"

namespace fairfeed {

// An accepted share and the window whose settlement earned it.
struct AcceptedShare {
    Window window = 0;
    ShareInForce share;
    bool operator==(const AcceptedShare&) const = default;
};

class ShareBook {
  public:
    static constexpr std::size_t kMaxOpenPerMember = 8;

    // Whose identical statements count, and how many of them are enough.
    struct Quorum {
        std::set<NodeId> members;
        std::size_t needed = 0;
    };

    // `accepted`: what was persisted.
    explicit ShareBook(std::vector<AcceptedShare> accepted);

    // true: this statement was the one that was missing, and the schedule has changed. `quorums`:
    // each is enough by itself: who settled the window, and whom it was handed over to.
    [[nodiscard]] bool hear(const NodeId& member, const ShareStatement& statement,
                            const std::vector<Quorum>& quorums);

    // Ascending by from_s; a later window's share replaces an earlier one's that would bind later.
    [[nodiscard]] ShareSchedule schedule() const;
    [[nodiscard]] const std::vector<AcceptedShare>& accepted() const { return accepted_; }
    // Drops what can no longer bind a quarter hour that starts at `from_s` or later.
    void forget_before(std::int64_t from_s);

  private:
    void accept(const ShareStatement& statement);

    std::vector<AcceptedShare> accepted_;  // ascending by window and by from_s
    std::optional<Window> newest_;         // accepted ever: an older one changes nothing
    std::map<NodeId, std::map<Window, ShareStatement>> heard_;
};

}  // namespace fairfeed
