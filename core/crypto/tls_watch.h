// TlsWatch: looks at the TLS files of one or many identities again and again while a program runs,
// a few at each look, so that thousands of meters cost no more at a time than one. Says what stands
// at present as alarms: certificates that expire within thirty days, and whatever makes connections
// impossible. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/crypto/tls_files.h"

namespace fairfeed {

class TlsWatch {
  public:
    void add(TlsFiles files, std::string name);
    // Once a second or less often. What an alarm is about stands before its first ": ".
    [[nodiscard]] std::vector<std::string> look(std::int64_t now_s, std::int64_t steady_ms);
    // A connection of this identity failed: it is looked at next, however fresh the last look.
    void suspect(const std::string& name);

  private:
    [[nodiscard]] std::vector<std::string> standing() const;
    struct Identity {
        TlsFiles files;
        std::string name;
        std::int64_t due_ms = INT64_MIN;
        std::vector<std::string> alarms;
    };
    std::vector<Identity> identities_;
    std::size_t next_ = 0;
};

}  // namespace fairfeed
