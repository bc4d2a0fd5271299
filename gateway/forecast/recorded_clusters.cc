#include "gateway/forecast/recorded_clusters.h"

#include <optional>
#include <utility>

#include "core/base/units.h"

namespace fairfeed::forecast {

namespace {

constexpr std::int64_t kLongestWindowS = 28'800;

// Which quarter hour of the recording an instant is.
class RowTimes {
  public:
    RowTimes(const RecordedHomes& homes, const TimeZone& zone, RowClock clock)
        : homes_(homes), zone_(zone), clock_(clock) {}

    [[nodiscard]] std::int64_t start_s() const { return instant(homes_.start_s); }
    [[nodiscard]] std::int64_t end_s() const {
        return instant(homes_.start_s + homes_.quarters * kSecondsPerQuarter);
    }
    // nullopt: the recording has no row of its own for it.
    [[nodiscard]] std::optional<std::int64_t> quarter_at(std::int64_t utc_s) const {
        const std::int64_t local_s =
            utc_s + (clock_ == RowClock::wall ? zone_.offset_s(utc_s)
                                              : zone_.standard_offset_s(homes_.start_s));
        const std::int64_t quarter = (local_s - homes_.start_s) / kSecondsPerQuarter;
        if (local_s < homes_.start_s || quarter >= homes_.quarters) return std::nullopt;
        if (clock_ == RowClock::wall && zone_.instants(local_s).front() != utc_s)
            return std::nullopt;
        return quarter;
    }

  private:
    [[nodiscard]] std::int64_t instant(std::int64_t local_s) const {
        const auto instants = zone_.instants(local_s);
        if (clock_ == RowClock::wall && !instants.empty()) return instants.front();
        return local_s - zone_.standard_offset_s(homes_.start_s);
    }
    const RecordedHomes& homes_;
    const TimeZone& zone_;
    RowClock clock_;
};

using Energies = std::vector<std::optional<std::int64_t>>;

struct Totals {
    Energies load_wh;
    Energies generation_wh;
};

// The homes `cluster`, `cluster` + clusters, ... of the recording.
Totals totals_of(const RecordedHomes& homes, const RowTimes& times, std::size_t cluster,
                 const Deal& deal) {
    Totals totals;
    for (std::int64_t at_s = times.start_s(); at_s + deal.window_s <= times.end_s();
         at_s += deal.window_s) {
        std::optional<std::int64_t> load_wh = 0;
        std::optional<std::int64_t> generation_wh = 0;
        for (std::int64_t q_s = at_s; q_s < at_s + deal.window_s; q_s += kSecondsPerQuarter) {
            const auto quarter = times.quarter_at(q_s);
            if (!quarter) {
                load_wh = generation_wh = std::nullopt;
                break;
            }
            for (std::size_t i = cluster; i < homes.homes.size(); i += deal.clusters) {
                const RecordedQuarter energy = homes.homes[i].quarter(*quarter);
                *load_wh += energy.load_wh;
                *generation_wh += energy.available_wh;
            }
        }
        totals.load_wh.push_back(load_wh);
        totals.generation_wh.push_back(generation_wh);
    }
    return totals;
}

}  // namespace

Result<std::vector<ClusterSeries>, std::string> clusters_of(const RecordedHomes& homes,
                                                            const TimeZone& zone,
                                                            const Deal& deal) {
    if (deal.clusters == 0 || deal.clusters > homes.homes.size())
        return unexpected("the recording has " + std::to_string(homes.homes.size()) +
                          " homes: deal them to 1 to as many clusters");
    if (deal.window_s < kSecondsPerQuarter || deal.window_s > kLongestWindowS ||
        deal.window_s % kSecondsPerQuarter != 0)
        return unexpected(std::string("a window has 900 to 28800 seconds, in steps of 900"));
    const RowTimes times(homes, zone, deal.clock);
    std::vector<ClusterSeries> clusters;
    for (std::size_t i = 0; i < deal.clusters; ++i) {
        Totals totals = totals_of(homes, times, i, deal);
        clusters.push_back(
            {"cluster-" + std::to_string(i + 1),
             WindowSeries(times.start_s(), deal.window_s, std::move(totals.load_wh)),
             WindowSeries(times.start_s(), deal.window_s, std::move(totals.generation_wh))});
    }
    return clusters;
}

}  // namespace fairfeed::forecast
