// The lines of a JSON text at which its values stand: the parser keeps none, so a text that a value
// is known by is looked for, from the place of the one before on. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "core/io/json.h"

namespace fairfeed::imports {

class JsonLines {
  public:
    explicit JsonLines(std::string_view text) : text_(text) {}
    // The line of the next place of the mark; the line before if there is none.
    std::size_t next(std::string_view mark) {
        const std::size_t found = text_.find(mark, at_);
        if (found == std::string_view::npos) return line_;
        line_ += static_cast<std::size_t>(
            std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                       text_.begin() + static_cast<std::ptrdiff_t>(found), '\n'));
        at_ = found;
        return line_;
    }

  private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
};

// A number or a text as it was written; empty if the value is another one.
[[nodiscard]] inline std::string written(const Json& value) {
    if (const auto* text = value.as_text()) return *text;
    if (const auto* number = value.as_int()) return std::to_string(*number);
    return {};
}

}  // namespace fairfeed::imports
