// MqttDialer: the one thread that makes every call into Paho, for all the MQTT clients of a
// process. So none of our locks is held during such a call, and no publisher waits for one of
// Paho's locks. Create it before its clients; destroy it after them. Targets schedule work; the
// dialer calls them.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "core/io/name_resolver.h"

namespace fairfeed {

// An object that the thread serves: the connection of an MqttClient, or a test double.
class DialTarget {
  public:
    virtual ~DialTarget() = default;
    virtual void work() = 0;  // on the dialer's thread; must not block
};

class MqttDialer {
  public:
    // `lookup` resolves the names of brokers for all clients.
    explicit MqttDialer(NameResolver::Lookup lookup = NameResolver::look_up);
    ~MqttDialer();  // returns once every retired target has been destroyed
    MqttDialer(const MqttDialer&) = delete;
    MqttDialer& operator=(const MqttDialer&) = delete;

    // Calls work() at that steady time, or earlier. Any thread; never waits.
    void schedule(const std::shared_ptr<DialTarget>& target, std::int64_t at_ms);
    // Destroys the target on the dialer's thread once no callback can still come from it.
    void retire(std::shared_ptr<DialTarget> target);
    [[nodiscard]] NameResolver& names() { return names_; }
    [[nodiscard]] static std::int64_t steady_now_ms();

  private:
    void run();
    // Call both with mutex_ held.
    [[nodiscard]] std::int64_t next_due_ms() const;
    [[nodiscard]] std::vector<std::shared_ptr<DialTarget>> take_due(std::int64_t now_ms);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::shared_ptr<DialTarget>, std::int64_t> due_;
    std::deque<std::pair<std::int64_t, std::shared_ptr<DialTarget>>> retired_;
    bool ended_ = false;
    NameResolver names_;
    std::thread thread_;  // last, because the thread uses all of the above
};

}  // namespace fairfeed
