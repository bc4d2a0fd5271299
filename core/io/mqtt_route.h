// MqttRoute: the ways to one broker. The addresses of its host, the one that served last before the
// others, what became of each attempt, and whom TLS must find there. Bookkeeping for one
// MqttClient, under its lock; it dials nothing.
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
        bool pending = false;       // none is known yet, and `ended` will be called
    };
    // Asks for the host's addresses anew; those of the last good answer serve meanwhile.
    [[nodiscard]] Look look(std::int64_t now_ms, std::function<void()> ended);
    [[nodiscard]] Look look_again();  // at the answer to that question

    // The address of that number since the last look, for Paho; the attempt begins.
    [[nodiscard]] std::string begin(std::size_t address);
    [[nodiscard]] std::string ticket() const { return ticket_.text(); }
    void succeeded(std::size_t address);
    // `said`: what Paho has to tell about it, which may be little.
    void failed(std::size_t address, const std::string& said);

    // Why there is no connection, in words for a person; every address has its part.
    [[nodiscard]] std::string reason() const;
    // The last attempt failed in a way that files of our own would explain.
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
    std::vector<std::string> failures_;  // of this round through the addresses
};

}  // namespace fairfeed
