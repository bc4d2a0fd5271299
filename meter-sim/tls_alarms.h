// The alarms of a fleet about its certificates: what stands at present, and log lines when one
// begins and when it is over. Owned by the fleet; its thread.
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
    // About once a second.
    void look(const Instant& now);
    [[nodiscard]] const std::vector<std::string>& standing() const { return standing_; }

  private:
    TlsWatch watch_;
    std::vector<std::string> standing_;
    std::map<std::string, std::string> told_;  // words by subject
};

}  // namespace fairfeed
