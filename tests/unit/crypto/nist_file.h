// Response files of NIST's validation programme, for tests: blocks of `Name = hex` lines between
// blank lines. Bracketed and commented lines are skipped; a line without '=' becomes a name of its
// own (`FAIL`).
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace fairfeed {

using NistCase = std::map<std::string, std::string>;

inline std::vector<NistCase> read_nist_file(const std::filesystem::path& file) {
    std::vector<NistCase> out;
    NistCase current;
    std::ifstream in(file);
    const auto finish = [&] {
        if (!current.empty()) out.push_back(std::move(current));
        current.clear();
    };
    for (std::string line; std::getline(in, line);) {
        while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
            line.pop_back();
        if (line.empty()) finish();
        if (line.empty() || line.front() == '#' || line.front() == '[') continue;
        const auto equals = line.find(" =");
        const bool has_value = equals != std::string::npos && equals + 3 <= line.size();
        current[line.substr(0, equals)] = has_value ? line.substr(equals + 3) : "";
    }
    finish();
    return out;
}

}  // namespace fairfeed
