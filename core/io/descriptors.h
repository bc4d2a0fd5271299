// File descriptors: every connection and every open file of a process takes one, and the number is
// limited. When none is left, connections fail with messages that do not mention descriptors. Any
// thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace fairfeed {

// Raises the limit as far as the system allows: the usual 1024 do not last.
void raise_descriptor_limit();

// So many connections, each with so many descriptors, may a process have beside its other files.
[[nodiscard]] std::size_t descriptor_room(std::size_t each);

// Tests by opening some. Returns "no file descriptor is left ...", with limit and remedy; nullopt:
// some are left.
[[nodiscard]] std::optional<std::string> descriptor_shortage();

// The same test in advance, for so many connections at a time, each with so many descriptors;
// nullopt: the limit suffices.
[[nodiscard]] std::optional<std::string> descriptor_shortage_with(std::size_t connections,
                                                                  std::size_t each = 1);

}  // namespace fairfeed
