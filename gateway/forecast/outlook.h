// The weekly forecast of the utility (paper A71): load, generation and gap of each window of a
// week, for every cluster and for all together, from the public totals of the clusters alone.
// Rolling back-tests choose the model of every series and give the bands. The gap is load less
// generation: above zero conventional sources must help. It is the contract's D with the other
// sign. Pure: the caller says what is known. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time_zone.h"
#include "gateway/forecast/errors.h"
#include "gateway/forecast/models.h"
#include "gateway/forecast/sun.h"
#include "gateway/forecast/window_series.h"

namespace fairfeed::forecast {

// The door of this room: what stands on the chain of one cluster, window by window (load_wh and
// available_wh of its settlements). Energies are 0 to kMaxSeriesWh.
struct ClusterSeries {
    std::string name;
    WindowSeries load;
    WindowSeries generation;
};

struct Conditions {
    TimeZone zone = TimeZone("UTC", {{0, 0}});  // of the people whose load it is
    std::optional<Coordinates> where;           // of the roofs; without, no clear-sky term
    std::int64_t weeks_tested = 8;  // back-tests that choose the model, if history allows
};

// Why a model speaks for a series.
enum class Basis : std::uint8_t {
    tested,         // it had the least mean absolute error in the back-tests
    short_history,  // less than two weeks are known: last week
    first_days,     // less than a week is known: the mean of the same time of earlier days
    no_history,     // nothing is known, nothing is said
    given,          // the caller asked for this model
    sum,            // the sum of the clusters
};

struct Selected {
    Basis basis = Basis::no_history;
    Model model = Model::last_week;
    std::int64_t weeks_tested = 0;
    std::array<Errors, kModels.size()> errors;  // by model, of the points, in the tested weeks
};

struct WindowOutlook {
    std::int64_t start_s = 0;
    Estimate load;
    Estimate generation;
    Estimate gap;
    bool operator==(const WindowOutlook&) const = default;
};

struct Outlook {
    std::string name;
    std::int64_t from_s = 0;             // beginning of the week
    std::int64_t known_s = 0;            // what ended later was not looked at
    std::vector<WindowOutlook> windows;  // empty: no history
    Selected load;
    Selected generation;
    // What the selected models missed, window by window of the tested weeks: actual less forecast.
    struct Missed {
        std::int64_t start_s = 0;
        std::int64_t load_wh = 0;
        std::int64_t generation_wh = 0;
    };
    std::vector<Missed> missed;
};

struct WeekTotals {
    std::int64_t load_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t gap_wh = 0;
    bool operator==(const WeekTotals&) const = default;
};
[[nodiscard]] WeekTotals totals_of(const Outlook& outlook);

class ClusterForecaster {
  public:
    // `series` must outlive this.
    ClusterForecaster(const ClusterSeries& series, const Conditions& conditions);
    // The week from `from_s` on as of `known_s` <= from_s. With `only`, that model speaks for both
    // series wherever it can.
    [[nodiscard]] Outlook outlook(std::int64_t from_s, std::int64_t known_s,
                                  std::optional<Model> only = std::nullopt);
    [[nodiscard]] const ClusterSeries& series() const { return series_; }

  private:
    const ClusterSeries& series_;
    Conditions conditions_;
    SeriesModels load_;
    SeriesModels generation_;
};

// The clusters' outlooks added up; clusters without history are left out. The bands come from what
// the sum missed.
[[nodiscard]] Outlook sum_of(const std::vector<Outlook>& clusters, const Conditions& conditions,
                             std::int64_t window_s);

// What is wrong with the series, in one line each with the cluster's name: another grid of windows
// than the first cluster's, load and generation of different windows, energies out of range, and
// sums that could exceed 64 bits.
[[nodiscard]] std::vector<std::string> objections_to(const std::vector<ClusterSeries>& clusters);

[[nodiscard]] std::string_view text_of(Basis basis);  // for people
[[nodiscard]] std::string_view name_of(Basis basis);  // "tested"

}  // namespace fairfeed::forecast
