// Rules for pages: their links, the tests and files that they name, and the shape of the glossary.
// A link to a page must name an existing page. After '#' it must name a heading of that page, in
// the form of GitHub and most other readers. Links to other sites are not followed.
#pragma once

#include <cctype>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/tidy/citation_rules.h"
#include "tests/tidy/source_file.h"

namespace fairfeed::tidy {

// "## 8. Committee rules" is #8-committee-rules.
inline std::string anchor_of(const std::string& heading) {
    std::string anchor;
    for (const char c : heading) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == ' ') {
            anchor.push_back('-');
        } else if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80U) {
            anchor.push_back(static_cast<char>(std::tolower(byte)));
        }
    }
    return anchor;
}

// The lines of the page; lines between ``` and ``` become empty.
inline std::vector<std::string> prose_of(const SourceFile& page) {
    std::vector<std::string> prose;
    bool fenced = false;
    for (const std::string& line : page.lines) {
        const bool fence = line.rfind("```", 0) == 0;
        fenced = fenced != fence;
        prose.push_back(fenced || fence ? "" : line);
    }
    return prose;
}

inline std::set<std::string> anchors_of(const SourceFile& page) {
    static const std::regex kHeading(R"(#{1,6} (.*))");
    std::set<std::string> anchors;
    for (const std::string& line : prose_of(page)) {
        std::smatch match;
        if (!std::regex_match(line, match, kHeading)) continue;
        const std::string anchor = anchor_of(match[1]);
        std::string free = anchor;
        for (int i = 1; !anchors.insert(free).second; ++i)
            free = anchor + "-" + std::to_string(i);
    }
    return anchors;
}

inline std::vector<Finding> links_lead_somewhere(const SourceFile& page, const std::string& root) {
    static const std::regex kLink(R"(\]\(([^()\s]+)\))");
    static const std::regex kCode(R"(`[^`]*`)");
    namespace fs = std::filesystem;
    const fs::path here = fs::path(page.path).parent_path();
    std::vector<Finding> findings;
    const std::vector<std::string> prose = prose_of(page);
    for (std::size_t i = 0; i < prose.size(); ++i) {
        const std::string line = std::regex_replace(prose[i], kCode, "");
        for (std::sregex_iterator at(line.begin(), line.end(), kLink), end; at != end; ++at) {
            const std::string link = (*at)[1];
            if (link.find("://") != std::string::npos) continue;
            const std::size_t hash = link.find('#');
            const std::string file = link.substr(0, hash);
            const std::string path =
                file.empty() ? page.path : (here / file).lexically_normal().string();
            bool found = file.empty() || fs::exists(fs::path(root) / path);
            if (found && hash != std::string::npos) {
                const auto anchors = anchors_of(file.empty() ? page : read_source(root, path));
                found = anchors.count(link.substr(hash + 1)) != 0;
            }
            if (!found)
                findings.push_back(
                    {i + 1, "'" + link + "' leads nowhere: no such page or heading"});
        }
    }
    return findings;
}

// "Suite.test" of every test in the file.
inline std::set<std::string> tests_of(const SourceFile& file) {
    static const Form kTest = {{"TEST"}, std::regex(R"(TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\))")};
    std::set<std::string> tests;
    if (!file.in("tests/") || !file.ends_with(".cc")) return tests;
    each_of(kTest, FlatText(file).text(), [&](const std::smatch& match, std::size_t) {
        tests.insert(match[1].str() + "." + match[2].str());
    });
    return tests;
}

// Tests, files and directories that a page names in `code` must exist.
inline std::vector<Finding> named_things_are_there(const SourceFile& page, const std::string& root,
                                                   const std::set<std::string>& tests) {
    static const std::regex kTest(R"(`([A-Z]\w+\.[a-z]\w*_\w+)`)");
    static const std::regex kPath(
        R"(`((?:core|edge-node|gateway|meter-sim|tests|docs|scripts|config)/[\w./-]+)`)");
    std::vector<Finding> findings;
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
        const std::string& line = page.lines[i];
        for (std::sregex_iterator at(line.begin(), line.end(), kTest), end; at != end; ++at)
            if (tests.count((*at)[1]) == 0)
                findings.push_back({i + 1, "there is no test '" + (*at)[1].str() + "'"});
        for (std::sregex_iterator at(line.begin(), line.end(), kPath), end; at != end; ++at)
            if ((*at)[1].str().find("NN") == std::string::npos &&  // state-NN.cbor: any number
                !std::filesystem::exists(root + "/" + (*at)[1].str()))
                findings.push_back({i + 1, "there is no '" + (*at)[1].str() + "'"});
    }
    return findings;
}

struct GlossaryEntry {
    std::string word;  // lower case
    std::size_t line = 0;
    std::string text;
};

// "- **word**: its meaning", with the continuation lines.
inline std::vector<GlossaryEntry> glossary_entries(const SourceFile& page) {
    static const std::regex kEntry(R"(- \*\*([^*]+)\*\*.*)");
    std::vector<GlossaryEntry> entries;
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
        const std::string& line = page.lines[i];
        std::smatch match;
        if (std::regex_match(line, match, kEntry)) {
            std::string word = match[1];
            for (char& c : word)
                c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            entries.push_back({word, i + 1, line});
        } else if (!entries.empty() && line.rfind("  ", 0) == 0) {
            entries.back().text += line;
        }
    }
    return entries;
}

inline std::vector<std::string> glossary_words(const SourceFile& page) {
    std::vector<std::string> words;
    for (const GlossaryEntry& entry : glossary_entries(page))
        words.push_back(entry.word);
    return words;
}

inline std::vector<Finding> glossary_is_in_order(const SourceFile& page) {
    std::vector<Finding> findings;
    std::string before;
    for (const GlossaryEntry& entry : glossary_entries(page)) {
        if (entry.word <= before)
            findings.push_back(
                {entry.line, "'" + entry.word + "' stands behind '" + before + "': move it"});
        if (entry.text.find("](") == std::string::npos)
            findings.push_back(
                {entry.line, "'" + entry.word + "' has no link: where is it told in whole?"});
        before = entry.word;
    }
    return findings;
}

}  // namespace fairfeed::tidy
