#include "core/crypto/tls_clients.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/crypto/key_file.h"
#include "core/crypto/private_key.h"

namespace fairfeed {
namespace {

template <class Object, void (*kFree)(Object*)>
struct Freed {
    void operator()(Object* object) const { kFree(object); }
};
using File = std::unique_ptr<BIO, Freed<BIO, BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;

// RFC 8446, 5.2 (type of the content and tag); RFC 5288, 3 (nonce and tag); RFC 7905, 2 (tag).
constexpr std::size_t kOverhead13 = 17;
constexpr std::size_t kOverheadGcm12 = 24;
constexpr std::size_t kOverheadChaCha12 = 16;

// What the records of one connection carried, as OpenSSL shows them. It shows the header of a
// record, and in TLS 1.3 after it the type of the content.
struct Payload {
    std::uint64_t written = 0;
    std::uint64_t read = 0;
    std::size_t shown = 0;  // length of the record whose type comes next
};

void free_payload(void*, void* payload, CRYPTO_EX_DATA*, int, long, void*) {
    delete static_cast<Payload*>(payload);
}

int payload_index() {
    static const int kIndex = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_payload);
    CHECK(kIndex >= 0);
    return kIndex;
}

std::size_t overhead12(const SSL* connection) {
    const SSL_CIPHER* const cipher = SSL_get_current_cipher(connection);
    const bool chacha =
        cipher != nullptr && SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305;
    return chacha ? kOverheadChaCha12 : kOverheadGcm12;
}

void see_record(int written, int, int type, const void* bytes, std::size_t size, SSL* connection,
                void*) {
    const auto* seen = static_cast<const std::uint8_t*>(bytes);
    const bool is_header = type == SSL3_RT_HEADER && size == SSL3_RT_HEADER_LENGTH;
    const bool is_type = type == SSL3_RT_INNER_CONTENT_TYPE && size == 1;
    if (!is_header && !is_type) return;
    auto* payload = static_cast<Payload*>(SSL_get_ex_data(connection, payload_index()));
    if (payload == nullptr) {
        payload = new Payload;
        CHECK(SSL_set_ex_data(connection, payload_index(), payload) == 1);
    }
    if (is_header) payload->shown = static_cast<std::size_t>(seen[3]) << 8 | seen[4];
    const bool is_13 = SSL_version(connection) >= TLS1_3_VERSION;
    if (seen[0] != SSL3_RT_APPLICATION_DATA || is_type != is_13) return;
    const std::size_t overhead = is_13 ? kOverhead13 : overhead12(connection);
    if (payload->shown > overhead)
        (written != 0 ? payload->written : payload->read) += payload->shown - overhead;
}

}  // namespace

struct TlsCredentials::Parts {
    Certificate own;
    std::vector<Certificate> issuers;  // from its own to the authority's
    Key key;
};

TlsCredentials::TlsCredentials(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TlsCredentials::TlsCredentials(TlsCredentials&&) noexcept = default;
TlsCredentials& TlsCredentials::operator=(TlsCredentials&&) noexcept = default;
TlsCredentials::~TlsCredentials() = default;

Result<TlsCredentials, std::string> TlsCredentials::load(const std::filesystem::path& certificate,
                                                         const std::filesystem::path& key) {
    auto parts = std::make_unique<Parts>();
    const File chain(BIO_new_file(certificate.c_str(), "r"));
    if (chain) parts->own.reset(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    while (parts->own) {
        Certificate issuer(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
        if (!issuer) break;
        parts->issuers.push_back(std::move(issuer));
    }
    if (const auto text = load_secret_text(key)) parts->key.reset(ec_key_from_pem(text->text()));
    const File secret(parts->key ? nullptr : BIO_new_file(key.c_str(), "r"));
    // An empty password, or OpenSSL would ask the terminal for that of an encrypted key, and wait.
    char no_password[] = "";
    if (secret)
        parts->key.reset(PEM_read_bio_PrivateKey(secret.get(), nullptr, nullptr, no_password));
    ERR_clear_error();  // also of the end of the chain
    if (!parts->own) return unexpected(certificate.string() + ": no certificate can be read");
    if (!parts->key) return unexpected(key.string() + ": no private key can be read");
    return TlsCredentials(std::move(parts));
}

Result<std::unique_ptr<TlsClients>, std::string> TlsClients::make(
    const std::filesystem::path& authority) {
    SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
    CHECK(context != nullptr);
    std::unique_ptr<TlsClients> clients(new TlsClients(context));
    if (SSL_CTX_load_verify_file(context, authority.c_str()) != 1) {
        ERR_clear_error();
        return unexpected(authority.string() + ": no authority can be read");
    }
    return clients;
}

TlsClients::TlsClients(SSL_CTX* context) : context_(context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_cb(context, show_identity, this);
    SSL_CTX_set_msg_callback(context, see_record);
}

TlsClients::~TlsClients() {
    SSL_CTX_free(context_);
}

// The ticket goes where TlsTicket looks for it (tls_peers.h).
void TlsClients::take_turn(const std::string& ticket, const TlsCredentials* identity) {
    SSL_CTX_set_default_passwd_cb_userdata(context_, const_cast<char*>(ticket.c_str()));
    identity_ = identity;
}

int TlsClients::show_identity(SSL* connection, void* clients) {
    const TlsCredentials* const identity = static_cast<TlsClients*>(clients)->identity_;
    if (identity == nullptr) return 0;
    const TlsCredentials::Parts& parts = *identity->parts_;
    if (SSL_use_certificate(connection, parts.own.get()) != 1) return 0;
    for (const Certificate& issuer : parts.issuers)
        if (SSL_add1_chain_cert(connection, issuer.get()) != 1) return 0;
    return SSL_use_PrivateKey(connection, parts.key.get());
}

bool tls_is_shaking_hands(const SSL* connection) {
    return connection != nullptr && SSL_is_init_finished(connection) == 0;
}

bool tls_wants_to_write(const SSL* connection) {
    return connection != nullptr && SSL_want(connection) == SSL_WRITING;
}

bool tls_has_pending(const SSL* connection) {
    return connection != nullptr && SSL_pending(connection) > 0;
}

TlsBytes tls_bytes(const SSL* connection) {
    if (connection == nullptr) return {};
    const auto* payload = static_cast<const Payload*>(SSL_get_ex_data(connection, payload_index()));
    return {BIO_number_written(SSL_get_wbio(connection)), BIO_number_read(SSL_get_rbio(connection)),
            payload != nullptr ? payload->written : 0, payload != nullptr ? payload->read : 0};
}

}  // namespace fairfeed
