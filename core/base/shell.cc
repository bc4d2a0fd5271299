#include "core/base/shell.h"

namespace fairfeed {

std::string shell_word(std::string_view text) {
    constexpr std::string_view kSafe =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    if (!text.empty() && text.find_first_not_of(kSafe) == std::string_view::npos)
        return std::string(text);
    std::string out = "'";
    for (const char each : text)
        out += each == '\'' ? "'\\''" : std::string(1, each);
    return out + "'";
}

}  // namespace fairfeed
