#include "meter-sim/imports/quantity_text.h"

#include <algorithm>
#include <array>

#include "core/recordings/csv_table.h"

namespace fairfeed::imports {

namespace {

struct NamedUnit {
    std::string_view name;  // lower case
    Unit unit;
};
constexpr std::array kUnits = {NamedUnit{"kwh", {9, false}}, NamedUnit{"mwh", {12, false}},
                               NamedUnit{"wh", {6, false}}, NamedUnit{"kw", {9, true}},
                               NamedUnit{"w", {6, true}}};
constexpr std::int64_t kMost = 1'000'000'000'000'000'000;  // 1 TWh in millionths of Wh
constexpr std::string_view kSpaces[] = {" ", "'", "\xC2\xA0", "\xE2\x80\xAF", "\xE2\x80\x89"};

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

void remove_all(std::string& text, std::string_view what) {
    for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at))
        text.erase(at, what.size());
}

// Thousands are groups of three digits before the decimals.
bool separates_thousands(std::string_view text, char mark, char decimal) {
    const std::string_view whole = text.substr(0, text.find(decimal));
    if (text.find(mark, whole.size()) != std::string_view::npos) return false;
    for (std::size_t at = whole.find(mark); at != std::string_view::npos;
         at = whole.find(mark, at + 1)) {
        const std::size_t next = std::min(whole.find(mark, at + 1), whole.size());
        if (at == 0 || next - at != 4) return false;
    }
    return true;
}

}  // namespace

std::optional<Unit> parse_unit(std::string_view text) {
    const std::string name = lower(text);
    for (const NamedUnit& each : kUnits)
        if (each.name == name) return each.unit;
    return std::nullopt;
}

std::optional<Unit> unit_of_heading(std::string_view heading) {
    std::string word;
    std::optional<Unit> found;
    for (std::size_t i = 0; i <= heading.size(); ++i) {
        const char c = i < heading.size() ? heading[i] : ' ';
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            word.push_back(c);
        } else {
            if (const auto unit = parse_unit(word)) found = unit;
            word.clear();
        }
    }
    return found;
}

void MarkFinder::see(std::string_view cell) {
    const std::size_t point = cell.rfind('.');
    const std::size_t comma = cell.rfind(',');
    has_point_ = has_point_ || point != std::string_view::npos;
    has_comma_ = has_comma_ || comma != std::string_view::npos;
    if (proved_ || (point == std::string_view::npos && comma == std::string_view::npos)) return;
    if (point != std::string_view::npos && comma != std::string_view::npos) {
        proved_ = comma > point ? DecimalMark::comma : DecimalMark::point;
        return;
    }
    const bool is_comma = comma != std::string_view::npos;
    const DecimalMark same = is_comma ? DecimalMark::comma : DecimalMark::point;
    const DecimalMark other = is_comma ? DecimalMark::point : DecimalMark::comma;
    const std::size_t last = is_comma ? comma : point;
    const std::size_t first = cell.find(cell[last]);
    std::string_view whole = cell.substr(0, first);
    if (whole.starts_with('-')) whole.remove_prefix(1);
    if (first != last) {
        proved_ = other;
    } else if (cell.size() - last != 4 || whole.empty() || whole[0] == '0' || whole.size() > 3) {
        proved_ = same;
    }
}

DecimalMark MarkFinder::mark() const {
    if (proved_) return *proved_;
    return has_comma_ && !has_point_ ? DecimalMark::comma : DecimalMark::point;
}

Result<Quantity, std::string> parse_quantity(std::string_view cell, Unit unit, DecimalMark mark) {
    std::string text(cell);
    for (const std::string_view space : kSpaces)
        remove_all(text, space);
    const char thousands = mark == DecimalMark::comma ? '.' : ',';
    const char decimal = mark == DecimalMark::comma ? ',' : '.';
    if (!separates_thousands(text, thousands, decimal))
        return unexpected("has a '" + std::string(1, thousands) +
                          "' that separates no thousands, and '" + std::string(1, decimal) +
                          "' marks the decimals here");
    remove_all(text, std::string_view(&thousands, 1));
    std::replace(text.begin(), text.end(), decimal, '.');
    const bool negative = text.starts_with('-');
    if (negative) text.erase(0, 1);
    // One more place shows whether the text is finer than a millionth.
    const auto fine = parse_decimal(text, unit.places, kMost, false);
    if (!fine) return unexpected(fine.error());
    const auto cut = parse_decimal(text, unit.places + 1, INT64_MAX, false);
    const bool rounded = cut && *cut % 10 != 0;
    return Quantity{negative ? -*fine : *fine, rounded};
}

}  // namespace fairfeed::imports
