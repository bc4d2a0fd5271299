#include "core/io/mqtt_route.h"

#include <algorithm>

#include "core/io/host.h"

namespace fairfeed {

MqttRoute::MqttRoute(NameResolver& names, std::string host, std::uint16_t port)
    : names_(names), host_(std::move(host)), port_(port), ticket_(host_) {}

MqttRoute::Look MqttRoute::look(std::int64_t now_ms, std::function<void()> ended) {
    return take(names_.ask(host_, now_ms, std::move(ended)));
}

MqttRoute::Look MqttRoute::look_again() {
    return take(names_.known(host_));
}

MqttRoute::Look MqttRoute::take(NameResolver::Known known) {
    failures_.clear();
    addresses_ = std::move(known.last.addresses);
    name_fault_ = !addresses_.empty()         ? ""
                  : !known.last.fault.empty() ? known.last.fault
                                              : "no name server has answered yet";
    const auto good = std::find(addresses_.begin(), addresses_.end(), last_good_);
    if (good != addresses_.end()) std::rotate(addresses_.begin(), good, good + 1);
    return {addresses_.size(), known.pending && addresses_.empty()};
}

std::string MqttRoute::begin(std::size_t address) {
    ticket_.begin_attempt();
    return mqtts_uri(addresses_.at(address), port_);
}

void MqttRoute::succeeded(std::size_t address) {
    last_good_ = addresses_.at(address);
    failures_.clear();
}

void MqttRoute::failed(std::size_t address, const std::string& said) {
    const std::string where = addresses_.at(address) + " port " + std::to_string(port_);
    const TlsReport tls = ticket_.report();
    may_be_our_files_ = tls.fault.empty() && said.empty();
    if (!tls.fault.empty()) {
        failures_.push_back("the certificate of the broker at " + where + " " + tls.fault);
    } else if (!tls.alert.empty()) {
        failures_.push_back("the broker at " + where + " refuses our certificate: " + tls.alert);
    } else if (!said.empty()) {
        failures_.push_back(where + ": " + said);
    } else if (tls.asked) {
        failures_.push_back("the broker at " + where +
                            " ended the connection once it had seen our certificate: its log "
                            "says why");
    } else {
        failures_.push_back("nobody answers with TLS at " + where);
    }
}

std::string MqttRoute::reason() const {
    if (!name_fault_.empty()) return "the name " + host_ + " has no address: " + name_fault_;
    std::string out;
    for (const std::string& failure : failures_)
        out += (out.empty() ? "" : "; ") + failure;
    return out;
}

}  // namespace fairfeed
