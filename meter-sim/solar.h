// The possible generation of a roof, from sun and weather, in integers. Sun: declination -23.44 deg
// * cos(360/365 * (day + 10)) and the hour angle of local solar time. Clear sky: Kasten and Czeplak
// (1980), G = 910 * sin(elevation) - 30 W/m2. Roof: nominal power at 1000 W/m2, 85 % of it after
// heat, wiring and inverter. Weather: a share of the clear sky per day and hour, drawn from the
// seed. Sines by Bhaskara's rational approximation (error below 0.0017). Re-entrant.
#pragma once

#include <cstdint>

namespace fairfeed {

// Thousandths of degrees in, parts per million out; any angle.
[[nodiscard]] std::int64_t sine_ppm(std::int64_t angle_mdeg);
[[nodiscard]] std::int64_t cosine_ppm(std::int64_t angle_mdeg);

// Sine of the sun's elevation at this latitude; negative at night.
[[nodiscard]] std::int64_t sun_elevation_sine_ppm(std::int64_t latitude_mdeg, std::int64_t grid_s);

// Global irradiance under a clear sky in W/m2, never negative.
[[nodiscard]] std::int64_t clear_sky_w_m2(std::int64_t elevation_sine_ppm);

// Share of the clear sky that reaches the ground, 150'000 to 1'000'000 ppm: equal for a whole
// neighbourhood, whose roofs have the same weather.
[[nodiscard]] std::int64_t weather_ppm(std::uint64_t seed, std::int64_t grid_s);

// Average power in the quarter hour that starts at quarter_start_s, of panels of `nominal_w`.
[[nodiscard]] std::int64_t solar_power_w(std::uint64_t seed, std::int64_t latitude_mdeg,
                                         std::int64_t nominal_w, std::int64_t quarter_start_s);

}  // namespace fairfeed
