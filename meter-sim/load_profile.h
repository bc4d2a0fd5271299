// A household's load, hour by hour, in integers. The table is our own, drawn after the known shape
// of household standard profiles (BDEW H0/H25): a minimum around four in the morning, a rise from
// six, a noon that is higher at weekends, the peak at seven in the evening, more in winter than in
// summer, and two large appliances a day. Households average about 430 W, 3800 kWh a year. The seed
// varies each household's size and habits, and every quarter hour. Re-entrant.
#pragma once

#include <cstdint>

#include "core/base/ids.h"

namespace fairfeed {

// Average load in the quarter hour that starts at quarter_start_s, in W; always positive.
[[nodiscard]] std::int64_t household_load_w(std::uint64_t seed, const MeterId& meter,
                                            std::int64_t quarter_start_s);

}  // namespace fairfeed
