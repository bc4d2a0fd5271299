// Factors of quarter hours (core/contract/share_schedule.h) for people and as JSON: a percentage of
// each meter's power, or "-" where nobody is curtailed. Pure.
#pragma once

#include <ostream>
#include <string>

#include "core/io/json.h"
#include "core/model/network.h"
#include "core/model/profile.h"

namespace fairfeed {

[[nodiscard]] std::string clock_text(std::int64_t seconds);      // grid time: "08:15"
[[nodiscard]] std::string factor_text(std::int64_t factor_ppm);  // "53.2 %"
[[nodiscard]] std::string factors_text(
    const Factors& factors);  // equal ones once: "12 x -, 3 x 53.2 %"
[[nodiscard]] Json whole_numbers_json(const std::vector<std::int64_t>& numbers);

// The shares that a power means in the quarter hours of its window: none above the capacity.
[[nodiscard]] std::vector<std::int64_t> shares_by_quarter_w(std::int64_t power_w,
                                                            std::int64_t capacity_w,
                                                            const Factors& factors);

// "previous_window", and the reason if the network's basis is another.
[[nodiscard]] std::string basis_text(const NetworkParameters& parameters, ShareBasis basis);

// A row for each quarter hour: the factor that bound in the window settled, and the one planned for
// the window that its shares are for. Prints nothing without factors.
void print_factors(const NetworkParameters& parameters, Window settled, const Factors& bound,
                   const Factors& planned, std::ostream& out);

}  // namespace fairfeed
