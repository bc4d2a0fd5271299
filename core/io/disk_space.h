// How much room a disk has, so that a program can stop in good order before a write fails.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"
#include "core/io/io_error.h"

namespace fairfeed {

// Bytes that an ordinary user may still write where `directory` (or its nearest parent that is
// there) stands.
[[nodiscard]] Result<std::uint64_t, IoError> free_bytes(const std::filesystem::path& directory);

}  // namespace fairfeed
