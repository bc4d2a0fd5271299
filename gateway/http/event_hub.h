// Live events and those who watch them: a short history, and for each watcher a bounded queue. Who
// reads too slowly is let go, and comes back with the id of the last event seen. Texts are made
// once and shared. Pure; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/http_message.h"

namespace fairfeed {

using WatcherId = std::uint64_t;

struct EventHubLimits {
    std::size_t watchers = 1000;
    std::size_t queue = 256;     // events that wait for one watcher
    std::size_t history = 2048;  // events that a returning watcher may have missed
};

class EventHub {
  public:
    explicit EventHub(const EventHubLimits& limits) : limits_(limits) {}

    // Whom it concerns; their queues are not empty now, or they are let go.
    std::vector<WatcherId> publish(LiveEvent event);
    // nullopt: there are too many. Events after `wish.last` wait already; if some of them are
    // forgotten, an event "gap" waits in their place, and the watcher reads the resources anew.
    [[nodiscard]] std::optional<WatcherId> open(EventWish wish);
    void close(WatcherId id) { watchers_.erase(id); }
    // The text of all that waits; empty: nothing.
    [[nodiscard]] std::string take(WatcherId id);
    [[nodiscard]] bool is_let_go(WatcherId id) const { return !watchers_.contains(id); }
    [[nodiscard]] std::size_t watchers() const { return watchers_.size(); }

  private:
    using Text = std::shared_ptr<const std::string>;
    struct Watcher {
        EventWish wish;
        std::deque<Text> queue;
    };
    EventHubLimits limits_;
    WatcherId next_ = 1;
    std::map<WatcherId, Watcher> watchers_;
    std::deque<std::pair<LiveEvent, Text>> history_;
};

// As text/event-stream (the HTML standard, "Server-sent events").
[[nodiscard]] std::string event_text(const LiveEvent& event);
// "<height>.<position>"; nullopt: it is no id of ours.
[[nodiscard]] std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_event_id(
    std::string_view text);

}  // namespace fairfeed
