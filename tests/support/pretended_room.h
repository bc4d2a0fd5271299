// Plays a disk that fills and empties: the linker sends core/io's statvfs here (--wrap), which says
// what the test wants. Targets that use it link the option of tests/CMakeLists.txt.
#pragma once

#include <cstdint>
#include <optional>

namespace fairfeed::test {

// nullopt: what the system says. Any thread.
void pretend_free_bytes(std::optional<std::uint64_t> bytes);

}  // namespace fairfeed::test
