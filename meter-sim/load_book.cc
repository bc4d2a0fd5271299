#include "meter-sim/load_book.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/model/allocation.h"

namespace fairfeed {

LoadTimes load_times(std::vector<std::int64_t> each_ms) {
    if (each_ms.empty()) return {};
    std::sort(each_ms.begin(), each_ms.end());
    const auto rank = [&](std::size_t permille) {
        return each_ms[(each_ms.size() * permille + 999) / 1000 - 1];
    };
    return {rank(500), rank(990), rank(999), each_ms.back()};
}

std::size_t LoadBook::add(Enrolment enrolment,
                          std::vector<std::pair<std::int64_t, KeptReading>> readings) {
    const std::size_t number = meters_.size();
    meters_.push_back({std::move(enrolment), RoundTrip(timers_), {}, {}, {}, 0});
    for (auto& [due_ms, kept] : readings) {
        fresh_.insert({due_ms, {number, meters_.back().items.size()}});
        meters_.back().items.push_back({PendingReading(std::move(kept), false), due_ms});
    }
    counts_.readings += readings.size();
    return number;
}

void LoadBook::plan_fresh() {
    CHECK(counts_.sent == 0);
    fresh_.clear();
    for (std::size_t number = 0; number < meters_.size(); ++number)
        for (std::size_t place = 0; place < meters_[number].items.size(); ++place)
            fresh_.insert({meters_[number].items[place].due_ms, {number, place}});
}

std::int64_t LoadBook::postpone(std::int64_t until_ms) {
    if (fresh_.empty() || next_due_ms() >= until_ms) return 0;
    const std::int64_t by_ms = until_ms - next_due_ms();
    for (LoadedMeter& meter : meters_)
        for (Item& item : meter.items)
            item.due_ms += by_ms;
    plan_fresh();
    return by_ms;
}

// One millisecond apart, because windows are the order, and windows are longer than that.
std::int64_t LoadBook::gather(std::int64_t until_ms) {
    if (fresh_.empty()) return 0;
    const std::int64_t first_ms = next_due_ms();
    allowed_ms_ = std::max(until_ms, fresh_.rbegin()->first);
    for (LoadedMeter& meter : meters_) {
        std::int64_t due_ms = allowed_ms_;
        for (auto item = meter.items.rbegin(); item != meter.items.rend(); ++item)
            item->due_ms = due_ms--;
    }
    plan_fresh();
    return allowed_ms_ - first_ms;
}

std::vector<LoadBook::Publish> LoadBook::due(std::int64_t now_ms, std::size_t most) {
    std::vector<Publish> publishes;
    for (; most > 0 && next_due_ms() <= now_ms; --most) {
        Agenda& agenda = next() == &fresh_ ? fresh_ : agenda_;
        const auto [number, place] = agenda.begin()->second;
        agenda.erase(agenda.begin());
        send(number, place, now_ms, publishes);
    }
    if (is_full() && !fresh_.empty() && fresh_.begin()->first <= now_ms) held_back_ = true;
    return publishes;
}

void LoadBook::send(std::size_t number, std::size_t place, std::int64_t now_ms,
                    std::vector<Publish>& publishes) {
    LoadedMeter& meter = meters_[number];
    Item& item = meter.items[place];
    PendingReading& pending = item.pending;
    const std::size_t before = publishes.size();
    for (const WitnessNode& member : meter.enrolment.committee_of(pending.reading.window)) {
        if (!meter.connected.contains(member.node)) continue;
        if (pending.reading.receipts.contains(member.node)) continue;
        publishes.push_back({number, member.node, pending.envelope});
    }
    const std::size_t count = publishes.size() - before;
    counts_.publishes += count;
    if (item.sent_ms != kNotYet) counts_.duplicates += count;
    if (count > 0 && item.sent_ms == kNotYet) {
        item.due_ms = std::max(item.due_ms, allowed_ms_);
        item.sent_ms = now_ms;
        ++counts_.sent;
    }
    pending.sent(meter.round_trip, now_ms, count > 0);
    agenda_.insert({pending.next_send_ms, {number, place}});
}

// nullptr: nothing is ever due again.
const LoadBook::Agenda* LoadBook::next() const {
    const bool may_begin = !fresh_.empty() && !is_full();
    if (agenda_.empty()) return may_begin ? &fresh_ : nullptr;
    return may_begin && fresh_.begin()->first <= agenda_.begin()->first ? &fresh_ : &agenda_;
}

std::int64_t LoadBook::next_due_ms() const {
    const Agenda* const agenda = next();
    return agenda == nullptr ? INT64_MAX : agenda->begin()->first;
}

void LoadBook::connected(std::size_t meter, const NodeId& member, bool up) {
    auto& of = meters_[meter].connected;
    connections_ -= of.size();
    if (up) of.insert(member);
    if (!up) of.erase(member);
    connections_ += of.size();
}

LoadBook::Item* LoadBook::find(LoadedMeter& meter, Window window) {
    if (meter.items.empty()) return nullptr;
    const Window first = meter.items.front().pending.reading.window;
    if (window < first || window - first >= meter.items.size()) return nullptr;
    return &meter.items[window - first];
}

void LoadBook::heard(const NodeId& member, std::size_t meter, const Receipt& receipt,
                     std::int64_t now_ms) {
    LoadedMeter& of = meters_[meter];
    Item* const item = find(of, receipt.window);
    if (item == nullptr || item->receipt_ms != kNotYet) return;
    KeptReading& reading = item->pending.reading;
    if (receipt.reading != reading.id || !reading.receipts.insert(member).second) return;
    if (!is_held_by_enough(reading.receipts, of.enrolment.committee_of(reading.window))) return;
    item->receipt_ms = now_ms;
    if (is_full()) allowed_ms_ = now_ms;
    ++counts_.receipted;
    if (const auto after_ms = item->pending.answered_after_ms(now_ms))
        of.round_trip.measured(*after_ms);
    const std::size_t place = static_cast<std::size_t>(item - of.items.data());
    agenda_.erase({item->pending.next_send_ms, {meter, place}});
}

// Windows settle in order, so a member that settled a window settled those before it.
void LoadBook::heard(const NodeId& member, std::size_t meter, const ShareStatement& share,
                     std::int64_t now_ms) {
    LoadedMeter& of = meters_[meter];
    Window& said = of.settled.try_emplace(member, share.window).first->second;
    said = std::max(said, share.window);
    for (; of.first_unsettled < of.items.size(); ++of.first_unsettled) {
        Item& item = of.items[of.first_unsettled];
        const Window window = item.pending.reading.window;
        const Committee& committee = of.enrolment.committee_of(window);
        const auto sayers =
            std::count_if(committee.begin(), committee.end(), [&](const WitnessNode& node) {
                const auto found = of.settled.find(node.node);
                return found != of.settled.end() && found->second >= window;
            });
        if (static_cast<std::size_t>(sayers) < shares_needed(committee.size())) return;
        item.settled_ms = now_ms;
        ++counts_.settled;
    }
}

bool LoadBook::is_done() const {
    return counts_.settled == counts_.readings && counts_.receipted == counts_.readings;
}

std::vector<std::pair<MeterId, MeterEffect>> LoadBook::to_keep(std::int64_t real_ms) const {
    std::vector<std::pair<MeterId, MeterEffect>> effects;
    for (const LoadedMeter& meter : meters_) {
        const MeterId& id = meter.enrolment.meter;
        for (const Item& item : meter.items) {
            if (item.sent_ms == kNotYet) continue;
            const KeptReading& reading = item.pending.reading;
            effects.emplace_back(id, meter_effect::PersistFirstPublish{reading.sequence, real_ms});
            for (const NodeId& member : reading.receipts)
                effects.emplace_back(id, meter_effect::PersistReceipt{reading.sequence, member,
                                                                      item.receipt_ms != kNotYet});
        }
    }
    return effects;
}

namespace {

void count_sent(LoadWindow& of, std::int64_t sent_ms, std::int64_t receipt_ms,
                std::int64_t settled_ms) {
    of.first_sent_ms = of.sent == 0 ? sent_ms : std::min(of.first_sent_ms, sent_ms);
    of.last_receipt_ms = std::max(of.last_receipt_ms, receipt_ms);
    of.last_settled_ms = std::max(of.last_settled_ms, settled_ms);
    ++of.sent;
    of.receipted += receipt_ms == LoadWindow::kNever ? 0 : 1;
    of.settled += settled_ms == LoadWindow::kNever ? 0 : 1;
}

}  // namespace

LoadTally LoadBook::tally() const {
    LoadTally tally;
    std::map<Window, LoadWindow> windows;
    tally.counts = counts_;
    tally.refused = refused_;
    tally.held_back = held_back_;
    tally.first_sent_ms = INT64_MAX;
    std::vector<std::int64_t> to_receipt, to_settled, lag;
    for (const LoadedMeter& meter : meters_) {
        for (const Item& item : meter.items) {
            if (item.sent_ms == kNotYet) continue;
            tally.first_sent_ms = std::min(tally.first_sent_ms, item.sent_ms);
            tally.last_receipt_ms = std::max(tally.last_receipt_ms, item.receipt_ms);
            tally.last_settled_ms = std::max(tally.last_settled_ms, item.settled_ms);
            const Window window = item.pending.reading.window;
            LoadWindow& of = windows.try_emplace(window, LoadWindow{window}).first->second;
            count_sent(of, item.sent_ms, item.receipt_ms, item.settled_ms);
            lag.push_back(std::max<std::int64_t>(0, item.sent_ms - item.due_ms));
            if (item.receipt_ms != kNotYet) to_receipt.push_back(item.receipt_ms - item.sent_ms);
            if (item.settled_ms != kNotYet) to_settled.push_back(item.settled_ms - item.sent_ms);
        }
    }
    for (const auto& [_, window] : windows)
        tally.windows.push_back(window);
    tally.to_receipt = load_times(std::move(to_receipt));
    tally.to_settled = load_times(std::move(to_settled));
    tally.lag = load_times(std::move(lag));
    return tally;
}

}  // namespace fairfeed
