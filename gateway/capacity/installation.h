// Words of the office's papers on installed capacity: who applies for what, with which technology.
// An application and a person are known by pseudonyms; names and addresses of people are kept apart
// (gateway/records). Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/ids.h"

namespace fairfeed {

using ApplicationId = Name<struct ApplicationTag>;
using PersonId = Name<struct PersonTag>;

// Numbers stand in signed records and sealed codes, and never change.
enum class Technology : std::uint8_t {
    solar = 1,
    wind = 2,
    water = 3,
    combustion = 4,
    storage = 5,
    other = 6,
};
[[nodiscard]] std::string_view to_string(Technology technology);
[[nodiscard]] std::optional<Technology> technology_from(std::uint64_t number);
[[nodiscard]] std::optional<Technology> technology_named(std::string_view name);

// Text of people in one line: 1 to `most` bytes without control characters.
[[nodiscard]] bool is_line(std::string_view text, std::size_t most);

}  // namespace fairfeed
