#include "core/io/sqlite_text.h"

namespace fairfeed {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            out.push_back(c);
        } else {
            out.append({'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 15U]});
        }
    }
    return out;
}

std::string uri_of(const std::filesystem::path& file, std::string_view parameters) {
    std::string uri = "file:";
    for (const char c : std::filesystem::absolute(file).string()) {
        if (c == '%' || c == '?' || c == '#') {
            const auto byte = static_cast<unsigned char>(c);
            uri.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
        } else {
            uri.push_back(c);
        }
    }
    return uri.append(parameters);
}

std::string hex32(std::int64_t value) {
    std::string out;
    for (int shift = 28; shift >= 0; shift -= 4)
        out.push_back(kDigits[(value >> shift) & 15]);
    return "0x" + out;
}

}  // namespace fairfeed
