#include "meter-sim/imports/import_table.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace fairfeed::imports {

namespace {

constexpr std::size_t kPreambleRows = 100;
constexpr std::size_t kSampleLines = 200;
constexpr std::array kSeparators = {'\t', ';', ','};  // of equals, the first

template <class Use>
void for_each_line(std::string_view text, const Use& use) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
        const std::string_view line = text.substr(0, end);
        const bool is_pair = text.substr(end).starts_with("\r\n");
        text.remove_prefix(std::min(end + (is_pair ? 2 : 1), text.size()));
        if (!use(number, line)) return;
    }
}

std::size_t count_outside_quotes(std::string_view line, char separator) {
    bool inside = false;
    std::size_t count = 0;
    for (const char c : line) {
        inside = inside != (c == '"');
        count += c == separator && !inside ? 1 : 0;
    }
    return count;
}

// The separator that splits the file's first lines into the most cells. A decimal comma comes at
// most once a cell, so a separator comes at least as often.
char separator_of(std::string_view text) {
    std::array<std::size_t, kSeparators.size()> counts{};
    for_each_line(text, [&](std::size_t number, std::string_view line) {
        for (std::size_t i = 0; i < kSeparators.size(); ++i)
            counts[i] += count_outside_quotes(line, kSeparators[i]);
        return number < kSampleLines;
    });
    const auto best = std::max_element(counts.begin(), counts.end());
    return kSeparators[static_cast<std::size_t>(best - counts.begin())];
}

void append_utf8(std::string& out, std::uint32_t code) {
    const auto byte = [&out](std::uint32_t value) { out.push_back(static_cast<char>(value)); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0U | (code >> 6U));
        byte(0x80U | (code & 0x3FU));
    } else if (code < 0x10000) {
        byte(0xE0U | (code >> 12U));
        byte(0x80U | ((code >> 6U) & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    } else {
        byte(0xF0U | (code >> 18U));
        byte(0x80U | ((code >> 12U) & 0x3FU));
        byte(0x80U | ((code >> 6U) & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    }
}

std::string from_utf16(std::string_view bytes, bool little_end_first) {
    constexpr std::uint32_t kReplacement = 0xFFFD;
    const auto unit_at = [&](std::size_t i) {
        const auto a = static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
        const auto b = static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + 1]));
        return little_end_first ? a | (b << 8U) : b | (a << 8U);
    };
    std::string out;
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
        const std::uint32_t unit = unit_at(i);
        if (unit < 0xD800 || unit > 0xDFFF) {
            append_utf8(out, unit);
            continue;
        }
        const std::uint32_t next = i + 3 < bytes.size() ? unit_at(i + 2) : 0;
        if (unit < 0xDC00 && next >= 0xDC00 && next <= 0xDFFF) {
            append_utf8(out, 0x10000 + ((unit - 0xD800) << 10U) + (next - 0xDC00));
            i += 2;
        } else {
            append_utf8(out, kReplacement);
        }
    }
    return out;
}

bool is_blank(const std::vector<std::string>& cells) {
    return std::all_of(cells.begin(), cells.end(),
                       [](const std::string& cell) { return cell.empty(); });
}

}  // namespace

std::string plain_text(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xFE")) return from_utf16(bytes.substr(2), true);
    if (bytes.starts_with("\xFE\xFF")) return from_utf16(bytes.substr(2), false);
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    return std::string(bytes);
}

ImportTable parse_import_table(std::string_view text) {
    ImportTable table;
    std::optional<char> said;  // by a first line "sep=;"
    for_each_line(text, [&](std::size_t, std::string_view line) {
        if (line.size() == 5 && lower_case(line).starts_with("sep=")) said = line[4];
        return false;
    });
    const char separator = said.value_or(separator_of(text));
    for_each_line(text, [&](std::size_t number, std::string_view line) {
        if (number == 1 && said) return true;
        CsvRow row{number, csv_cells(line, separator)};
        while (!row.cells.empty() && row.cells.back().empty())
            row.cells.pop_back();
        if (!is_blank(row.cells)) table.rows.push_back(std::move(row));
        return true;
    });
    return table;
}

std::optional<std::size_t> find_row(const ImportTable& table,
                                    const std::function<bool(const CsvRow&)>& wanted) {
    for (std::size_t i = 0; i < table.rows.size() && i < kPreambleRows; ++i)
        if (wanted(table.rows[i])) return i;
    return std::nullopt;
}

const std::string& cell_of(const CsvRow& row, std::size_t index) {
    static const std::string kEmpty;
    return index < row.cells.size() ? row.cells[index] : kEmpty;
}

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

std::optional<std::size_t> find_column(const CsvRow& heading, std::string_view name) {
    const std::string wanted = lower_case(name);
    for (std::size_t i = 0; i < heading.cells.size(); ++i)
        if (lower_case(heading.cells[i]) == wanted) return i;
    return std::nullopt;
}

}  // namespace fairfeed::imports
