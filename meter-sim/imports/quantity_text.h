// Numbers with a unit, as meters' portals write them: decimal points or commas, thousands
// separators, signs. Exact: whole millionths of Wh or W. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace fairfeed::imports {

enum class DecimalMark { point, comma };

struct Unit {
    int places = 0;         // a unit is 10^places millionths of Wh or W
    bool is_power = false;  // W and not Wh
    bool operator==(const Unit&) const = default;
};
// kWh, Wh, MWh, kW, W, in any case. nullopt: another unit.
[[nodiscard]] std::optional<Unit> parse_unit(std::string_view text);
// The unit that a heading names: "Import T1 kWh", "Usage (Wh)", "value [kW]". nullopt: none.
[[nodiscard]] std::optional<Unit> unit_of_heading(std::string_view heading);

// Collects the numbers of a file and says which mark separates their decimals. A number may prove
// it: 1.234,5 and 0,25 and 12,5 have decimal commas, 1.234.567 has no decimal points. Without a
// proof it is the point if any number has one, else the comma.
class MarkFinder {
  public:
    void see(std::string_view cell);
    [[nodiscard]] DecimalMark mark() const;

  private:
    bool has_point_ = false;
    bool has_comma_ = false;
    std::optional<DecimalMark> proved_;
};

struct Quantity {
    std::int64_t millionths = 0;
    bool rounded = false;  // the text was finer
};
// Error: the reason and the remedy, to follow "'cell' ".
[[nodiscard]] Result<Quantity, std::string> parse_quantity(std::string_view cell, Unit unit,
                                                           DecimalMark mark);

}  // namespace fairfeed::imports
