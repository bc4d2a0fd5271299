// The files that git tracks, to which the tidy rules apply. Empty outside of a checkout.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fairfeed::tidy {

inline std::vector<std::string> tracked_files(const std::string& root) {
    std::vector<std::string> files;
    const std::string command = "git -C '" + root + "' ls-files 2>/dev/null";
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return files;
    std::string line;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
        if (c != '\n') {
            line.push_back(static_cast<char>(c));
            continue;
        }
        if (std::filesystem::is_regular_file(root + "/" + line)) files.push_back(line);
        line.clear();
    }
    ::pclose(pipe);
    return files;
}

}  // namespace fairfeed::tidy
