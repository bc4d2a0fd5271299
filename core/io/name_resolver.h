// NameResolver: the addresses of host names, looked up apart from every connection. Each look-up
// blocks a thread of its own for as long as the system likes (DNS, hosts file, mDNS: whatever
// nsswitch says) and nobody waits for it: a name that nobody answers holds up no other name and not
// the end of the process. The last good answer is kept; a look-up that fails does not take it away.
// Any thread; nothing here waits.
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
    // Blocks; called on threads of the resolver, for several names at a time.
    using Lookup = std::function<HostAddresses(const std::string& host)>;
    explicit NameResolver(Lookup lookup = look_up);
    NameResolver(const NameResolver&) = delete;
    NameResolver& operator=(const NameResolver&) = delete;
    // Leaves look-ups that are under way to themselves; afterwards none of them calls back.
    ~NameResolver() { silence(); }
    void silence();

    struct Known {
        HostAddresses last;
        bool pending = false;  // a look-up is under way
    };
    // What is known of a host; an address is known to be itself.
    [[nodiscard]] Known known(const std::string& host) const;
    // The same, and looks it up anew unless that is under way or was done just now. `ended` is
    // called, on the look-up's thread, when the one that is under way has ended.
    [[nodiscard]] Known ask(const std::string& host, std::int64_t now_ms,
                            std::function<void()> ended);

    // The system's own, getaddrinfo.
    [[nodiscard]] static HostAddresses look_up(const std::string& host);

  private:
    struct Book;  // shared with the look-ups, which may outlive the resolver
    std::shared_ptr<Book> book_;
};

}  // namespace fairfeed
