// `meter-sim import`: files of real meters as a recording of homes. Reads the files, writes the
// recording whole or not at all, and says what it understood; main.cc owns the command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

namespace fairfeed {

struct ImportOptions {
    std::vector<std::string> files;  // FILE or NAME=FILE
    std::filesystem::path out;
    std::string format;         // empty: recognised from each file
    std::filesystem::path map;  // empty: a named format
    std::string zone;           // empty: that of the files
    std::string gaps = "refuse";
    std::int64_t step_minutes = 0;  // 0: the finest of the files
    std::int64_t max_kw = 100;
    std::vector<std::string> channels;  // NAME=import|export|pv|load|none
    bool json = false;
};

// 0: written. 1: the recording cannot be written. 2: a file, the mapping or an option is wrong; one
// line for each fault.
[[nodiscard]] int run_import(const ImportOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
