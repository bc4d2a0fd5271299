#include "tests/support/pretended_room.h"

#include <sys/statvfs.h>

#include <atomic>

namespace fairfeed::test {
namespace {

constexpr std::uint64_t kTrue = UINT64_MAX;
std::atomic<std::uint64_t> pretended{kTrue};

}  // namespace

void pretend_free_bytes(std::optional<std::uint64_t> bytes) {
    pretended = bytes.value_or(kTrue);
}

}  // namespace fairfeed::test

extern "C" {

int __real_statvfs(const char* path, struct statvfs* facts);

int __wrap_statvfs(const char* path, struct statvfs* facts) {
    const int code = __real_statvfs(path, facts);
    const std::uint64_t bytes = fairfeed::test::pretended;
    if (code != 0 || bytes == UINT64_MAX) return code;
    facts->f_frsize = 1;
    facts->f_bavail = bytes;
    return 0;
}

}  // extern "C"
