// JSON of other programs, in which numbers may have fractions: a Json whose fractions and numbers
// beyond 64 bits are texts, exactly as they were written. The parser is that of json.cc.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/io/json.h"

namespace fairfeed {

// Error: one line with the byte position. Duplicate keys and nesting deeper than 64 are refused.
[[nodiscard]] Result<Json, std::string> parse_json_with_fractions(std::string_view text);

}  // namespace fairfeed
