// The tariff (TARIFF): prices by time of use, a fixed charge for each local day, and the local
// clock by which both go. Time of use is a band for each quarter hour of the local week. The clock
// is in the tariff itself, as offsets from UTC, so that every node bills alike whatever its own
// zone files say. A quarter hour of grid time belongs to the band that the clock on the wall shows
// at its beginning: on the day of 25 hours the quarters of one hour come twice, on the day of 23
// hours four quarters of the week do not come. Pure integers; re-entrant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time_zone.h"
#include "core/base/units.h"

namespace fairfeed {

constexpr std::size_t kQuartersPerWeek = 7 * kQuartersPerDay;

constexpr std::int64_t kMaxRateMicroPerKwh = 1'000'000'000;  // import or export
constexpr std::int64_t kMaxDailyMicro = 1'000'000'000'000;
constexpr std::size_t kMaxBands = 4;
constexpr std::size_t kMaxBandRuns = 168;
constexpr std::size_t kMaxClockChanges = 64;
constexpr std::int64_t kMaxOffsetS = 15 * kSecondsPerHour;
constexpr std::int64_t kMaxTermPpm = 10'000'000;
constexpr std::string_view kBaseBand = "base";  // the name of band 0

// What a kWh from the grid costs, and a credited kWh to it earns, in micro.
struct BandRates {
    std::int64_t import_micro_per_kwh = 0;
    std::int64_t export_micro_per_kwh = 0;
    bool operator==(const BandRates&) const = default;
};

struct TariffBand {
    std::string name;  // [a-z0-9-]{1,32}, not kBaseBand
    BandRates rates;
    bool operator==(const TariffBand&) const = default;
};

// Quarter hours of the local week in a row, all of one band.
struct BandRun {
    std::uint8_t band = 0;
    std::uint32_t quarters = 0;
    bool operator==(const BandRun&) const = default;
};

struct OffsetChange {
    std::int64_t from_s = 0;  // UTC
    std::int64_t offset_s = 0;
    bool operator==(const OffsetChange&) const = default;
};

// Local time: UTC plus an offset, which changes. After the last change the offset stays.
struct LocalClock {
    std::int64_t offset_s = 0;  // before the first change
    std::vector<OffsetChange> changes = {};
    [[nodiscard]] std::int64_t offset_at(std::int64_t utc_s) const;
    // Days since 1970-01-01, and weeks since the first Monday of 1970, by this clock.
    [[nodiscard]] std::int64_t day_at(std::int64_t utc_s) const;
    [[nodiscard]] std::int64_t week_at(std::int64_t utc_s) const;
    // 0 to 671: the quarter hour of the week, from Monday 00:00.
    [[nodiscard]] std::size_t quarter_at(std::int64_t utc_s) const;
    bool operator==(const LocalClock&) const = default;
};

// The zone's clock from this instant on, for kClockYears. The zone's offset of then holds before.
constexpr std::int64_t kClockYears = 10;
[[nodiscard]] LocalClock clock_of(const TimeZone& zone, std::int64_t from_s);

// The parameters of the utility's formula (paper A72): each rate is base * clamp(1 + k * gap /
// load, low, high). The chain knows no forecast, so it checks only that each rate lies between base
// * low and base * high.
struct RateTerms {
    std::vector<BandRates> base;  // of each band
    std::int64_t k_ppm = 0;
    std::int64_t low_ppm = kPpm;   // at most kPpm
    std::int64_t high_ppm = kPpm;  // at least kPpm
    bool operator==(const RateTerms&) const = default;
};

struct Tariff {
    std::int64_t import_micro_per_kwh = 0;  // of band 0
    std::int64_t export_micro_per_kwh = 0;
    std::int64_t daily_micro = 0;       // fixed charge of each meter for each local day
    std::vector<TariffBand> more = {};  // bands 1, 2, ...
    std::vector<BandRun> week = {};     // from Monday 00:00; empty: band 0 throughout
    LocalClock clock = {};
    std::optional<RateTerms> terms = {};  // none: the office sets the rates freely
    [[nodiscard]] std::size_t bands() const { return 1 + more.size(); }
    [[nodiscard]] BandRates rates(std::size_t band) const;
    [[nodiscard]] std::string_view band_name(std::size_t band) const;
    bool operator==(const Tariff&) const = default;
};

// The fault of a tariff, for a person; nullopt: none. TARIFF with a fault is refused as
// out_of_range.
[[nodiscard]] std::optional<std::string_view> fault_of(const Tariff& tariff);
// Whether bands and week are those of a tariff, whatever its rates are.
[[nodiscard]] bool has_whole_week(const Tariff& tariff);

// Rounded to the nearest micro, halves up: what a rate is at this factor.
[[nodiscard]] std::int64_t rate_at(std::int64_t base_micro_per_kwh, std::int64_t factor_ppm);

// The bands of the quarter hours of a window.
struct WindowBands {
    std::size_t bands = 1;                 // of the tariff
    std::vector<std::uint8_t> of_quarter;  // empty where the tariff has one band
    [[nodiscard]] bool has(std::size_t band) const;
};
[[nodiscard]] WindowBands bands_in(const Tariff& tariff, std::int64_t start_s,
                                   std::size_t quarters);

// The fixed charge of a window: for each local day that ends in it, at its end at the latest. Over
// windows in a row the days add up exactly, whenever the clocks were changed.
[[nodiscard]] std::int64_t fixed_charge_micro(const Tariff& tariff, std::int64_t start_s,
                                              std::int64_t window_seconds);

// Whether a window is the first to begin in its week by this clock: where windows do not begin with
// the week, this is the first one after its beginning.
[[nodiscard]] bool opens_a_week(const LocalClock& clock, std::int64_t start_s,
                                std::int64_t window_seconds);

// The part of a window's energy in one band.
struct BandEnergy {
    std::int64_t import_wh = 0;
    std::int64_t credited_wh = 0;
    bool operator==(const BandEnergy&) const = default;
};
// One for each band of the tariff; empty where it has one band, which has all the energy.
using BandEnergies = std::vector<BandEnergy>;

// Whether these are parts of the energy in bands that the window has, and add up to all of it.
[[nodiscard]] bool add_up(const BandEnergies& energies, const WindowBands& bands,
                          std::int64_t import_wh, std::int64_t credited_wh);

// What energy costs and earns, in thousandths of a micro.
struct PricedEnergy {
    Int128 cost = 0;
    Int128 worth = 0;
};
// `energies` add up to the rest.
[[nodiscard]] PricedEnergy priced(const Tariff& tariff, std::int64_t import_wh,
                                  std::int64_t credited_wh, const BandEnergies& energies);

}  // namespace fairfeed
