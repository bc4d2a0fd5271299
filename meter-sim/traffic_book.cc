#include "meter-sim/traffic_book.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "core/base/utc_text.h"

namespace fairfeed {
namespace {

std::string day_text(std::int64_t day) {
    constexpr std::size_t kDate = 10;
    return utc_text(day * kSecondsPerDay).substr(0, kDate);
}

void add_to(MqttTraffic& sum, const MqttTraffic& more) {
    sum.sent += more.sent;
    sum.received += more.received;
}

template <class Meters>
MqttTraffic sum_of(const Meters& meters) {
    MqttTraffic sum;
    for (const auto& [meter, traffic] : meters)
        add_to(sum, traffic);
    return sum;
}

Json traffic_json(const MqttTraffic& traffic) {
    return Json::object().set("sent", traffic.sent).set("received", traffic.received);
}

// "1234 bytes a meter (1200 to 1300)".
template <class Meters>
std::string spread_text(const Meters& meters, std::uint64_t MqttTraffic::*way) {
    std::vector<std::uint64_t> each;
    std::uint64_t sum = 0;
    for (const auto& [meter, traffic] : meters) {
        each.push_back(traffic.*way);
        sum += traffic.*way;
    }
    const auto [least, most] = std::minmax_element(each.begin(), each.end());
    return std::to_string(sum / each.size()) + " (" + std::to_string(*least) + " to " +
           std::to_string(*most) + ")";
}

}  // namespace

void TrafficBook::add(const MeterId& meter, std::int64_t day, const MqttTraffic& more) {
    add_to(days_[day][meter], more);
    while (days_.size() > kMostDays) {
        add_to(earlier_, sum_of(days_.begin()->second));
        days_.erase(days_.begin());
    }
}

MqttTraffic TrafficBook::of(const MeterId& meter, std::int64_t day) const {
    const auto meters = days_.find(day);
    if (meters == days_.end()) return {};
    const auto found = meters->second.find(meter);
    return found == meters->second.end() ? MqttTraffic{} : found->second;
}

MqttTraffic TrafficBook::total() const {
    MqttTraffic sum = earlier_;
    for (const auto& [day, meters] : days_)
        add_to(sum, sum_of(meters));
    return sum;
}

Json TrafficBook::to_json() const {
    Json days = Json::array();
    for (const auto& [day, meters] : days_) {
        Json each = Json::object();
        for (const auto& [meter, traffic] : meters)
            each.set(meter.str(), traffic_json(traffic));
        const MqttTraffic sum = sum_of(meters);
        days.push(Json::object()
                      .set("day", day_text(day))
                      .set("sent", sum.sent)
                      .set("received", sum.received)
                      .set("meters", std::move(each)));
    }
    return Json::object().set("days", std::move(days)).set("earlier", traffic_json(earlier_));
}

void TrafficBook::print(std::ostream& out) const {
    for (const auto& [day, meters] : days_)
        out << "bytes of MQTT a meter on " << day_text(day) << ": sent "
            << spread_text(meters, &MqttTraffic::sent) << ", received "
            << spread_text(meters, &MqttTraffic::received) << '\n';
}

}  // namespace fairfeed
