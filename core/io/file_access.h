// The owner of a file, and the remedy for an account without access: "Permission denied" alone
// misleads people. Also keeps root from leaving files that a service's account cannot use. Reads
// file attributes, changes nothing. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/io/io_error.h"

namespace fairfeed {

// "<action> '<file>': <text of errno>" for the system call that has just failed. If this account
// lacks access, also the owner and how to run as the owner.
[[nodiscard]] IoError io_error_of_file(std::string_view action, const std::filesystem::path& file);

// Why this account may not read, write or create the file, with owner and remedy; nullopt: it may,
// or the cause is not access.
[[nodiscard]] std::optional<std::string> access_fault(const std::filesystem::path& file);

// Check before a program writes into a directory. Root, in a directory of another account, would
// leave files that the account cannot open. Returns the command to use instead of `program`;
// nullopt: no fault.
[[nodiscard]] std::optional<std::string> foreign_root_fault(const std::filesystem::path& directory,
                                                            std::string_view program);

}  // namespace fairfeed
