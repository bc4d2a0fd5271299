// The share that a meter obeys: the statements of its committee, and the schedule of shares that
// enough members stated identically (committee rule 13). Knows no signatures: the meter checks the
// sender first. A plain value; memory is bounded per member, so a member that states shares for far
// windows crowds out only its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/ids.h"
#include "core/model/message.h"
#include "core/model/network.h"
#include "core/model/profile.h"

namespace fairfeed {

// An accepted share and the window whose settlement set it. A schedule of quarter hours is as many
// shares.
struct AcceptedShare {
    Window window = 0;
    ShareInForce share;
    bool operator==(const AcceptedShare&) const = default;
};

class ShareBook {
  public:
    static constexpr std::size_t kMaxOpenPerMember = 8;

    // The members whose identical statements count, and how many are enough.
    struct Quorum {
        std::set<NodeId> members;
        std::size_t needed = 0;
    };

    // `accepted`: the persisted shares.
    ShareBook(NetworkParameters parameters, std::vector<AcceptedShare> accepted);

    // true: this statement completed a quorum, and the schedule has changed. Each of `quorums` is
    // enough by itself: the members that settled the window, and those to whom it was handed over.
    [[nodiscard]] bool hear(const NodeId& member, const ShareStatement& statement,
                            const std::vector<Quorum>& quorums);

    // Ascending by from_s; a later window's share replaces an earlier one's that would bind later.
    [[nodiscard]] ShareSchedule schedule() const;
    [[nodiscard]] const std::vector<AcceptedShare>& accepted() const { return accepted_; }
    // Drops shares that cannot bind a quarter hour that starts at `from_s` or later.
    void forget_before(std::int64_t from_s);

  private:
    void accept(const ShareStatement& statement);

    NetworkParameters parameters_;
    std::vector<AcceptedShare> accepted_;  // ascending by window and by from_s
    std::optional<Window> newest_;         // newest ever accepted: an older one changes nothing
    std::map<NodeId, std::map<Window, ShareStatement>> heard_;
};

}  // namespace fairfeed
