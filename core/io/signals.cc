#include "core/io/signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <utility>

#include "core/base/check.h"

namespace fairfeed {
namespace {

sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

int open_signal_descriptor() {
    const sigset_t set = watched_signals();
    CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
    return ::signalfd(-1, &set, SFD_CLOEXEC);
}

}  // namespace

SignalWatch::SignalWatch(std::function<void(Signal)> on_signal)
    : on_signal_(std::move(on_signal)),
      signals_(open_signal_descriptor()),
      ended_(::eventfd(0, EFD_CLOEXEC)) {
    CHECK(signals_ >= 0 && ended_ >= 0);
    CHECK(std::signal(SIGPIPE, SIG_IGN) != SIG_ERR);
    thread_ = std::thread([this] { watch(); });
}

SignalWatch::~SignalWatch() {
    const std::uint64_t one = 1;
    CHECK(::write(ended_, &one, sizeof one) == sizeof one);
    thread_.join();
    ::close(signals_);
    ::close(ended_);
}

void SignalWatch::watch() {
    std::array<pollfd, 2> waited{pollfd{signals_, POLLIN, 0}, pollfd{ended_, POLLIN, 0}};
    while (true) {
        if (::poll(waited.data(), waited.size(), -1) < 0) continue;
        if (waited[1].revents != 0) return;
        signalfd_siginfo info{};
        if (::read(signals_, &info, sizeof info) != sizeof info) continue;
        on_signal_(info.ssi_signo == SIGHUP ? Signal::reload : Signal::stop);
    }
}

}  // namespace fairfeed
