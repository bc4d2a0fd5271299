// A table as portals and spreadsheets write it, before anybody knows which of its columns mean
// what: rows of cells with their lines, after a byte order mark, in UTF-8 or UTF-16, separated by
// commas, semicolons or tabs, with lines of text before the heading and blanks at the end. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/recordings/csv_table.h"

namespace fairfeed::imports {

struct ImportTable {
    std::vector<CsvRow> rows;  // without blank ones; each as long as its line
};

[[nodiscard]] ImportTable parse_import_table(std::string_view text);

// UTF-8 without a byte order mark, whatever the file was.
[[nodiscard]] std::string plain_text(std::string_view bytes);

// The first of the first hundred rows that satisfies the condition; lines of text may precede it.
[[nodiscard]] std::optional<std::size_t> find_row(const ImportTable& table,
                                                  const std::function<bool(const CsvRow&)>& wanted);

// The cell, or an empty one beyond the row's end.
[[nodiscard]] const std::string& cell_of(const CsvRow& row, std::size_t index);

// Lower case ASCII; other bytes are kept.
[[nodiscard]] std::string lower_case(std::string_view text);

// The place of the column with this heading, whatever its case.
[[nodiscard]] std::optional<std::size_t> find_column(const CsvRow& heading, std::string_view name);

}  // namespace fairfeed::imports
