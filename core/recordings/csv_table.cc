#include "core/recordings/csv_table.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace fairfeed {

namespace {

constexpr std::string_view kMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

// The separator that splits the heading into the most cells.
char separator_of(std::string_view heading) {
    char best = ',';
    std::ptrdiff_t most = 0;
    for (const char each : {',', ';', '\t'}) {
        bool inside = false;
        const auto count = std::count_if(heading.begin(), heading.end(), [&](char c) {
            inside = inside != (c == '"');
            return c == each && !inside;
        });
        if (count > most) {
            most = count;
            best = each;
        }
    }
    return best;
}

bool may_begin_quotes(std::string_view before) {
    const std::string_view written = trimmed(before);
    return written.empty() || written == "=";
}

bool is_blank(const CsvRow& row) {
    return std::all_of(row.cells.begin(), row.cells.end(),
                       [](const std::string& cell) { return cell.empty(); });
}

// Drops the empty cells made by separators at the end of a line.
void drop_empty_end(CsvRow& row, std::size_t columns) {
    while (row.cells.size() > columns && row.cells.back().empty())
        row.cells.pop_back();
}

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

struct Decimal {
    bool negative = false;
    std::string digits;      // without sign and point
    std::int64_t scale = 0;  // digits * 10^scale
};

std::optional<Decimal> take_apart(std::string_view text, bool decimal_comma) {
    Decimal out;
    if (text.starts_with('-') || text.starts_with('+')) {
        out.negative = text.front() == '-';
        text.remove_prefix(1);
    }
    const std::size_t e = text.find_first_of("eE");
    if (e != std::string_view::npos) {
        std::string_view exponent = text.substr(e + 1);
        if (exponent.starts_with('+')) exponent.remove_prefix(1);
        const auto read =
            std::from_chars(exponent.data(), exponent.data() + exponent.size(), out.scale);
        if (read.ec != std::errc() || read.ptr != exponent.data() + exponent.size())
            return std::nullopt;
        if (out.scale < -1000 || out.scale > 1000) return std::nullopt;
        text = text.substr(0, e);
    }
    const std::size_t point = text.find_first_of(decimal_comma ? ".," : ".");
    const std::string_view whole = text.substr(0, point);
    std::string_view fraction;
    if (point != std::string_view::npos) fraction = text.substr(point + 1);
    if (whole.empty() && fraction.empty()) return std::nullopt;
    if (!all_digits(whole) || !all_digits(fraction)) return std::nullopt;
    out.digits.append(whole).append(fraction);
    out.scale -= static_cast<std::int64_t>(fraction.size());
    return out;
}

}  // namespace

std::vector<std::string> csv_cells(std::string_view line, char separator) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    bool was_quoted = false;
    const auto finish = [&] {
        if (!was_quoted) cells.back() = trimmed(cells.back());
        was_quoted = false;
    };
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
            cells.back().push_back('"');
            ++i;
        } else if (quoted && c == '"') {
            quoted = false;
        } else if (!quoted && c == '"' && !was_quoted && may_begin_quotes(cells.back())) {
            quoted = was_quoted = true;
            cells.back().clear();
        } else if (!quoted && c == separator) {
            finish();
            cells.emplace_back();
        } else if (quoted || !was_quoted || kBlanks.find(c) == std::string_view::npos) {
            cells.back().push_back(c);
        }
    }
    finish();
    return cells;
}

void CsvComplaints::add(std::size_t line, const std::string& what) {
    ++count_;
    if (lines_.size() < kMaxCsvErrors)
        lines_.push_back(file_ + ":" + std::to_string(line) + ": " + what);
}

CsvErrors CsvComplaints::take() {
    if (count_ > lines_.size())
        lines_.push_back(file_ + ": and " + std::to_string(count_ - lines_.size()) + " more");
    return std::move(lines_);
}

CsvTable parse_csv(std::string_view text, CsvComplaints& complaints) {
    CsvTable table;
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        complaints.add(1, "the file is UTF-16: save it as UTF-8");
        return table;
    }
    if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
    char separator = ',';
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        while (line.ends_with('\r'))
            line.remove_suffix(1);
        if (table.heading.line == 0) separator = separator_of(line);
        CsvRow row{number, csv_cells(line, separator)};
        if (is_blank(row)) continue;
        if (table.heading.line == 0) {
            drop_empty_end(row, 0);
            table.heading = std::move(row);
            continue;
        }
        const std::size_t columns = table.heading.cells.size();
        drop_empty_end(row, columns);
        if (row.cells.size() == columns) {
            table.rows.push_back(std::move(row));
        } else {
            complaints.add(number, "expected " + std::to_string(columns) + " cells, found " +
                                       std::to_string(row.cells.size()));
        }
    }
    table.decimal_comma = separator != ',';
    if (table.heading.line == 0) complaints.add(1, "the file is empty");
    return table;
}

std::string visible(std::string_view cell) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out = "'";
    for (const char c : cell) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7f) {
            out.push_back(c);
        } else {
            out.append("\\x").push_back(kDigits[byte >> 4U]);
            out.push_back(kDigits[byte & 15U]);
        }
    }
    return out + "'";
}

Result<std::int64_t, std::string> parse_decimal(std::string_view cell, int places, std::int64_t max,
                                                bool decimal_comma) {
    if (cell.empty()) return unexpected(std::string("is empty: write 0 where there is nothing"));
    auto number = take_apart(cell, decimal_comma);
    if (!number) return unexpected(std::string("is not a number like 0.25"));
    std::string& digits = number->digits;
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    if (digits.empty()) return 0;
    if (number->negative) return unexpected(std::string("is negative"));
    const std::int64_t shift = number->scale + places;
    constexpr std::int64_t kMostDigits = 18;
    if (static_cast<std::int64_t>(digits.size()) + shift > kMostDigits)
        return unexpected(std::string("is too large"));
    bool up = false;
    if (shift >= 0) {
        digits.append(static_cast<std::size_t>(shift), '0');
    } else {
        const auto dropped = static_cast<std::size_t>(-shift);
        const std::size_t kept = digits.size() > dropped ? digits.size() - dropped : 0;
        up = dropped <= digits.size() && digits[kept] >= '5';
        digits.resize(kept);
    }
    std::int64_t value = 0;
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), value);
    value += up ? 1 : 0;
    if (value > max) return unexpected(std::string("is too large"));
    return value;
}

}  // namespace fairfeed
