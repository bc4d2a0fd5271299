// Where the sun stands, and what it would give through a clear sky. Published formulas of low
// accuracy (half a degree, some percent of the irradiance), enough for a term of a
// regression. Pure, re-entrant.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace fairfeed::forecast {

// North and east are positive.
struct Coordinates {
    double latitude_deg = 0;
    double longitude_deg = 0;
    bool operator==(const Coordinates&) const = default;
};

// The sine of the sun's elevation above the horizon, without refraction, at a UTC instant. After
// NOAA Global Monitoring Division, "General Solar Position Calculations": declination and equation
// of time as Fourier series of the day of the year (J. W. Spencer, Search 2(5), 1971), hour angle
// from true solar time.
[[nodiscard]] double sine_of_elevation(const Coordinates& where, std::int64_t utc_s);

// Global horizontal irradiance under a clear sky in W/m2, 0 while the sun is down:
// 1098 * s * exp(-0.059 / s) with the sine s of the elevation (B. Haurwitz, Journal of Meteorology
// 2, 1945, p. 154 and 3, 1946, p. 123; the constants as in M. Reno, C. Hansen and J. Stein, SANDIA
// SAND2012-2389).
[[nodiscard]] double clear_sky_w_per_m2(double sine_of_elevation);

// Irradiation of windows of one length under a clear sky. Remembers what it computed.
class ClearSky {
  public:
    // Without coordinates the sky gives nothing at all.
    ClearSky(std::optional<Coordinates> where, std::int64_t window_s)
        : where_(where), window_s_(window_s) {}
    // The mean of [from_s, from_s + window_s) in W/m2, sampled each quarter hour and rounded to
    // 1/1024, so that mathematical libraries that differ in the last bit give one figure.
    [[nodiscard]] double mean(std::int64_t from_s);
    [[nodiscard]] bool is_known() const { return where_.has_value(); }

  private:
    std::optional<Coordinates> where_;
    std::int64_t window_s_;
    std::map<std::int64_t, double> known_;
};

}  // namespace fairfeed::forecast
