// How wrong forecasts were, and how wrong the next one may be: errors of points and bands, and
// bands from the residuals of back-tests. Sums are exact integers. Plain values, re-entrant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/units.h"

namespace fairfeed::forecast {

// In 10 (50, 90) of 100 cases the energy stays below p10 (p50, p90).
struct Band {
    std::int64_t p10_wh = 0;
    std::int64_t p50_wh = 0;
    std::int64_t p90_wh = 0;
    bool operator==(const Band&) const = default;
};

struct Estimate {
    std::int64_t wh = 0;  // the point forecast: a mean, so that windows add up to weeks
    std::optional<Band> band;
    bool operator==(const Estimate&) const = default;
};

class Errors {
  public:
    void add(std::int64_t actual_wh, const Estimate& estimate);
    void add(const Errors& more);

    [[nodiscard]] std::size_t windows() const { return windows_; }
    [[nodiscard]] Int128 absolute_wh() const { return absolute_; }  // the sum
    // The figures below need windows() > 0, and are 0 without.
    [[nodiscard]] std::int64_t mae_wh() const;
    // Mean absolute error in parts per million of the mean absolute energy. 0 if that is 0.
    [[nodiscard]] std::int64_t relative_ppm() const;
    // Mean absolute percentage error in ppm. nullopt where it makes no sense: some energy is below
    // a tenth of the mean, as generation at night and a gap near zero are.
    [[nodiscard]] std::optional<std::int64_t> mape_ppm() const;
    // Mean pinball loss of the band's three quantiles (R. Koenker and G. Bassett, Econometrica
    // 46(1), 1978) over the windows with a band; nullopt without any.
    [[nodiscard]] std::optional<std::int64_t> pinball_wh() const;
    // How often the energy was within p10 and p90; 800 000 would be perfect.
    [[nodiscard]] std::optional<std::int64_t> within_band_ppm() const;

  private:
    std::size_t windows_ = 0;
    std::size_t banded_ = 0;
    std::size_t within_ = 0;
    Int128 absolute_ = 0;
    Int128 energy_ = 0;
    Int128 pinball_tenths_ = 0;
    Int128 ratios_ppm_ = 0;
    std::int64_t least_ = INT64_MAX;
};

// Bands from what earlier forecasts missed at the same time of day.
class Residuals {
  public:
    void add(std::int64_t slot_of_day, std::int64_t residual_wh);  // actual less forecast
    // Around a point forecast; p10 to p90 never below `least_wh`. Few residuals of the slot: those
    // of all slots. Too few of those: none.
    [[nodiscard]] std::optional<Band> around(std::int64_t slot_of_day, std::int64_t wh,
                                             std::int64_t least_wh);

  private:
    void sort();
    bool is_sorted_ = true;
    std::vector<std::vector<std::int64_t>> by_slot_;
    std::vector<std::int64_t> all_;
};

}  // namespace fairfeed::forecast
