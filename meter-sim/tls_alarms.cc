#include "meter-sim/tls_alarms.h"

#include "core/io/log.h"

namespace fairfeed {

void TlsAlarms::look(const Instant& now) {
    standing_ = watch_.look(now.real_ms / 1000, now.steady_ms);
    std::map<std::string, std::string> by_subject;
    for (const std::string& alarm : standing_)
        by_subject.try_emplace(alarm.substr(0, alarm.find(": ")), alarm);
    for (const auto& [subject, words] : told_)
        if (!by_subject.contains(subject)) log_info("alarm is over", kv("what", subject));
    for (const auto& [subject, words] : by_subject)
        if (!told_.contains(subject)) log_warning("alarm", kv("what", words));
    told_ = std::move(by_subject);
}

}  // namespace fairfeed
