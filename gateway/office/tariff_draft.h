// The next tariff from the fields of a draft and the tariff before: what the fields leave out
// stays. With a forecast (load_wh, gap_wh) the rates follow from the formula on the chain. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/model/tariff.h"

namespace fairfeed {

// Faults: a line for each field that is wrong. The clock is the one before.
[[nodiscard]] Tariff tariff_from(const std::map<std::string, std::string>& fields,
                                 const Tariff& before, std::vector<std::string>& faults);

}  // namespace fairfeed
