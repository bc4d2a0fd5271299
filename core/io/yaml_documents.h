// Whether a YAML text continues after its first document. yaml-cpp reads one document and drops the
// rest silently, so a stray '---' could lose half a configuration. Examines lines only: both marks
// count wherever they begin a line. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fairfeed {

struct YamlRest {
    int line = 0;  // from 0
    std::string message;
};

// The first line that would be dropped; nullopt: none.
[[nodiscard]] std::optional<YamlRest> rest_after_document(std::string_view text);

}  // namespace fairfeed
