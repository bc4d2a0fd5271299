// The rules by which surplus may be shared, and which window a share follows (design 4; A75-A83).
// Numbers are on the wire for ever.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fairfeed {

enum class ShareRule : std::uint8_t { paper = 1, waterfill = 2, generation = 3 };
enum class ShareBasis : std::uint8_t { previous_window = 1, same_window_yesterday = 2 };

[[nodiscard]] std::string_view to_string(ShareRule rule);
[[nodiscard]] std::string_view to_string(ShareBasis basis);
[[nodiscard]] std::optional<ShareRule> parse_share_rule(std::string_view text);
[[nodiscard]] std::optional<ShareBasis> parse_share_basis(std::string_view text);

}  // namespace fairfeed
