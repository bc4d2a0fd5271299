// Text as one word of a POSIX shell, for commands that programs print and people paste. Pure.
#pragma once

#include <string>
#include <string_view>

namespace fairfeed {

// As it is where that is safe ("/etc/fairfeed/n1"), in single quotes otherwise ('/my net/n1').
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace fairfeed
