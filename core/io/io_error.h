// IoError: a failure of the environment (disk, broker, operating system), in one line for a person.
// The error travels as Result<T, IoError> up to the program's loop, which ends the process or
// continues. Rooms in between do not retry. Bad input has other error types.
#pragma once

#include <string>
#include <string_view>

namespace fairfeed {

struct IoError {
    std::string message;  // what was attempted, on what, and why it failed
    // The file's content is damaged: trying again gives the same error.
    bool damage = false;
};

// "<action>: <text of errno>", for the system call that has just failed.
[[nodiscard]] IoError io_error_from_errno(std::string_view action);

}  // namespace fairfeed
