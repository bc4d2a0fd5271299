#include "core/model/share_rule.h"

#include "core/base/check.h"

namespace fairfeed {

namespace {

constexpr ShareRule kRules[] = {ShareRule::paper, ShareRule::waterfill, ShareRule::generation};
constexpr ShareBasis kBases[] = {ShareBasis::previous_window, ShareBasis::same_window_yesterday};

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
    }
    CHECK(false);
}

std::optional<ShareRule> parse_share_rule(std::string_view text) {
    for (const ShareRule rule : kRules) {
        if (to_string(rule) == text) return rule;
    }
    return std::nullopt;
}

std::optional<ShareBasis> parse_share_basis(std::string_view text) {
    for (const ShareBasis basis : kBases) {
        if (to_string(basis) == text) return basis;
    }
    return std::nullopt;
}

std::optional<ShareRule> share_rule_from(std::uint64_t value) {
    for (const ShareRule rule : kRules) {
        if (static_cast<std::uint64_t>(rule) == value) return rule;
    }
    return std::nullopt;
}

std::optional<ShareBasis> share_basis_from(std::uint64_t value) {
    for (const ShareBasis basis : kBases) {
        if (static_cast<std::uint64_t>(basis) == value) return basis;
    }
    return std::nullopt;
}

}  // namespace fairfeed
