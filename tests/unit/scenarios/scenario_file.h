// A story of tests/scenarios as a file: the head that says what it is about, and the lines with
// what came of them. The head is the comment at the top:
//   # rules: R4, R9         rules of docs/chain-rules.md
//   # committee: 3          rules of docs/protocol.md, section 8
//   # avoids: the damage (whose bug it was)      any number; goes on in lines that begin "#   "
//   # prose
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fairfeed::test {

struct Scenario {
    struct Line {
        std::string command;
        std::vector<std::string> effects;
    };
    std::string name;
    std::vector<std::string> rules;  // as written: R4, A2
    std::vector<int> committee;
    std::vector<std::string> avoids;
    std::string prose;
    std::vector<Line> lines;  // without comments
};

[[nodiscard]] Scenario parse_scenario(const std::string& name, const std::string& text);
// All of the directory, by name.
[[nodiscard]] std::vector<Scenario> read_scenarios(const std::filesystem::path& directory);
[[nodiscard]] std::string read_text(const std::filesystem::path& file);
[[nodiscard]] std::vector<std::string> words_of(const std::string& text);

}  // namespace fairfeed::test
