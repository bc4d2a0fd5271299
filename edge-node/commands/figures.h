// Figures for people, and aligned tables: kWh from Wh, currency from micro, percent from ppm, UTC
// from seconds. Integers in, text out; no locale, and no rounding except as stated. Pure.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/utc_text.h"

namespace fairfeed {

[[nodiscard]] std::string kwh_text(std::int64_t wh);       // 1234 -> "1.234"
[[nodiscard]] std::string kw_text(std::int64_t w);         // 5000 -> "5.000"
[[nodiscard]] std::string money_text(std::int64_t micro);  // to the micro: "-1.250000"
[[nodiscard]] std::string percent_text(std::int64_t ppm);  // 123456 -> "12.3456 %"
[[nodiscard]] std::string count_text(std::uint64_t count, std::string_view one,
                                     std::string_view many);  // "1 block", "2 blocks"

// Rows of cells, indented by two. `columns` has one letter per column for its alignment: l or r.
class Table {
  public:
    explicit Table(std::string_view columns) : columns_(columns) {}
    void add(std::vector<std::string> row);
    void print(std::ostream& out) const;

  private:
    std::string columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace fairfeed
