// NameResolver: the addresses of host names, resolved apart from every connection. Each look-up
// blocks its own thread for as long as the system takes (DNS, hosts file, mDNS, as nsswitch says),
// and nothing waits for that thread. So an unanswered name delays neither other names nor the end
// of the process. The last good answer is kept, also when a later look-up fails. Any thread;
// nothing here waits.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fairfeed {

struct HostAddresses {
    std::vector<std::string> addresses;  // numeric, in the system's order, each once
    std::string fault;                   // of the last look-up, for a person; empty: none
};

class NameResolver {
  public:
    // Blocks; called on threads of the resolver, for several names in parallel.
    using Lookup = std::function<HostAddresses(const std::string& host)>;
    explicit NameResolver(Lookup lookup = look_up);
    NameResolver(const NameResolver&) = delete;
    NameResolver& operator=(const NameResolver&) = delete;
    // Abandons running look-ups; none of them calls back afterwards.
    ~NameResolver() { silence(); }
    void silence();

    struct Known {
        HostAddresses last;
        bool pending = false;  // a look-up is under way
    };
    // The known addresses of a host. An address is its own answer.
    [[nodiscard]] Known known(const std::string& host) const;
    // Like known(), and starts a look-up unless one is running or has just ended. `ended` is called
    // on the look-up's thread when the running look-up has ended.
    [[nodiscard]] Known ask(const std::string& host, std::int64_t now_ms,
                            std::function<void()> ended);

    // The system's resolver, getaddrinfo.
    [[nodiscard]] static HostAddresses look_up(const std::string& host);

  private:
    struct Book;  // shared with the look-ups, which may outlive the resolver
    std::shared_ptr<Book> book_;
};

}  // namespace fairfeed
