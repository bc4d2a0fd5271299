// The ids that this node has requested from its peers and still waits for. An answer counts once,
// only from the peer that was asked, and only for the requested ids; other answers cost nothing. A
// late answer to an earlier request still counts. Bounded; pure; owned by the requester.
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
    // Finds the oldest request that the answer can belong to, keeps the requested items, each id
    // once, and closes the request. unasked: there is no such request.
    template <class Item>
    [[nodiscard]] Result<std::vector<Item>, Reject> take(const NodeId& peer,
                                                         std::vector<Item> items);

  private:
    // Of one peer; the oldest is dropped. The largest window is announced in a dozen messages, and
    // each is answered with a question.
    static constexpr std::size_t kMostOpen = 16;
    std::map<NodeId, std::deque<std::set<Digest>>> open_;
};

// An honest peer requests no more than a block holds, and no id twice: too_many_transactions,
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
