// Simulates a disk that fills and empties: the linker redirects core/io's statvfs here (--wrap).
// Targets that use it link the option of tests/CMakeLists.txt.
#pragma once

#include <cstdint>
#include <optional>

namespace fairfeed::test {

// nullopt: the system's real value. Any thread.
void pretend_free_bytes(std::optional<std::uint64_t> bytes);

}  // namespace fairfeed::test
