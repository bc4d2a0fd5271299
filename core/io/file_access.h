// Whose a file is, and what a person does who may not have it: "Permission denied" alone sends
// people to the wrong place. Also keeps root from leaving files that the account of a service
// cannot use. Looks at the world, changes nothing. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/io/io_error.h"

namespace fairfeed {

// "<action> '<file>': <text of errno>" for the system call that has just failed; where the file is
// not for this account, also whose it is and how to run as that account.
[[nodiscard]] IoError io_error_of_file(std::string_view action, const std::filesystem::path& file);

// Why this account may not read and write the file, or make it, with owner and remedy; nullopt: it
// may, or something else than access is in the way.
[[nodiscard]] std::optional<std::string> access_fault(const std::filesystem::path& file);

// For a program that is about to write into a directory: run by root on a directory of another
// account, it would leave files that this account cannot open. With the command to use instead of
// `program`; nullopt: nothing is wrong.
[[nodiscard]] std::optional<std::string> foreign_root_fault(const std::filesystem::path& directory,
                                                            std::string_view program);

}  // namespace fairfeed
