#include "core/io/io_error.h"

#include <cerrno>
#include <system_error>

namespace fairfeed {

IoError io_error_from_errno(std::string_view action) {
    const int code = errno;
    return IoError{std::string(action) + ": " + std::generic_category().message(code)};
}

}  // namespace fairfeed
