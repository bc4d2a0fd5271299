#include "gateway/capacity/installation.h"

#include <algorithm>

#include "core/base/check.h"

namespace fairfeed {

std::string_view to_string(Technology technology) {
    switch (technology) {
        case Technology::solar:
            return "solar";
        case Technology::wind:
            return "wind";
        case Technology::water:
            return "water";
        case Technology::combustion:
            return "combustion";
        case Technology::storage:
            return "storage";
        case Technology::other:
            return "other";
    }
    CHECK(false);
}

std::optional<Technology> technology_from(std::uint64_t number) {
    if (number < static_cast<std::uint64_t>(Technology::solar) ||
        number > static_cast<std::uint64_t>(Technology::other))
        return std::nullopt;
    return static_cast<Technology>(number);
}

std::optional<Technology> technology_named(std::string_view name) {
    for (std::uint64_t number = 1; const auto each = technology_from(number); ++number)
        if (to_string(*each) == name) return each;
    return std::nullopt;
}

bool is_line(std::string_view text, std::size_t most) {
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
    return !text.empty() && text.size() <= most &&
           std::none_of(text.begin(), text.end(), is_control);
}

}  // namespace fairfeed
