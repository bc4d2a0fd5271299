#include "core/base/ids.h"

#include <algorithm>

namespace fairfeed {

bool is_valid_name(std::string_view text) {
    if (text.empty() || text.size() > 32) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

}  // namespace fairfeed
