// gateway bills: the bills of a month or of a meter from the office's ledger, as a table, JSON or
// CSV, with the sum of all bills and account `grid`; and a proof file of one bill. main.cc owns the
// command line.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>

namespace fairfeed {

struct BillsOptions {
    std::filesystem::path config;
    std::optional<std::filesystem::path> ledger;  // default: the configuration's
    std::optional<std::string> month;             // "2016-08"
    std::optional<std::string> meter;
    std::optional<std::filesystem::path> proof;  // of one bill: write this file
    bool json = false;
    bool csv = false;
};

// 0: done; 1: the bills of all meters and account `grid` do not add up, or the file could not be
// written; 2: wrong input.
[[nodiscard]] int run_bills_command(const BillsOptions& options, std::ostream& out,
                                    std::ostream& err);

}  // namespace fairfeed
