// IoError: the world failed (disk, broker, operating system), said in one line for a person.
// It travels as Result<T, IoError> up to the program's loop, which ends the process or goes on;
// no room in between retries. Not for bad input: that has its own reasons.
#pragma once

#include <string>
#include <string_view>

namespace fairfeed {

struct IoError {
    std::string message;  // what was attempted, on what, and why it failed
    // A file does not hold what was written to it: trying again gives the same.
    bool damage = false;
};

// "<action>: <text of errno>", for the system call that has just failed.
[[nodiscard]] IoError io_error_from_errno(std::string_view action);

}  // namespace fairfeed
