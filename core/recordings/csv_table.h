// CSV as people's programs write it, read tolerantly: with or without a byte order mark, commas,
// semicolons or tabs, quoted cells, blanks around them, any line end, blank lines, an empty column
// at the end. What cannot be read is said with file, line and cell, and shown so that it can be
// seen. Cells are text; parse_decimal makes numbers of them. Pure, re-entrant.
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

struct CsvTable {
    CsvRow heading;
    std::vector<CsvRow> rows;    // each as long as the heading, or complained about
    bool decimal_comma = false;  // commas do not part cells, so they may part decimals
};

// Rows of another length than the heading's are left out and complained about.
[[nodiscard]] CsvTable parse_csv(std::string_view text, CsvComplaints& complaints);

// "'like this'", with bytes that nobody sees written as \xNN.
[[nodiscard]] std::string visible(std::string_view cell);

// A number that is not negative, in units of 10^-places, rounded to the nearest, halves up: with
// sign, exponent and any number of decimals. -0 is 0. Error: why it is none, after "'cell' ".
[[nodiscard]] Result<std::int64_t, std::string> parse_decimal(std::string_view cell, int places,
                                                              std::int64_t max, bool decimal_comma);

}  // namespace fairfeed
