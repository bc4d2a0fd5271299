// Names of types: no namespace holds two classes, structs or enums of one name. Two programs could
// do so unharmed, but a test that links both would have one of the two behave as the other (the one
// definition rule), and no linker says so. Reads our format: what a namespace holds directly is not
// indented. Types in unnamed namespaces belong to their file and do not count.
#pragma once

#include <map>
#include <regex>
#include <string>
#include <vector>

#include "tests/tidy/source_file.h"

namespace fairfeed::tidy {

struct DefinedType {
    std::string name;  // "fairfeed::intake::Arrival", "fairfeed::Ledger::Statements"
    std::size_t line = 0;
};

inline std::vector<DefinedType> types_of(const SourceFile& file) {
    static const std::regex kBegin(R"((?:inline )?namespace(?: ([\w:]+))? \{)");
    static const std::regex kEnd(R"(\}  // namespace.*)");
    static const std::regex kType(R"((?:enum class|enum|class|struct) (?:\[\[\w+\]\] )?)"
                                  R"((\w+(?:::\w+)*)\b(?![<:])(?![^{]*;).*)");
    std::vector<std::string> within;  // "" for an unnamed namespace
    std::vector<DefinedType> types;
    for (std::size_t i = 0; i < file.code.size(); ++i) {
        std::smatch match;
        if (std::regex_match(file.code[i], match, kBegin)) {
            within.push_back(match[1]);
        } else if (std::regex_match(file.lines[i], kEnd)) {
            if (!within.empty()) within.pop_back();
        } else if (std::regex_match(file.code[i], match, kType)) {
            std::string name;
            bool is_local = false;
            for (const std::string& each : within) {
                is_local = is_local || each.empty();
                name += each + "::";
            }
            if (!is_local) types.push_back({name + match[1].str(), i + 1});
        }
    }
    return types;
}

// Finds the types that were seen before in another place.
class TypeNames {
  public:
    std::vector<Finding> seen_before(const SourceFile& file) {
        std::vector<Finding> findings;
        for (const DefinedType& type : types_of(file)) {
            const auto [first, is_new] = places_.emplace(type.name, file.path);
            if (is_new) continue;
            findings.push_back({type.line, "'" + type.name + "' is defined in " + first->second +
                                               " as well: rename one of the two"});
        }
        return findings;
    }

  private:
    std::map<std::string, std::string> places_;
};

}  // namespace fairfeed::tidy
