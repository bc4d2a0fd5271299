// The alarms of a fleet about its certificates: the present ones, and log lines when an alarm
// begins and ends. Owned by the fleet; its thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "core/crypto/tls_watch.h"

namespace fairfeed {

class TlsAlarms {
  public:
    void add(TlsFiles files, std::string meter) { watch_.add(std::move(files), std::move(meter)); }
    void suspect(const std::string& meter) { watch_.suspect(meter); }
    // Call about once a second.
    void look(const Instant& now);
    [[nodiscard]] const std::vector<std::string>& standing() const { return standing_; }

  private:
    TlsWatch watch_;
    std::vector<std::string> standing_;
    std::map<std::string, std::string> told_;  // text by subject
};

}  // namespace fairfeed
