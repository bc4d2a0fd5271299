// Text around SQLite: names of files as it wants them, and what it says as a terminal or a JSON
// file can take it. Private to core/io/sqlite.cc; knows nothing of its interface. Pure, but for
// what an absolute path is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace fairfeed {

// Printable ASCII, other bytes as \\xNN: what SQLite says may quote a damaged file.
[[nodiscard]] std::string printable(std::string_view text);
// A file: URI with parameters, so that psow=0 can be said: no write is taken to be atomic beyond
// its own bytes.
[[nodiscard]] std::string uri_of(const std::filesystem::path& file, std::string_view parameters);
// 0x and eight digits.
[[nodiscard]] std::string hex32(std::int64_t value);

}  // namespace fairfeed
