// A network namespace of the calling thread's own, with nothing but a loopback in it, and a name
// server there that can fall silent. What the thread starts from then on lives in it; other threads
// and the machine see nothing of it. Needs root.
#pragma once

#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

namespace fairfeed::e2e {

// Every name is asked of 127.0.0.53 from then on. False: this machine does not let us.
[[nodiscard]] bool enter_own_network(const std::filesystem::path& scratch);

// Answers on 127.0.0.53 port 53 that every name stands for 127.0.0.1, but for those of which it
// says nothing. Make it on the thread that entered the network.
class SmallNameServer {
  public:
    explicit SmallNameServer(std::set<std::string> never_answered);
    ~SmallNameServer();
    SmallNameServer(const SmallNameServer&) = delete;
    SmallNameServer& operator=(const SmallNameServer&) = delete;
    void fall_silent() { silent_ = true; }
    // Questions that stayed without an answer so far.
    [[nodiscard]] int ignored() const { return ignored_; }

  private:
    void serve();
    std::set<std::string> never_answered_;
    std::atomic<bool> silent_{false};
    std::atomic<bool> ended_{false};
    std::atomic<int> ignored_{0};
    int socket_ = -1;
    std::thread thread_;
};

}  // namespace fairfeed::e2e
