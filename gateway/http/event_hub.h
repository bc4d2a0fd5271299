// Live events and those who watch them: a short history, and for each watcher a bounded queue. Who
// reads too slowly is let go, and comes back with the id of the last event seen. Texts are made
// once and shared; an event of a meter is offered to those alone who may see that meter. Pure; one
// thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/http_message.h"

namespace fairfeed {

using WatcherId = std::uint64_t;

struct EventHubLimits {
    std::size_t watchers = 1000;
    std::size_t watchers_of_account = 8;
    // Of events that wait for one watcher. A block that finds nothing waiting always fits.
    std::size_t queue_bytes = std::size_t{4} << 20U;
    std::size_t history_bytes = std::size_t{16} << 20U;  // that a returning watcher may have missed
};

class EventHub {
  public:
    explicit EventHub(const EventHubLimits& limits) : limits_(limits) {}

    // Takes the events of a block. Whom they concern; their queues are not empty now, or they are
    // let go.
    std::vector<WatcherId> publish(std::vector<LiveEvent> block);
    // nullopt: there are too many, or too many of that account. Events after `wish.last` wait
    // already; if some of them are forgotten, an event "gap" waits in their place, and the watcher
    // reads the resources anew.
    [[nodiscard]] std::optional<WatcherId> open(EventWish wish);
    void close(WatcherId id);
    // The text of what waits, of much the first part; empty: nothing waits.
    [[nodiscard]] std::string take(WatcherId id);
    [[nodiscard]] bool is_let_go(WatcherId id) const { return !watchers_.contains(id); }
    [[nodiscard]] std::size_t watchers() const { return watchers_.size(); }

  private:
    using Text = std::shared_ptr<const std::string>;
    struct EventQueue {
        std::deque<Text> texts;
        std::size_t bytes = 0;
        void push(const Text& text);
        [[nodiscard]] Text pop();
    };
    struct Watcher {
        EventWish wish;
        EventQueue queue;
    };
    using Fresh = std::map<WatcherId, EventQueue>;
    void offer(const LiveEvent& event, const Text& text, Fresh& fresh) const;
    void remember(LiveEvent event, const Text& text);
    void enlist(WatcherId id, const EventWish& wish);

    EventHubLimits limits_;
    WatcherId next_ = 1;
    std::map<WatcherId, Watcher> watchers_;
    std::set<WatcherId> of_any_meter_;
    std::map<std::string, std::set<WatcherId>> by_meter_;
    std::map<std::string, std::size_t> by_account_;
    std::deque<std::pair<LiveEvent, Text>> history_;
    std::size_t history_bytes_ = 0;
};

// As text/event-stream (the HTML standard, "Server-sent events").
[[nodiscard]] std::string event_text(const LiveEvent& event);
// "<height>.<position>"; nullopt: it is no id of ours.
[[nodiscard]] std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_event_id(
    std::string_view text);

}  // namespace fairfeed
