#include "core/base/ids.h"

#include <algorithm>
#include <array>

namespace fairfeed {
namespace {

// A table, because names are checked a thousand times per block.
constexpr std::array<bool, 256> kAllowed = [] {
    std::array<bool, 256> allowed{};
    for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789-"))
        allowed[static_cast<unsigned char>(c)] = true;
    return allowed;
}();

}  // namespace

bool is_valid_name(std::string_view text) {
    if (text.empty() || text.size() > kMaxNameLength) return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return kAllowed[static_cast<unsigned char>(c)]; });
}

}  // namespace fairfeed
