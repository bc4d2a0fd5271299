// The rule that turns a cluster's surplus into shares, the windows from which it takes the surplus,
// and for how long one share binds. Genesis carries all three. A settlement names its rule, and the
// basis that its shares came from. Plain values: core/contract/share.h has the
// arithmetic. The numbers are wire values and never change their meaning.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fairfeed {

enum class ShareRule : std::uint8_t {
    paper = 1,       // MES_i = (1 - DF) * C_i, literally (paper A80-A82)
    waterfill = 2,   // the same factor on every C_i, chosen so that no surplus remains
    generation = 3,  // the same factor on what each meter could generate
};

enum class ShareBasis : std::uint8_t {
    previous_window = 1,        // the share settled for window k binds in k + 1
    same_window_yesterday = 2,  // it binds in the window of the same hours one day later
    expected = 3,               // a forecast from past days; binds from the start of k + 2
};

enum class ShareResolution : std::uint8_t {
    window = 1,   // one share for a whole window
    quarter = 2,  // a schedule: one share for each quarter hour of the window
};

[[nodiscard]] std::string_view to_string(ShareRule rule);
[[nodiscard]] std::string_view to_string(ShareBasis basis);
[[nodiscard]] std::string_view to_string(ShareResolution resolution);

// Exact inverse of to_string; nullopt for anything else.
[[nodiscard]] std::optional<ShareRule> parse_share_rule(std::string_view text);
[[nodiscard]] std::optional<ShareBasis> parse_share_basis(std::string_view text);
[[nodiscard]] std::optional<ShareResolution> parse_share_resolution(std::string_view text);

// From the wire value; nullopt if the value is unknown.
[[nodiscard]] std::optional<ShareRule> share_rule_from(std::uint64_t value);
[[nodiscard]] std::optional<ShareBasis> share_basis_from(std::uint64_t value);
[[nodiscard]] std::optional<ShareResolution> share_resolution_from(std::uint64_t value);

}  // namespace fairfeed
