// What a forecast may see of a series when it is made, for each window of a coming week: the last
// known week, a profile of recent weeks, and the columns of the regression. Load follows the wall
// clock, generation the sun. Nothing that ends after `known_s` is looked at, so the same code makes
// forecasts and back-tests. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/time_zone.h"
#include "gateway/forecast/sun.h"
#include "gateway/forecast/window_series.h"

namespace fairfeed::forecast {

enum class Quantity : std::uint8_t { load, generation };

// Of one window, all in Wh. A hole is replaced by the next best figure: an earlier week, then the
// same time of other days, then the mean.
struct Features {
    double last_week = 0;  // the same window of the last week in which it is known
    double profile = 0;    // by recent weeks, the kind of day, and the level of the last days
    std::vector<double> columns;
};

struct WeekOfFeatures {
    std::vector<Features> rows;  // by window
    double most_wh = 0;          // of a known window
};

class FeatureTable {
  public:
    // `series` must outlive this. Without coordinates nothing depends on the sun.
    FeatureTable(const WindowSeries& series, Quantity quantity, const TimeZone& zone,
                 std::optional<Coordinates> where);

    // Of the windows that begin in [from_s, from_s + a week). nullopt: nothing is known by then.
    [[nodiscard]] std::optional<WeekOfFeatures> week(std::int64_t from_s, std::int64_t known_s);
    [[nodiscard]] const WindowSeries& series() const { return series_; }
    [[nodiscard]] std::size_t columns() const;  // of every row

  private:
    struct Moment;  // what holds for all windows of one week
    struct Similar;
    [[nodiscard]] std::optional<Moment> moment(std::int64_t known_s) const;
    [[nodiscard]] Similar similar(std::int64_t at_s, const Moment& moment);
    [[nodiscard]] Features of_load(std::int64_t at_s, const Moment& moment);
    [[nodiscard]] Features of_generation(std::int64_t at_s, const Moment& moment);

    const WindowSeries& series_;
    Quantity quantity_;
    TimeZone zone_;  // UTC for generation
    ClearSky sky_;
};

}  // namespace fairfeed::forecast
