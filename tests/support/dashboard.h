// A dashboard of Grafana beside the metrics that it draws.
#pragma once

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "core/base/check.h"
#include "core/io/file.h"
#include "core/io/json_numbers.h"

namespace fairfeed::testing_support {

// Every name of ours, and of the process, in a text of metrics or in a query.
inline std::set<std::string> metric_names_in(const std::string& text) {
    static const std::regex kName("(fairfeed|process)_[a-z_]+");
    std::set<std::string> names;
    for (std::sregex_iterator each(text.begin(), text.end(), kName), end; each != end; ++each)
        names.insert(each->str());
    return names;
}

// The names of the families alone, from the lines of their types.
inline std::set<std::string> metric_families_in(const std::string& text) {
    static const std::regex kType("# TYPE ([a-z_]+) ");
    std::set<std::string> names;
    for (std::sregex_iterator each(text.begin(), text.end(), kType), end; each != end; ++each)
        names.insert((*each)[1].str());
    return names;
}

// The names in the queries of all panels of the file.
inline std::set<std::string> drawn_metrics(const std::filesystem::path& file) {
    const auto text = read_text_file(file);
    CHECK(text.has_value());
    const auto json = parse_json_with_fractions(*text);
    CHECK(json.has_value());
    std::set<std::string> names;
    for (const Json& panel : *json->at("panels").as_array())
        for (const Json& target : *panel.at("targets").as_array())
            names.merge(metric_names_in(*target.at("expr").as_text()));
    return names;
}

}  // namespace fairfeed::testing_support
