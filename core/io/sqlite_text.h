// Text for SQLite: file names in its form, and its messages in a form fit for a terminal or a JSON
// file. Private to core/io/sqlite.cc; knows nothing of SQLite's interface. Pure, except for
// resolving absolute paths.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace fairfeed {

// Printable ASCII, other bytes as \\xNN, because a message of SQLite may quote a damaged file.
[[nodiscard]] std::string printable(std::string_view text);
// A file: URI with parameters. A URI is needed to pass psow=0: no write is assumed to be atomic
// beyond its own bytes.
[[nodiscard]] std::string uri_of(const std::filesystem::path& file, std::string_view parameters);
// 0x and eight digits.
[[nodiscard]] std::string hex32(std::int64_t value);

}  // namespace fairfeed
