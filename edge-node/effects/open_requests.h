// What this node has asked its peers for by id, and is still waiting for. An answer is taken from
// the peer that was asked, for what was asked, and once; everything else that comes in the name of
// an answer costs nothing. A late answer to an earlier question still counts. Bounded; pure; owned
// by whoever asks.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/model/reject.h"

namespace fairfeed {

class OpenRequests {
  public:
    void asked(const NodeId& peer, const std::vector<Digest>& ids);
    // Keeps of the answer's items what the oldest request that it can be an answer to has asked
    // for, each id once, and closes that request. unasked: there is none.
    template <class Item>
    [[nodiscard]] Result<std::vector<Item>, Reject> take(const NodeId& peer,
                                                         std::vector<Item> items);

  private:
    static constexpr std::size_t kMostOpen = 4;  // of one peer; the oldest is given up
    std::map<NodeId, std::deque<std::set<Digest>>> open_;
};

// Nobody honest asks for more than a block holds, or for one thing twice: too_many_transactions,
// not_canonical.
[[nodiscard]] Result<void, Reject> check_wanted_ids(const std::vector<Digest>& ids,
                                                    std::size_t most);

template <class Item>
Result<std::vector<Item>, Reject> OpenRequests::take(const NodeId& peer, std::vector<Item> items) {
    std::deque<std::set<Digest>>& requests = open_[peer];
    for (auto request = requests.begin(); request != requests.end(); ++request) {
        std::vector<Item> asked_for;
        std::set<Digest> wanted = *request;
        for (Item& item : items)
            if (wanted.erase(item.id) > 0) asked_for.push_back(std::move(item));
        if (asked_for.empty()) continue;
        requests.erase(request);
        return asked_for;
    }
    return unexpected(Reject::unasked);
}

}  // namespace fairfeed
