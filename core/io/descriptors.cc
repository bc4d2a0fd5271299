#include "core/io/descriptors.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace fairfeed {
namespace {

// Descriptors that a connection needs while it is made: its socket and one certificate file.
constexpr std::size_t kAtATime = 3;
constexpr std::size_t kOtherFiles = 48;  // databases, log, status, libraries

std::size_t limit() {
    rlimit limits{};
    if (getrlimit(RLIMIT_NOFILE, &limits) != 0) return SIZE_MAX;
    return limits.rlim_cur == RLIM_INFINITY ? SIZE_MAX : static_cast<std::size_t>(limits.rlim_cur);
}

std::string remedy() {
    return "the limit is " + std::to_string(limit()) +
           ": raise it (LimitNOFILE= in the unit, ulimit -n in a shell)";
}

}  // namespace

void raise_descriptor_limit() {
    rlimit limits{};
    if (getrlimit(RLIMIT_NOFILE, &limits) != 0) return;
    limits.rlim_cur = limits.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limits);
}

std::size_t descriptor_room(std::size_t each) {
    const std::size_t all = limit();
    return all <= kOtherFiles ? 0 : (all - kOtherFiles) / each;
}

std::optional<std::string> descriptor_shortage() {
    std::array<int, kAtATime> opened{};
    bool all = true;
    for (int& each : opened) {
        each = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        all = all && (each >= 0 || (errno != EMFILE && errno != ENFILE));
    }
    for (const int each : opened)
        if (each >= 0) ::close(each);
    if (all) return std::nullopt;
    return "no file descriptor is left for another connection or file; " + remedy();
}

std::optional<std::string> descriptor_shortage_with(std::size_t connections, std::size_t each) {
    const std::size_t wanted = connections * each + kOtherFiles;
    if (wanted <= limit()) return std::nullopt;
    return std::to_string(connections) + " connections need about " + std::to_string(wanted) +
           " file descriptors, and " + remedy();
}

}  // namespace fairfeed
