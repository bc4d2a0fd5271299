#include "tests/e2e/running_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/base/check.h"

namespace fairfeed::e2e {
namespace {

constexpr int kSilenceMs = 60'000;
constexpr int kEndMs = 10'000;

[[noreturn]] void become(std::vector<std::string>& command, const std::filesystem::path& directory,
                         int output) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    ::setenv("FAIRFEED_BIN_DIR", FAIRFEED_BIN_DIR, 1);
    std::vector<char*> arguments;
    for (std::string& each : command)
        arguments.push_back(each.data());
    arguments.push_back(nullptr);
    if (::chdir(directory.c_str()) == 0) ::execvp(arguments[0], arguments.data());
    ::_exit(127);
}

pid_t parent_of(const std::filesystem::path& process) {
    std::ifstream file(process / "stat");
    std::string text;
    std::getline(file, text);
    // The process's name stands in parentheses and may hold any character. State and parent follow
    // the name.
    const auto after_name = text.rfind(')');
    if (after_name == std::string::npos) return -1;
    std::istringstream rest(text.substr(after_name + 1));
    std::string state;
    pid_t parent = -1;
    rest >> state >> parent;
    return parent;
}

}  // namespace

RunningProgram::RunningProgram(std::vector<std::string> command,
                               const std::filesystem::path& directory) {
    std::array<int, 2> ends{};
    CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
    process_ = ::fork();
    CHECK(process_ >= 0);
    if (process_ == 0) become(command, directory, ends[1]);
    ::close(ends[1]);
    pipe_ = ends[0];
}

RunningProgram::~RunningProgram() {
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    ::close(pipe_);
}

bool RunningProgram::read_more() {
    pollfd readable{pipe_, POLLIN, 0};
    if (::poll(&readable, 1, kSilenceMs) <= 0) return false;
    std::array<char, 4096> piece{};
    const auto count = ::read(pipe_, piece.data(), piece.size());
    if (count <= 0) return false;
    output_.append(piece.data(), static_cast<std::size_t>(count));
    return true;
}

bool RunningProgram::says(const std::string& text, std::size_t from) {
    while (output_.find(text, from) == std::string::npos)
        if (!read_more()) return false;
    return true;
}

int RunningProgram::wait() {
    while (read_more()) {
    }
    int status = 0;
    CHECK(::waitpid(process_, &status, 0) == process_);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void RunningProgram::signal(int number) const {
    CHECK(process_ > 0);
    ::kill(process_, number);
}

std::vector<std::string> RunningProgram::lines() const {
    std::vector<std::string> found;
    std::istringstream text(output_);
    for (std::string line; std::getline(text, line);)
        found.push_back(line);
    return found;
}

std::vector<pid_t> RunningProgram::children() const {
    std::vector<pid_t> found;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        if (parent_of(entry.path()) == process_) found.push_back(std::stoi(name));
    }
    return found;
}

Watched::Watched(const std::vector<pid_t>& processes) {
    for (const pid_t process : processes) {
        const long handle = ::syscall(SYS_pidfd_open, process, 0);
        if (handle >= 0) handles_.push_back(static_cast<int>(handle));
    }
}

Watched::~Watched() {
    for (const int handle : handles_)
        ::close(handle);
}

bool Watched::all_ended() const {
    for (const int handle : handles_) {
        pollfd ended{handle, POLLIN, 0};
        if (::poll(&ended, 1, kEndMs) != 1) return false;
    }
    return true;
}

}  // namespace fairfeed::e2e
