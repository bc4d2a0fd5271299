#include "core/crypto/tls_watch.h"

#include <algorithm>
#include <set>

namespace fairfeed {
namespace {

constexpr std::int64_t kEveryMs = 600'000;
constexpr std::size_t kAtATime = 8;
constexpr std::size_t kMostAlarms = 8;

// "keys/tls.crt: expires in 3 days" becomes the alarm "keys/tls.crt expires soon", which stays the
// same from day to day.
std::string as_alarm(const std::string& line, const std::string& about) {
    const std::size_t end = line.find(": ");
    return line.substr(0, end) + " " + about + line.substr(end);
}

std::vector<std::string> alarms_of(const TlsFilesReport& report) {
    std::vector<std::string> out;
    for (const std::string& line : report.mistakes)
        out.push_back(as_alarm(line, "opens no connection"));
    for (const std::string& line : report.of_time)
        out.push_back(as_alarm(line, "is not valid now"));
    for (const std::string& line : report.soon)
        out.push_back(as_alarm(line, "expires soon"));
    return out;
}

}  // namespace

void TlsWatch::add(TlsFiles files, std::string name) {
    identities_.push_back({std::move(files), std::move(name), INT64_MIN, {}});
}

void TlsWatch::suspect(const std::string& name) {
    for (Identity& each : identities_)
        if (each.name == name) each.due_ms = INT64_MIN;
}

// A thousand certificates may expire on one day: lists the first alarms and counts the rest.
std::vector<std::string> TlsWatch::standing() const {
    std::vector<std::string> out;
    std::set<std::string> said;  // one authority for all
    for (const Identity& each : identities_)
        for (const std::string& alarm : each.alarms)
            if (said.insert(alarm).second && said.size() <= kMostAlarms) out.push_back(alarm);
    if (said.size() > kMostAlarms)
        out.push_back("certificates or keys of more identities are wrong or expire soon: " +
                      std::to_string(said.size() - kMostAlarms) + " more lines like these");
    return out;
}

std::vector<std::string> TlsWatch::look(std::int64_t now_s, std::int64_t steady_ms) {
    std::size_t looked = 0;
    for (std::size_t i = 0; i < identities_.size() && looked < kAtATime; ++i) {
        Identity& each = identities_[next_];
        next_ = (next_ + 1) % identities_.size();
        if (steady_ms < each.due_ms) continue;
        each.due_ms = steady_ms + kEveryMs;
        each.alarms = alarms_of(check_tls_files(each.files, each.name, now_s));
        ++looked;
    }
    return standing();
}

}  // namespace fairfeed
