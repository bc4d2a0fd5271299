#include "core/io/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace fairfeed {
namespace {

// proc(5): the 22nd field. The second field stands in brackets and may hold anything, even blanks.
std::optional<std::int64_t> start_of(std::int64_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    const std::size_t bracket = line.rfind(')');
    if (bracket == std::string::npos) return std::nullopt;
    std::istringstream rest(line.substr(bracket + 1));
    constexpr int kFieldsBefore = 19;
    std::string field;
    for (int i = 0; i < kFieldsBefore; ++i)
        rest >> field;
    std::int64_t started = 0;
    if (!(rest >> started)) return std::nullopt;
    return started;
}

std::int64_t resident_bytes() {
    std::ifstream file("/proc/self/statm");  // proc(5): pages, total then resident
    std::int64_t total = 0;
    std::int64_t resident = 0;
    return file >> total >> resident ? resident * ::sysconf(_SC_PAGESIZE) : 0;
}

std::int64_t cpu_ms() {
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) != 0) return 0;
    const auto ms = [](const timeval& time) {
        return std::int64_t{time.tv_sec} * 1000 + time.tv_usec / 1000;
    };
    return ms(used.ru_utime) + ms(used.ru_stime);
}

std::int64_t open_files() {
    std::error_code error;
    std::int64_t count = 0;
    for (std::filesystem::directory_iterator each("/proc/self/fd", error), end;
         !error && each != end; each.increment(error))
        ++count;
    return count;
}

}  // namespace

ProcessMark this_process() {
    const std::int64_t pid = ::getpid();
    return {pid, start_of(pid).value_or(0)};
}

bool is_running(const ProcessMark& process) {
    const auto started = start_of(process.pid);
    return started && (process.started == 0 || *started == process.started);
}

ProcessUse use_of_this_process() {
    return {resident_bytes(), cpu_ms(), open_files()};
}

}  // namespace fairfeed
