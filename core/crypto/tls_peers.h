// Whom the TLS clients of this process accept. Paho checks a certificate against what it dials, and
// it is given addresses; so the check of the configured name stands here, inside the verification
// of the chain, and so does the record of what went wrong, which Paho does not tell. A client
// carries its ticket in the one text that Paho hands to OpenSSL unread: the password of the private
// key, which keys of ours do not have. A client without a ticket is refused. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fairfeed {

struct TlsReport {
    bool asked = false;  // the peer has shown a certificate
    std::string fault;   // why it was refused, for a person; empty: it was accepted
    std::string alert;   // what the peer said against us ("certificate expired"), or empty
    std::int64_t valid_until_s = 0;  // the peer's certificate
};

// One client's expectation, for as long as it may connect.
class TlsTicket {
  public:
    // `host` is the name or address that the peer's certificate must be for.
    explicit TlsTicket(std::string_view host);
    ~TlsTicket();
    TlsTicket(const TlsTicket&) = delete;
    TlsTicket& operator=(const TlsTicket&) = delete;

    // For Paho's option of the private key's password.
    [[nodiscard]] std::string text() const;
    void begin_attempt();  // forgets the report of the one before
    [[nodiscard]] TlsReport report() const;

  private:
    std::uint64_t number_;
    std::string host_;
};

}  // namespace fairfeed
