#include "meter-sim/line_traffic.h"

#include <utility>

#include "core/base/units.h"
#include "meter-sim/grid_calendar.h"

namespace fairfeed {

std::int64_t LineTraffic::next_day_s() const {
    return day_ == INT64_MIN ? INT64_MAX : (day_ + 1) * kSecondsPerDay;
}

bool LineTraffic::must_count(std::int64_t real_ms) const {
    return day_ == INT64_MIN || grid_.grid_s(real_ms) >= next_day_s();
}

void LineTraffic::count(const MqttLines& lines, std::int64_t real_ms, TrafficBook& book) {
    const std::int64_t day = day_of(grid_.grid_s(real_ms));
    if (day_ == INT64_MIN) day_ = day;
    in_books_.resize(meters_.size());
    MqttTraffic more;
    for (std::size_t line = 0; line < meters_.size(); ++line) {
        const MqttTraffic now = lines.traffic(line);
        const MqttTraffic known = std::exchange(in_books_[line], now);
        more.sent += now.sent - known.sent;
        more.received += now.received - known.received;
        if (line + 1 < meters_.size() && meters_[line + 1] == meters_[line]) continue;
        book.add(meters_[line], day_, std::exchange(more, {}));
    }
    day_ = day;
}

}  // namespace fairfeed
