// Whether a YAML text goes on after its first document. yaml-cpp reads one document and drops the
// rest without a word, so that half a configuration can be lost to a stray '---'. Looks at lines
// alone: both marks count wherever they begin a line. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fairfeed {

struct YamlRest {
    int line = 0;  // from 0
    std::string message;
};

// The first thing that would be dropped; nullopt if there is nothing.
[[nodiscard]] std::optional<YamlRest> rest_after_document(std::string_view text);

}  // namespace fairfeed
