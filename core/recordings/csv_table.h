// CSV as common programs write it, read tolerantly: with or without a byte order mark, commas,
// semicolons or tabs, quoted cells, blanks around them, any line end, blank lines, an empty column
// at the end. An error names file, line and cell, and shows the cell's invisible bytes. Cells are
// text; parse_decimal converts them to numbers. Pure, re-entrant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace fairfeed {

using CsvErrors = std::vector<std::string>;  // "file:line: what is wrong"

constexpr std::size_t kMaxCsvErrors = 20;  // the rest is only counted

class CsvComplaints {
  public:
    explicit CsvComplaints(std::string_view file) : file_(file) {}
    void add(std::size_t line, const std::string& what);
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] CsvErrors take();

  private:
    std::string file_;
    CsvErrors lines_;
    std::size_t count_ = 0;
};

struct CsvRow {
    std::size_t line = 0;  // of the file, from 1
    std::vector<std::string> cells;
};

// The cells of one line. Quotes begin and end a cell, also as ="...", by which spreadsheets keep
// digits as text; a doubled quote inside is one quote.
[[nodiscard]] std::vector<std::string> csv_cells(std::string_view line, char separator);

struct CsvTable {
    CsvRow heading;
    std::vector<CsvRow> rows;    // each as long as the heading; others are reported
    bool decimal_comma = false;  // no comma separates cells: one may mark decimals
};

// Rows of another length than the heading are left out and reported.
[[nodiscard]] CsvTable parse_csv(std::string_view text, CsvComplaints& complaints);

// "'like this'", with invisible bytes written as \xNN.
[[nodiscard]] std::string visible(std::string_view cell);

// A non-negative number in units of 10^-places, rounded to the nearest, halves up. Sign, exponent
// and any number of decimals are allowed. -0 is 0. Error: the reason, to follow "'cell' ".
[[nodiscard]] Result<std::int64_t, std::string> parse_decimal(std::string_view cell, int places,
                                                              std::int64_t max, bool decimal_comma);

}  // namespace fairfeed
