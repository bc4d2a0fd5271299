#include "core/io/mqtt_config.h"

#include "core/crypto/tls_files.h"
#include "core/io/clock.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kDrainMs = 500;       // for sending accepted messages, at the end
constexpr std::int64_t kResolveMs = 5000;    // before a silent name server is reported
constexpr std::int64_t kDialSlackMs = 2000;  // beyond Paho's own connect timeout
constexpr std::int64_t kHangUpMs = 400;

}  // namespace

MqttPatience patience_of(const MqttConfig& config) {
    MqttPatience patience;
    patience.redial_min_ms = config.redial_min_ms;
    patience.redial_max_ms = config.redial_max_ms;
    patience.resolve_ms = kResolveMs;
    patience.dial_ms = config.connect_timeout_s * 1000 + kDialSlackMs;
    patience.hang_up_ms = kHangUpMs;
    patience.drain_ms = kDrainMs;
    patience.subscriptions = config.subscriptions.size();
    return patience;
}

std::string fault_of_files(const MqttConfig& config) {
    const Clock clock(ClockTrust::operator_vouches);
    const TlsFilesReport report =
        check_tls_files({config.key_file, config.certificate_file, config.ca_file},
                        config.client_id, clock.now().real_ms / 1000);
    if (!report.mistakes.empty()) return report.mistakes.front();
    return report.of_time.empty() ? "" : report.of_time.front();
}

}  // namespace fairfeed
