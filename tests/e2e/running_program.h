// RunningProgram: a program as a person starts it, with its output read through a pipe, for the end
// to end tests. The program dies with the test, and the destructor ends it by its process id. One
// thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace fairfeed::e2e {

class RunningProgram {
  public:
    // Standard output and standard error arrive in output() together. FAIRFEED_BIN_DIR is set to
    // the programs of this build.
    explicit RunningProgram(std::vector<std::string> command,
                            const std::filesystem::path& directory = "/");
    ~RunningProgram();
    RunningProgram(const RunningProgram&) = delete;
    RunningProgram& operator=(const RunningProgram&) = delete;

    // Reads until the output holds `text`, at `from` or later. False: the program ended, or was
    // silent for a minute.
    [[nodiscard]] bool says(const std::string& text, std::size_t from = 0);
    // Reads to the end. Returns the exit status, or 128 + the signal that ended the program.
    [[nodiscard]] int wait();
    void signal(int number) const;

    [[nodiscard]] const std::string& output() const { return output_; }
    [[nodiscard]] std::vector<std::string> lines() const;
    [[nodiscard]] std::vector<pid_t> children() const;
    [[nodiscard]] pid_t id() const { return process_; }

  private:
    [[nodiscard]] bool read_more();

    pid_t process_ = -1;
    int pipe_ = -1;
    std::string output_;
};

// Watches processes that this object did not start, by handles that a later process with the same
// number cannot confuse. Create the object while they live, then wait for their end.
class Watched {
  public:
    explicit Watched(const std::vector<pid_t>& processes);
    ~Watched();
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    // True once all have ended; false after ten seconds.
    [[nodiscard]] bool all_ended() const;

  private:
    std::vector<int> handles_;
};

}  // namespace fairfeed::e2e
