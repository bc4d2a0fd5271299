// The target of a request taken apart: the segments of its path and its parameters, decoded.
// Strict: what has two readings is refused. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace fairfeed {

struct RequestTarget {
    std::vector<std::string> segments;  // "/api/v1/meters": api, v1, meters
    std::vector<std::pair<std::string, std::string>> parameters;  // in their order, names differ
};

// Errors, for a person: not absolute, "%" without two hex digits, a control character or one that
// is not ASCII, an empty segment, "." or "..", a segment that holds "/", a parameter twice or
// without a name.
[[nodiscard]] Result<RequestTarget, std::string> parse_target(std::string_view target);

}  // namespace fairfeed
