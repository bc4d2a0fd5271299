#include "gateway/http/event_hub.h"

#include <charconv>

namespace fairfeed {
namespace {

using Place = std::pair<std::uint64_t, std::uint64_t>;

Place place_of(const LiveEvent& event) {
    return {event.height, event.position};
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return out;
}

}  // namespace

std::string event_text(const LiveEvent& event) {
    return "id: " + std::to_string(event.height) + "." + std::to_string(event.position) +
           "\nevent: " + event.kind + "\ndata: " + event.data + "\n\n";
}

std::optional<Place> parse_event_id(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    const auto height = number(text.substr(0, dot));
    const auto position = number(text.substr(dot + 1));
    if (!height || !position) return std::nullopt;
    return Place{*height, *position};
}

std::vector<WatcherId> EventHub::publish(LiveEvent event) {
    const Text text = std::make_shared<const std::string>(event_text(event));
    std::vector<WatcherId> concerned;
    for (auto each = watchers_.begin(); each != watchers_.end();) {
        Watcher& watcher = each->second;
        if (!watcher.wish.sees(event)) {
            ++each;
            continue;
        }
        concerned.push_back(each->first);
        if (watcher.queue.size() >= limits_.queue) {
            each = watchers_.erase(each);
            continue;
        }
        watcher.queue.push_back(text);
        ++each;
    }
    history_.emplace_back(std::move(event), text);
    if (history_.size() > limits_.history) history_.pop_front();
    return concerned;
}

std::optional<WatcherId> EventHub::open(EventWish wish) {
    if (watchers_.size() >= limits_.watchers) return std::nullopt;
    Watcher watcher;
    if (wish.last) {
        const bool is_known = !history_.empty() && place_of(history_.front().first) <= *wish.last;
        for (const auto& [event, text] : history_)
            if (is_known && place_of(event) > *wish.last && wish.sees(event))
                watcher.queue.push_back(text);
        if (!is_known || watcher.queue.size() > limits_.queue)
            watcher.queue = {std::make_shared<const std::string>("event: gap\ndata: {}\n\n")};
    }
    watcher.wish = std::move(wish);
    const WatcherId id = next_++;
    watchers_.emplace(id, std::move(watcher));
    return id;
}

std::string EventHub::take(WatcherId id) {
    const auto found = watchers_.find(id);
    std::string out;
    if (found == watchers_.end()) return out;
    for (const Text& each : found->second.queue)
        out += *each;
    found->second.queue.clear();
    return out;
}

}  // namespace fairfeed
