// SIGINT, SIGTERM and SIGHUP as events. A SignalWatch blocks them for every thread started after it
// (make it first in main) and calls its handler on a thread of its own, where the handler pushes
// into the runtime's EventQueue: the loop then waits for "event or signal or deadline" in one
// place. It also ignores SIGPIPE, as TLS sockets require. One per process.
#pragma once

#include <functional>
#include <thread>

namespace fairfeed {

enum class Signal { stop, reload };  // SIGINT and SIGTERM; SIGHUP

class SignalWatch {
  public:
    explicit SignalWatch(std::function<void(Signal)> on_signal);
    ~SignalWatch();  // the handler is not called again
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

  private:
    void watch();
    std::function<void(Signal)> on_signal_;
    int signals_;  // signalfd
    int ended_;    // eventfd: the destructor's wish
    std::thread thread_;
};

}  // namespace fairfeed
