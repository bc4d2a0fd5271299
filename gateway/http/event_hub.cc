#include "gateway/http/event_hub.h"

#include <charconv>

namespace fairfeed {
namespace {

constexpr std::size_t kPiece = 64 * 1024;  // so much is copied at once for one watcher

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

void EventHub::EventQueue::push(const Text& text) {
    texts.push_back(text);
    bytes += text->size();
}

EventHub::Text EventHub::EventQueue::pop() {
    Text text = std::move(texts.front());
    texts.pop_front();
    bytes -= text->size();
    return text;
}

void EventHub::offer(const LiveEvent& event, const Text& text, Fresh& fresh) const {
    const auto offer_to = [&](WatcherId id, const Watcher& watcher) {
        if (watcher.wish.sees(event)) fresh[id].push(text);
    };
    if (event.meter.empty()) {
        for (const auto& [id, watcher] : watchers_)
            offer_to(id, watcher);
        return;
    }
    for (const WatcherId id : of_any_meter_)
        offer_to(id, watchers_.at(id));
    const auto owners = by_meter_.find(event.meter);
    if (owners == by_meter_.end()) return;
    for (const WatcherId id : owners->second)
        offer_to(id, watchers_.at(id));
}

void EventHub::remember(LiveEvent event, const Text& text) {
    history_bytes_ += text->size();
    history_.emplace_back(std::move(event), text);
    while (history_bytes_ > limits_.history_bytes) {
        history_bytes_ -= history_.front().second->size();
        history_.pop_front();
    }
}

std::vector<WatcherId> EventHub::publish(std::vector<LiveEvent> block) {
    Fresh fresh;
    for (LiveEvent& event : block) {
        const Text text = std::make_shared<const std::string>(event_text(event));
        offer(event, text, fresh);
        remember(std::move(event), text);
    }
    std::vector<WatcherId> concerned;
    for (auto& [id, theirs] : fresh) {
        concerned.push_back(id);
        EventQueue& queue = watchers_.at(id).queue;
        if (!queue.texts.empty() && queue.bytes + theirs.bytes > limits_.queue_bytes) {
            close(id);
            continue;
        }
        for (const Text& text : theirs.texts)
            queue.push(text);
    }
    return concerned;
}

void EventHub::enlist(WatcherId id, const EventWish& wish) {
    ++by_account_[wish.account];
    if (!wish.meters) of_any_meter_.insert(id);
    for (const std::string& meter : wish.meters.value_or(std::vector<std::string>()))
        by_meter_[meter].insert(id);
}

std::optional<WatcherId> EventHub::open(EventWish wish) {
    const auto account = by_account_.find(wish.account);
    const std::size_t theirs = account == by_account_.end() ? 0 : account->second;
    if (watchers_.size() >= limits_.watchers || theirs >= limits_.watchers_of_account)
        return std::nullopt;
    Watcher watcher;
    if (wish.last) {
        const bool is_known = !history_.empty() && place_of(history_.front().first) <= *wish.last;
        for (const auto& [event, text] : history_)
            if (is_known && place_of(event) > *wish.last && wish.sees(event))
                watcher.queue.push(text);
        if (!is_known || watcher.queue.bytes > limits_.queue_bytes) {
            watcher.queue = {};
            watcher.queue.push(std::make_shared<const std::string>("event: gap\ndata: {}\n\n"));
        }
    }
    const WatcherId id = next_++;
    enlist(id, wish);
    watcher.wish = std::move(wish);
    watchers_.emplace(id, std::move(watcher));
    return id;
}

void EventHub::close(WatcherId id) {
    const auto found = watchers_.find(id);
    if (found == watchers_.end()) return;
    const EventWish& wish = found->second.wish;
    const auto account = by_account_.find(wish.account);
    if (--account->second == 0) by_account_.erase(account);
    of_any_meter_.erase(id);
    for (const std::string& meter : wish.meters.value_or(std::vector<std::string>())) {
        const auto owners = by_meter_.find(meter);
        if (owners == by_meter_.end()) continue;  // a meter that the wish names twice
        owners->second.erase(id);
        if (owners->second.empty()) by_meter_.erase(owners);
    }
    watchers_.erase(found);
}

std::string EventHub::take(WatcherId id) {
    const auto found = watchers_.find(id);
    std::string out;
    if (found == watchers_.end()) return out;
    EventQueue& queue = found->second.queue;
    while (!queue.texts.empty() && out.size() < kPiece)
        out += *queue.pop();
    return out;
}

}  // namespace fairfeed
