#include "meter-sim/share_book.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/contract/share_schedule.h"

namespace fairfeed {

ShareBook::ShareBook(NetworkParameters parameters, std::vector<AcceptedShare> accepted)
    : parameters_(std::move(parameters)), accepted_(std::move(accepted)) {
    if (!accepted_.empty()) newest_ = accepted_.back().window;
}

bool ShareBook::hear(const NodeId& member, const ShareStatement& statement,
                     const std::vector<Quorum>& quorums) {
    if (newest_ && statement.window <= *newest_) return false;
    auto& own = heard_[member];
    own.insert_or_assign(statement.window, statement);
    if (own.size() > kMaxOpenPerMember) own.erase(own.begin());
    const auto says_so = [&](const NodeId& each) {
        const auto heard = heard_.find(each);
        if (heard == heard_.end()) return false;
        const auto said = heard->second.find(statement.window);
        return said != heard->second.end() && said->second == statement;
    };
    const bool is_enough = std::any_of(quorums.begin(), quorums.end(), [&](const Quorum& quorum) {
        CHECK(quorum.needed > 0);
        const auto same = std::count_if(quorum.members.begin(), quorum.members.end(), says_so);
        return static_cast<std::size_t>(same) >= quorum.needed;
    });
    if (is_enough) accept(statement);
    return is_enough;
}

void ShareBook::accept(const ShareStatement& statement) {
    newest_ = statement.window;
    std::erase_if(accepted_, [&](const AcceptedShare& earlier) {
        return earlier.share.from_s >= statement.from_s;
    });
    const std::int64_t start_s =
        GridClock(parameters_).start_s(share_is_for(parameters_, statement.window));
    const ShareInForce power{statement.mes_w, statement.from_s};
    for (const ShareInForce& share : told_schedule(power, statement.factors, start_s))
        accepted_.push_back({statement.window, share});
    for (auto& [member, said] : heard_)
        said.erase(said.begin(), said.upper_bound(statement.window));
}

ShareSchedule ShareBook::schedule() const {
    ShareSchedule schedule;
    for (const AcceptedShare& entry : accepted_)
        schedule.push_back(entry.share);
    return schedule;
}

void ShareBook::forget_before(std::int64_t from_s) {
    const auto later = std::find_if(accepted_.begin(), accepted_.end(),
                                    [&](const auto& entry) { return entry.share.from_s > from_s; });
    if (later - accepted_.begin() > 1) accepted_.erase(accepted_.begin(), later - 1);
}

}  // namespace fairfeed
