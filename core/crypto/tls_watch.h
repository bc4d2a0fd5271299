// TlsWatch: checks the TLS files of one or many identities repeatedly while a program runs, a few
// at each look, so that the cost per look does not grow with the number of meters. Reports as
// alarms: certificates that expire within thirty days, and faults that make connections impossible.
// One thread.
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
    // Call once a second or less often. The text before the first ": " is the subject of an alarm.
    [[nodiscard]] std::vector<std::string> look(std::int64_t now_s, std::int64_t steady_ms);
    // Call after a connection of this identity failed: the next look checks it, even if it was just
    // checked.
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
