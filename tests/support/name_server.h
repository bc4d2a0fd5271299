// NameServer: a name resolver that a test controls, and can silence. A silent one answers no
// look-up until it is enabled again or destroyed; look-ups may safely outlive it. Any thread.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/io/name_resolver.h"

namespace fairfeed::testing_support {

class NameServer {
  public:
    ~NameServer() { speak(); }

    void set(const std::string& host, std::vector<std::string> addresses) {
        const std::lock_guard lock(zone_->mutex);
        zone_->hosts[host] = std::move(addresses);
    }
    void fall_silent() { set_silent(true); }
    void speak() { set_silent(false); }
    [[nodiscard]] int asked() const {
        const std::lock_guard lock(zone_->mutex);
        return zone_->asked;
    }
    [[nodiscard]] NameResolver::Lookup lookup() const {
        return [zone = zone_](const std::string& host) -> HostAddresses {
            std::unique_lock lock(zone->mutex);
            ++zone->asked;
            zone->changed.wait(lock, [&zone] { return !zone->silent; });
            const auto found = zone->hosts.find(host);
            if (found == zone->hosts.end()) return {{}, "unknown"};
            return {found->second, ""};
        };
    }

  private:
    struct Zone {
        std::mutex mutex;
        std::condition_variable changed;
        std::map<std::string, std::vector<std::string>> hosts;
        bool silent = false;
        int asked = 0;
    };
    void set_silent(bool silent) {
        {
            const std::lock_guard lock(zone_->mutex);
            zone_->silent = silent;
        }
        zone_->changed.notify_all();
    }

    std::shared_ptr<Zone> zone_ = std::make_shared<Zone>();
};

}  // namespace fairfeed::testing_support
