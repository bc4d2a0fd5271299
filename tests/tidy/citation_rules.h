// Citations in sources, pages, scenarios and configuration, such as "paper A69", "threat 31",
// "tendermint #1047", "protocol 4", "committee rule 9" or "R19". The project must explain each of
// them, and each row of docs/references.md must be cited. Rows of the papers have two digits and
// the word "paper" before them; A0, A1 and A2 are chain rules. Nothing may point to a page outside
// the repository. Text only; the caller reads the files.
#pragma once

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/tidy/source_file.h"

namespace fairfeed::tidy {

constexpr const char* kReferences = "docs/references.md";

// By full name ("paper A69", "project tendermint"): the line of its explanation, or of the
// citation.
using References = std::map<std::string, std::size_t>;

struct Citation {
    std::string name;
    std::size_t line = 0;
};

// The file as one line, so that a citation may span lines: each line break, the indent after it and
// the mark of a comment become spaces. Offsets do not change.
class FlatText {
  public:
    explicit FlatText(const SourceFile& file) {
        for (const std::string& line : file.lines) {
            begins_.push_back(text_.size());
            std::string flat = line + " ";
            const std::size_t at = flat.find_first_not_of(" \t");
            for (const char* mark : {"// ", "# "}) {
                const std::size_t size = std::string(mark).size();
                if (at != std::string::npos && flat.compare(at, size, mark) == 0)
                    flat.replace(at, size, std::string(size, ' '));
            }
            text_ += flat;
        }
    }
    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::size_t line_of(std::size_t offset) const {
        const auto next = std::upper_bound(begins_.begin(), begins_.end(), offset);
        return static_cast<std::size_t>(next - begins_.begin());
    }

  private:
    std::string text_;
    std::vector<std::size_t> begins_;
};

inline bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// The written form of a citation: its possible first words, and a pattern for all of it.
struct Form {
    std::vector<const char*> begins;
    std::regex written;
};

// Calls `found(match, offset)` for each match at the beginning of a word. The pattern is tried only
// at the form's first words: trying it everywhere takes seconds for this tree.
template <class Found>
void each_of(const Form& form, const std::string& text, Found found) {
    for (const std::string begin : form.begins) {
        for (std::size_t at = text.find(begin); at != std::string::npos;
             at = text.find(begin, at + 1)) {
            if (at > 0 && is_word(begin[0]) && is_word(text[at - 1])) continue;
            std::smatch match;
            if (std::regex_search(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), match,
                                  form.written, std::regex_constants::match_continuous))
                found(match, at);
        }
    }
}

inline const Form& rows_of_papers() {
    static const Form kForm = {
        {"paper", "Paper"},
        std::regex(R"([Pp]aper\s+([AT]\d\d\b(?:(?:-|,\s+|\s+and\s+)[AT]\d\d\b)*))")};
    return kForm;
}

// Each form, with the beginning of its citations' names.
inline const std::vector<std::pair<const char*, Form>>& citation_forms() {
    static const std::string kNumbers = R"((\d+(?:(?:-|,\s+|\s+and\s+)\d+)*)\b)";
    static const std::vector<std::pair<const char*, Form>> kForms = {
        {"paper ", rows_of_papers()},
        {"threat ", {{"threat", "Threat"}, std::regex(R"([Tt]hreat\s+(\d+)\b)")}},
        {"threat ", {{"threats", "Threats"}, std::regex(R"([Tt]hreats\s+)" + kNumbers)}},
        {"protocol ", {{"protocol"}, std::regex(R"(protocol\s+(\d+)\b)")}},
        {"committee rule ", {{"rule"}, std::regex(R"(rule\s+(\d+)\b)")}},
        {"committee rule ", {{"rules"}, std::regex(R"(rules\s+)" + kNumbers)}},
        {"", {{"R", "A"}, std::regex(R"((R\d{1,2}|A\d)\b)")}},
    };
    return kForms;
}

// "A29-A31, A48" is A29, A30, A31 and A48; "6-8 and 10" is 6, 7, 8 and 10.
inline std::vector<std::string> listed(const std::string& list) {
    static const std::regex kItem(R"(([AT]?)(\d+)(?:-[AT]?(\d+))?)");
    std::vector<std::string> items;
    for (std::sregex_iterator at(list.begin(), list.end(), kItem), end; at != end; ++at) {
        const int first = std::stoi((*at)[2]);
        const int last = (*at)[3].matched ? std::stoi((*at)[3]) : first;
        for (int i = first; i <= last; ++i) {
            const std::string digits = std::to_string(i);
            const bool narrow = (*at)[1].length() > 0 && digits.size() < 2;  // A07
            items.push_back((*at)[1].str() + (narrow ? "0" : "") + digits);
        }
    }
    return items;
}

// "tendermint #1047": an issue of another project, by the project's name.
inline std::vector<Citation> projects_of(const FlatText& flat) {
    static const Form kIssue = {{" #"}, std::regex(R"( #\d\d+\b)")};
    std::vector<Citation> citations;
    each_of(kIssue, flat.text(), [&](const std::smatch&, std::size_t at) {
        const std::size_t end = flat.text().find_last_not_of(' ', at) + 1;
        std::size_t begin = end;
        while (begin > 0 && (is_word(flat.text()[begin - 1]) ||
                             std::string("./-").find(flat.text()[begin - 1]) != std::string::npos))
            --begin;
        if (begin < end)
            citations.push_back(
                {"project " + flat.text().substr(begin, end - begin), flat.line_of(begin)});
    });
    return citations;
}

inline std::vector<Citation> citations_of(const SourceFile& file) {
    const FlatText flat(file);
    std::vector<Citation> citations = projects_of(flat);
    for (const auto& [kind, form] : citation_forms()) {
        const std::string begin = kind;
        each_of(form, flat.text(), [&](const std::smatch& match, std::size_t at) {
            const std::string list = match[1];
            const std::size_t line = flat.line_of(at + static_cast<std::size_t>(match.position(1)));
            for (const std::string& item : begin.empty() ? std::vector{list} : listed(list))
                citations.push_back({begin + item, line});
        });
    }
    return citations;
}

// docs/references.md has a table under each heading, and a row for each name.
inline References referenced_rows(const SourceFile& page) {
    static const std::regex kRow(R"(\| ([\w./-]+) \|.*)");
    static const std::map<std::string, std::string> kKinds = {
        {"## The papers", "paper "}, {"## Threats", "threat "}, {"## Other projects", "project "}};
    References rows;
    std::string kind;
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
        const std::string& line = page.lines[i];
        if (line.rfind("## ", 0) == 0) {
            const auto found = kKinds.find(line);
            kind = found == kKinds.end() ? "" : found->second;
        }
        std::smatch match;
        const bool named = !kind.empty() && std::regex_match(line, match, kRow);
        if (named && match[1] != "row" && match[1] != "name") rows[kind + match[1].str()] = i + 1;
    }
    return rows;
}

// docs/protocol.md: its sections, and the committee rules that section 8 numbers. The chain rules
// stand in bold there and in docs/chain-rules.md.
inline References numbered_rules(const SourceFile& page) {
    static const std::regex kSection(R"(## (\d+)\. .*)");
    static const std::regex kItem(R"((\d+)\. .*)");
    static const std::regex kBold(R"(\*\*([^*]+)\*\*)");
    static const std::regex kRule(R"(\b[AR]\d{1,2}\b)");
    References rules;
    std::string section;
    for (std::size_t i = 0; i < page.lines.size(); ++i) {
        const std::string& line = page.lines[i];
        std::smatch match;
        if (std::regex_match(line, match, kSection)) {
            section = match[1];
            rules["protocol " + section] = i + 1;
        } else if (section == "8" && std::regex_match(line, match, kItem)) {
            rules["committee rule " + match[1].str()] = i + 1;
        }
        for (std::sregex_iterator at(line.begin(), line.end(), kBold), end; at != end; ++at) {
            const std::string bold = (*at)[1];
            for (std::sregex_iterator rule(bold.begin(), bold.end(), kRule); rule != end; ++rule)
                rules[rule->str()] = i + 1;
        }
    }
    return rules;
}

// The tidy rules must spell the patterns that they search, and docs/references.md the names that
// are cited.
inline bool may_cite(const SourceFile& file) {
    if (file.in("tests/tidy/") || file.path == kReferences || file.in("docs/img/")) return false;
    static const std::vector<const char*> kText = {".h",   ".cc",   ".md",      ".txt",   ".yaml",
                                                   ".yml", ".py",   ".sh",      ".cmake", ".patch",
                                                   ".in",  ".conf", ".service", ".acl"};
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (name.find('.') == std::string::npos) return file.in("scripts/");
    for (const char* end : kText)
        if (file.ends_with(end)) return true;
    return false;
}

inline std::vector<Finding> citations_are_known(const SourceFile& file, const References& known) {
    std::vector<Finding> findings;
    if (!may_cite(file)) return findings;
    for (const Citation& citation : citations_of(file)) {
        if (known.count(citation.name) != 0) continue;
        findings.push_back({citation.line, "'" + citation.name +
                                               "' is explained nowhere: correct it, or give it a "
                                               "row in docs/references.md"});
    }
    return findings;
}

// Finds references to pages outside the repository, which readers do not have.
inline std::vector<Finding> nothing_points_outside(const SourceFile& file) {
    static const char* const kPage = "name a page of this repository";
    static const std::vector<std::pair<Form, const char*>> kOutside = {
        {{{"../shared/", " shared/", "(shared/", "`shared/"}, std::regex(R"(\W+shared/)")}, kPage},
        {{{"design", "Design"}, std::regex(R"([Dd]esign(\s+section)?\s+\d)")}, kPage},
        {{{"design", "threats", "requirements", "style", "field", "library", "performance"},
          std::regex(R"((design|threats|requirements|style|[a-z]+-notes)\.md\b)")},
         kPage},
        {{{"rule"}, std::regex(R"(rules?\s+\d+\.\d)")}, "write 'committee rule 10'"},
    };
    std::vector<Finding> findings;
    if (!may_cite(file)) return findings;
    const FlatText flat(file);
    for (const auto& [form, remedy] : kOutside) {
        each_of(form, flat.text(), [&, say = remedy](const std::smatch& match, std::size_t at) {
            findings.push_back({flat.line_of(at + match.str().size() - 1),
                                "'" + match.str() + "' leads out of the repository: " + say});
        });
    }
    return findings;
}

// "A69" alone is ambiguous: it could be a chain rule, for example.
inline std::vector<Finding> rows_say_their_paper(const SourceFile& file) {
    static const Form kRow = {{"A", "T"}, std::regex(R"([AT]\d\d\b)")};
    std::vector<Finding> findings;
    if (!may_cite(file)) return findings;
    const FlatText flat(file);
    std::set<std::size_t> said;
    each_of(rows_of_papers(), flat.text(), [&](const std::smatch& match, std::size_t at) {
        for (std::size_t i = 0; i < match.str().size(); ++i)
            said.insert(at + i);
    });
    each_of(kRow, flat.text(), [&](const std::smatch& match, std::size_t at) {
        if (said.count(at) != 0) return;
        findings.push_back(
            {flat.line_of(at), "write 'paper " + match.str() + "', if it is a row of the papers"});
    });
    return findings;
}

inline std::vector<Finding> rows_are_cited(const References& rows,
                                           const std::set<std::string>& cited) {
    std::vector<Finding> findings;
    for (const auto& [name, line] : rows)
        if (cited.count(name) == 0)
            findings.push_back({line, "nobody cites '" + name + "': cite it or take its row out"});
    return findings;
}

}  // namespace fairfeed::tidy
