#include "core/io/process.h"

#include <unistd.h>

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

}  // namespace

ProcessMark this_process() {
    const std::int64_t pid = ::getpid();
    return {pid, start_of(pid).value_or(0)};
}

bool is_running(const ProcessMark& process) {
    const auto started = start_of(process.pid);
    return started && (process.started == 0 || *started == process.started);
}

}  // namespace fairfeed
