// MqttRoute: the addresses of one broker. Holds the addresses of its host with the last good one
// first, the result of each attempt, and the name that TLS must find there. Bookkeeping for one
// MqttClient, under its lock; does not dial.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/crypto/tls_peers.h"
#include "core/io/name_resolver.h"

namespace fairfeed {

class MqttRoute {
  public:
    MqttRoute(NameResolver& names, std::string host, std::uint16_t port);

    struct Look {
        std::size_t addresses = 0;  // to be dialled, in order
        bool pending = false;       // no address is known yet, and `ended` will be called
    };
    // Resolves the host again; meanwhile the addresses of the last good answer are used.
    [[nodiscard]] Look look(std::int64_t now_ms, std::function<void()> ended);
    [[nodiscard]] Look look_again();  // when that look-up has ended

    // The address of that index since the last look, in Paho's form; the attempt begins.
    [[nodiscard]] std::string begin(std::size_t address);
    // The same address as it is, without a port.
    [[nodiscard]] const std::string& address(std::size_t address) const {
        return addresses_.at(address);
    }
    [[nodiscard]] std::string ticket() const { return ticket_.text(); }
    void succeeded(std::size_t address);
    // `said`: Paho's message about the failure, which may be short.
    void failed(std::size_t address, const std::string& said);

    // Why there is no connection, in words for a person; names every address.
    [[nodiscard]] std::string reason() const;
    // Whether faults in our own files could explain the last failure.
    [[nodiscard]] bool may_be_our_files() const { return may_be_our_files_; }
    [[nodiscard]] TlsReport tls_report() const { return ticket_.report(); }

  private:
    [[nodiscard]] Look take(NameResolver::Known known);

    NameResolver& names_;
    const std::string host_;
    const std::uint16_t port_;
    TlsTicket ticket_;
    std::vector<std::string> addresses_;
    std::string last_good_;
    std::string name_fault_;
    bool may_be_our_files_ = false;
    std::vector<std::string> failures_;  // of this pass over the addresses
};

}  // namespace fairfeed
