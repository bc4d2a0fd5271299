// File descriptors: every connection and every file of a process is one, and there is a limit. A
// process that has used them up sees each of its connections fail for a reason that the reasons of
// networks do not tell. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace fairfeed {

// As many as the system lets this process have: the customary 1024 are soon used up.
void raise_descriptor_limit();

// Asks by opening some. "no file descriptor is left ...", with limit and remedy; nullopt: there are
// some.
[[nodiscard]] std::optional<std::string> descriptor_shortage();

// The same beforehand, for so many connections at a time; nullopt: they will do.
[[nodiscard]] std::optional<std::string> descriptor_shortage_with(std::size_t connections);

}  // namespace fairfeed
