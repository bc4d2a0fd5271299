// Text as one word of a POSIX shell, for commands that programs print and people paste. Pure.
#pragma once

#include <string>
#include <string_view>

namespace fairfeed {

// The text itself if that is safe ("/etc/fairfeed/n1"), else in single quotes ('/my net/n1').
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace fairfeed
