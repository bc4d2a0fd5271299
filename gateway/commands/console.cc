#include "gateway/commands/console.h"

#include <pwd.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace fairfeed {
namespace {

// The terminal without its echo, for as long as a password is typed.
class SilentTerminal {
  public:
    SilentTerminal() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        is_set_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~SilentTerminal() {
        if (is_set_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

  private:
    termios before_{};
    bool is_set_ = false;
};

std::string asked(std::string_view prompt) {
    const SilentTerminal silent;
    std::cerr << prompt << ": " << std::flush;
    std::string line;
    std::getline(std::cin, line);
    std::cerr << '\n';
    return line;
}

}  // namespace

std::string console_user() {
    const passwd* user = ::getpwuid(::geteuid());
    return "console:" + (user != nullptr ? std::string(user->pw_name)
                                         : std::to_string(static_cast<long>(::geteuid())));
}

PasswordSource console_password() {
    return [](std::string_view prompt) -> Result<std::string, std::string> {
        if (::isatty(STDIN_FILENO) == 1) {
            const std::string once = asked(prompt);
            if (asked("again") != once)
                return unexpected(std::string("the two passwords differ: nothing was changed"));
            return once;
        }
        std::string line;
        if (!std::getline(std::cin, line))
            return unexpected(std::string("no password on standard input: give it as one line"));
        return line;
    };
}

}  // namespace fairfeed
