// Rules about the shape of files: line width, length, first lines. Each rule returns its findings;
// a finding names the remedy.
#pragma once

#include <algorithm>
#include <cctype>
#include <regex>
#include <string>
#include <vector>

#include "tests/tidy/source_file.h"

namespace fairfeed::tidy {

constexpr std::size_t kMaxColumns = 100;
constexpr std::size_t kMaxFunctionLines = 70;
constexpr std::size_t kMaxFileLines = 400;

// Counts code points, so that a name with an accent is not longer than it looks.
inline std::size_t columns_of(const std::string& line) {
    return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    }));
}

inline std::vector<Finding> lines_fit(const SourceFile& file) {
    std::vector<Finding> findings;
    if (!file.is_cpp() && !file.ends_with(".cmake") && !file.ends_with("CMakeLists.txt"))
        return findings;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        const std::size_t columns = columns_of(file.lines[i]);
        if (columns > kMaxColumns)
            findings.push_back({i + 1, "line of " + std::to_string(columns) +
                                           " columns, at most 100: run clang-format or break it"});
        if (!file.lines[i].empty() &&
            std::isspace(static_cast<unsigned char>(file.lines[i].back())))
            findings.push_back({i + 1, "white space at the end of the line: run clang-format"});
    }
    return findings;
}

inline std::vector<Finding> file_is_short(const SourceFile& file) {
    if (!file.is_cpp() || file.lines.size() <= kMaxFileLines) return {};
    return {{0, "file of " + std::to_string(file.lines.size()) +
                    " lines, at most 400: split it along what it does"}};
}

inline std::size_t indent_of(const std::string& line) {
    const std::size_t at = line.find_first_not_of(' ');
    return at == std::string::npos ? line.size() : at;
}

// In our format a function's body ends with a lone '}' at the indent of the signature's first line,
// and everything between them is indented deeper.
inline std::vector<Finding> functions_are_short(const SourceFile& file) {
    std::vector<Finding> findings;
    for (std::size_t end = 0; end < file.code.size(); ++end) {
        const std::size_t indent = indent_of(file.code[end]);
        if (indent > 4 || file.code[end].substr(indent) != "}") continue;
        std::size_t begin = end;
        while (begin > 0) {
            --begin;
            const std::string& line = file.code[begin];
            const bool is_code = line.find_first_not_of(' ') != std::string::npos;
            if (is_code && line[0] != '#' && indent_of(line) <= indent) break;
        }
        const std::size_t length = end - begin + 1;
        if (length > kMaxFunctionLines)
            findings.push_back({begin + 1, "function of " + std::to_string(length) +
                                               " lines, at most 70: give its parts names"});
    }
    return findings;
}

inline std::vector<Finding> header_begins_as_a_contract(const SourceFile& file) {
    std::vector<Finding> findings;
    if (!file.is_header()) return findings;
    if (file.lines.empty() || file.lines[0].rfind("// ", 0) != 0)
        findings.push_back({1,
                            "a header begins with a comment: what it is, what it is not, who "
                            "owns it, its thread rule"});
    if (std::find(file.lines.begin(), file.lines.end(), "#pragma once") == file.lines.end())
        findings.push_back({1, "a header is guarded by '#pragma once'"});
    return findings;
}

inline std::vector<Finding> page_has_one_title(const SourceFile& file) {
    if (!file.ends_with(".md")) return {};
    std::vector<Finding> findings;
    bool fenced = false;
    std::size_t titles = 0;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        if (file.lines[i].rfind("```", 0) == 0) fenced = !fenced;
        if (fenced || file.lines[i].rfind("# ", 0) != 0) continue;
        if (++titles > 1)
            findings.push_back({i + 1, "a page has one '# Title': make this one '##'"});
    }
    if (titles == 0) findings.push_back({1, "a page begins with one '# Title': add it"});
    return findings;
}

}  // namespace fairfeed::tidy
