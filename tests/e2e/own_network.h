// A network namespace of the calling thread's own, with only a loopback in it, and a name server
// there that can fall silent. Everything that the thread starts afterwards lives in the namespace;
// other threads and the machine do not see it. Needs root.
#pragma once

#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <thread>

namespace fairfeed::e2e {

// From then on every look-up goes to 127.0.0.53. False: this machine does not permit the namespace.
[[nodiscard]] bool enter_own_network(const std::filesystem::path& scratch);

// A name server on 127.0.0.53 port 53. Every name resolves to 127.0.0.1, except names in
// `never_answered`, which get no answer. Create it on the thread that entered the network.
class SmallNameServer {
  public:
    explicit SmallNameServer(std::set<std::string> never_answered);
    ~SmallNameServer();
    SmallNameServer(const SmallNameServer&) = delete;
    SmallNameServer& operator=(const SmallNameServer&) = delete;
    void fall_silent() { silent_ = true; }
    // The number of unanswered questions so far.
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
