#include "tests/unit/scenarios/scenario_file.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

namespace fairfeed::test {
namespace {

std::optional<std::string> after(const std::string& line, const std::string& start) {
    if (!line.starts_with(start)) return std::nullopt;
    return line.substr(start.size());
}

std::vector<std::string> listed(std::string text) {
    std::replace(text.begin(), text.end(), ',', ' ');
    return words_of(text);
}

void take_head(const std::string& line, Scenario& out) {
    if (const auto rules = after(line, "# rules: ")) {
        out.rules = listed(*rules);
    } else if (const auto committee = after(line, "# committee: ")) {
        for (const std::string& number : listed(*committee))
            out.committee.push_back(std::stoi(number));
    } else if (const auto avoids = after(line, "# avoids: ")) {
        out.avoids.push_back(*avoids);
    } else if (const auto more = after(line, "#   "); more && !out.avoids.empty()) {
        out.avoids.back() += " " + *more;
    } else if (const auto prose = after(line, "# ")) {
        out.prose += (out.prose.empty() ? "" : " ") + *prose;
    }
}

}  // namespace

std::vector<std::string> words_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> out;
    for (std::string word; in >> word;)
        out.push_back(word);
    return out;
}

Scenario parse_scenario(const std::string& name, const std::string& text) {
    Scenario out;
    out.name = name;
    std::istringstream in(text);
    bool in_head = true;
    for (std::string line; std::getline(in, line);) {
        const bool is_comment = line.starts_with("#");
        in_head = in_head && is_comment;
        if (in_head) {
            take_head(line, out);
        } else if (const auto effect = after(line, "    "); effect && !out.lines.empty()) {
            out.lines.back().effects.push_back(*effect);
        } else if (!is_comment && !line.empty()) {
            out.lines.push_back({line, {}});
        }
    }
    return out;
}

std::string read_text(const std::filesystem::path& file) {
    std::ostringstream out;
    out << std::ifstream(file).rdbuf();
    return out.str();
}

std::vector<Scenario> read_scenarios(const std::filesystem::path& directory) {
    std::vector<Scenario> out;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        if (entry.path().extension() != ".txt") continue;
        out.push_back(parse_scenario(entry.path().stem().string(), read_text(entry.path())));
    }
    std::sort(out.begin(), out.end(),
              [](const Scenario& a, const Scenario& b) { return a.name < b.name; });
    return out;
}

}  // namespace fairfeed::test
