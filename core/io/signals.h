// SIGINT, SIGTERM and SIGHUP as events. A SignalWatch blocks them for every thread started after it
// (create it first in main). It calls its handler on a thread of its own, and the handler pushes
// into the runtime's EventQueue, so the loop waits for "event or signal or deadline" in one place.
// It also ignores SIGPIPE, as TLS sockets require. One per process.
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
    int ended_;    // eventfd: set by the destructor
    std::thread thread_;
};

}  // namespace fairfeed
