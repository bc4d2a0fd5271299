#include "core/model/share_rule.h"

#include "core/base/check.h"

namespace fairfeed {

namespace {

constexpr ShareRule kRules[] = {ShareRule::paper, ShareRule::waterfill, ShareRule::generation};
constexpr ShareBasis kBases[] = {ShareBasis::previous_window, ShareBasis::same_window_yesterday,
                                 ShareBasis::expected};
constexpr ShareResolution kResolutions[] = {ShareResolution::window, ShareResolution::quarter};

template <class T, std::size_t N>
std::optional<T> named(const T (&all)[N], std::string_view text) {
    for (const T each : all) {
        if (to_string(each) == text) return each;
    }
    return std::nullopt;
}

template <class T, std::size_t N>
std::optional<T> numbered(const T (&all)[N], std::uint64_t value) {
    for (const T each : all) {
        if (static_cast<std::uint64_t>(each) == value) return each;
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(ShareRule rule) {
    switch (rule) {
        case ShareRule::paper:
            return "paper";
        case ShareRule::waterfill:
            return "waterfill";
        case ShareRule::generation:
            return "generation";
    }
    CHECK(false);
}

std::string_view to_string(ShareBasis basis) {
    switch (basis) {
        case ShareBasis::previous_window:
            return "previous_window";
        case ShareBasis::same_window_yesterday:
            return "same_window_yesterday";
        case ShareBasis::expected:
            return "expected";
    }
    CHECK(false);
}

std::string_view to_string(ShareResolution resolution) {
    switch (resolution) {
        case ShareResolution::window:
            return "window";
        case ShareResolution::quarter:
            return "quarter";
    }
    CHECK(false);
}

std::optional<ShareRule> parse_share_rule(std::string_view text) {
    return named(kRules, text);
}

std::optional<ShareBasis> parse_share_basis(std::string_view text) {
    return named(kBases, text);
}

std::optional<ShareResolution> parse_share_resolution(std::string_view text) {
    return named(kResolutions, text);
}

std::optional<ShareRule> share_rule_from(std::uint64_t value) {
    return numbered(kRules, value);
}

std::optional<ShareBasis> share_basis_from(std::uint64_t value) {
    return numbered(kBases, value);
}

std::optional<ShareResolution> share_resolution_from(std::uint64_t value) {
    return numbered(kResolutions, value);
}

}  // namespace fairfeed
