// TlsClients: the TLS settings that all the connections of one thread share, although each has its
// own identity and expects its own peer. A context for each connection would hold a copy of the
// authority and cost 40 kB; this one is told before every call whose turn it is. Serves libraries
// that take an SSL_CTX and make the SSL objects themselves. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"

struct ssl_ctx_st;
struct ssl_st;

namespace fairfeed {

// The certificate chain and the private key of one client, as read from its files.
class TlsCredentials {
  public:
    // Error: which file cannot be used.
    [[nodiscard]] static Result<TlsCredentials, std::string> load(
        const std::filesystem::path& certificate, const std::filesystem::path& key);
    TlsCredentials(TlsCredentials&&) noexcept;
    TlsCredentials& operator=(TlsCredentials&&) noexcept;
    ~TlsCredentials();

  private:
    friend class TlsClients;
    struct Parts;
    explicit TlsCredentials(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

class TlsClients {
  public:
    // Error: the authority's file cannot be read.
    [[nodiscard]] static Result<std::unique_ptr<TlsClients>, std::string> make(
        const std::filesystem::path& authority);
    ~TlsClients();
    TlsClients(const TlsClients&) = delete;
    TlsClients& operator=(const TlsClients&) = delete;

    // TLS 1.2 or later, the peer verified by the ticket of the connection whose turn it is.
    [[nodiscard]] ssl_ctx_st* context() const { return context_; }
    // Every call that may run TLS for a connection comes after this one. `ticket` is the text of
    // its TlsTicket; both outlive the calls. `identity` may be null once the handshake is over.
    void take_turn(const std::string& ticket, const TlsCredentials* identity);

  private:
    explicit TlsClients(ssl_ctx_st* context);
    static int show_identity(ssl_st* connection, void* clients);

    ssl_ctx_st* context_;
    const TlsCredentials* identity_ = nullptr;
};

// The state of a connection's TLS. None of these calls waits or reads a socket.
[[nodiscard]] bool tls_is_shaking_hands(const ssl_st* connection);
[[nodiscard]] bool tls_wants_to_write(const ssl_st* connection);
// Received and decrypted bytes wait inside TLS, which the socket does not announce.
[[nodiscard]] bool tls_has_pending(const ssl_st* connection);

struct TlsBytes {
    std::uint64_t sent = 0;  // records and handshake; without TCP and IP headers
    std::uint64_t received = 0;
    // What these records carried for the application. Exact for TLS 1.3, and for the AEAD suites of
    // TLS 1.2.
    std::uint64_t payload_sent = 0;
    std::uint64_t payload_received = 0;
};
[[nodiscard]] TlsBytes tls_bytes(const ssl_st* connection);

}  // namespace fairfeed
