// The acceptance of peers by this process's TLS clients. Paho would check a certificate against the
// dialled address, so this file checks the configured name, inside the verification of the chain.
// It also records the reason for a failure, which Paho does not report. A client carries its ticket
// in the one text that Paho passes to OpenSSL unread: the password of the private key, which our
// keys do not have. A client without a ticket is refused. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairfeed {

struct TlsReport {
    bool asked = false;  // the peer has shown a certificate
    std::string fault;   // why it was refused, for a person; empty: it was accepted
    std::string alert;   // the peer's alert against us ("certificate expired"), or empty
    std::int64_t valid_until_s = 0;  // the peer's certificate
};

// One client's expected peer, for as long as the client may connect.
class TlsTicket {
  public:
    // `host` is the name or address that the peer's certificate must be for.
    explicit TlsTicket(std::string_view host);
    ~TlsTicket();
    TlsTicket(const TlsTicket&) = delete;
    TlsTicket& operator=(const TlsTicket&) = delete;

    // The text for Paho's private-key password option.
    [[nodiscard]] std::string text() const;
    void begin_attempt();  // clears the report of the attempt before
    [[nodiscard]] TlsReport report() const;

  private:
    std::uint64_t number_;
    std::string host_;
};

}  // namespace fairfeed
