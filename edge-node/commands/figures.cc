#include "edge-node/commands/figures.h"

#include <algorithm>

#include "core/base/check.h"

namespace fairfeed {
namespace {

// Fixed point: value / 10^decimals, with at least `least` decimals.
std::string decimal(std::int64_t value, std::size_t decimals, std::size_t least) {
    const bool minus = value < 0;
    const auto bits = static_cast<std::uint64_t>(value);
    std::string digits = std::to_string(minus ? ~bits + 1 : bits);
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    std::string fraction = digits.substr(digits.size() - decimals);
    digits.resize(digits.size() - decimals);
    while (fraction.size() > least && fraction.back() == '0')
        fraction.pop_back();
    return (minus ? "-" : "") + digits + (fraction.empty() ? "" : "." + fraction);
}

// The number of characters; names in a table may be UTF-8.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

}  // namespace

std::string kwh_text(std::int64_t wh) {
    return decimal(wh, 3, 3);
}

std::string kw_text(std::int64_t w) {
    return decimal(w, 3, 3);
}

std::string money_text(std::int64_t micro) {
    return decimal(micro, 6, 6);
}

std::string percent_text(std::int64_t ppm) {
    return decimal(ppm, 4, 1) + " %";
}

std::string count_text(std::uint64_t count, std::string_view one, std::string_view many) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : many);
}

void Table::add(std::vector<std::string> row) {
    CHECK(row.size() == columns_.size());
    rows_.push_back(std::move(row));
}

void Table::print(std::ostream& out) const {
    std::vector<std::size_t> widths(columns_.size(), 0);
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width_of(row[i]));
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string space(widths[i] - width_of(row[i]), ' ');
            line += "  " + (columns_[i] == 'r' ? space + row[i] : row[i] + space);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << '\n';
    }
}

}  // namespace fairfeed
