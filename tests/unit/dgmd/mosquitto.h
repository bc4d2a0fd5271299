// A real Mosquitto with a given configuration file. The destructor ends it by its process id. Its
// log goes to the given file.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/base/check.h"

extern char** environ;

namespace fairfeed::testing_support {

class Mosquitto {
  public:
    Mosquitto(const std::filesystem::path& config, const std::filesystem::path& log) {
        std::string program =
            ::access("/usr/sbin/mosquitto", X_OK) == 0 ? "/usr/sbin/mosquitto" : "mosquitto";
        std::string option = "-c";
        std::string file = config.string();
        char* arguments[] = {program.data(), option.data(), file.data(), nullptr};
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        constexpr int kFresh = O_WRONLY | O_CREAT | O_TRUNC;
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), kFresh, 0600);
        const int code =
            ::posix_spawnp(&process_, program.c_str(), &actions, nullptr, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
        CHECK(code == 0);
    }
    ~Mosquitto() {
        if (process_ <= 0) return;
        ::kill(process_, SIGTERM);
        ::waitpid(process_, nullptr, 0);
    }
    Mosquitto(const Mosquitto&) = delete;
    Mosquitto& operator=(const Mosquitto&) = delete;

    // Whether the broker has ended: a refused configuration or a taken port ends it.
    [[nodiscard]] bool has_ended() {
        if (process_ > 0 && ::waitpid(process_, nullptr, WNOHANG) == process_) process_ = -1;
        return process_ < 0;
    }

  private:
    pid_t process_ = -1;
};

}  // namespace fairfeed::testing_support
