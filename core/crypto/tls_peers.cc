#include "core/crypto/tls_peers.h"

#include <openssl/crypto.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <charconv>
#include <map>
#include <mutex>

#include "core/base/check.h"
#include "core/crypto/certificate_fault.h"

namespace fairfeed {
namespace {

// The tickets of the process. OpenSSL's callbacks cannot reach an object of ours, so it is global.
class Book {
  public:
    std::uint64_t open() {
        const std::lock_guard lock(mutex_);
        reports_[++last_];
        return last_;
    }
    void close(std::uint64_t number) {
        const std::lock_guard lock(mutex_);
        reports_.erase(number);
    }
    template <class Change>
    void change(std::uint64_t number, const Change& change) {
        const std::lock_guard lock(mutex_);
        const auto report = reports_.find(number);
        if (report != reports_.end()) change(report->second);
    }

  private:
    std::mutex mutex_;
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, TlsReport> reports_;
};

Book& book() {
    static Book* const kBook = new Book;  // connections may end after static objects
    return *kBook;
}

struct Ticket {
    std::uint64_t number = 0;
    std::string host;
};

// "7 n1.lan", as TlsTicket::text() wrote it.
std::optional<Ticket> ticket_of(const SSL* ssl) {
    const auto* text =
        static_cast<const char*>(SSL_CTX_get_default_passwd_cb_userdata(SSL_get_SSL_CTX(ssl)));
    if (text == nullptr) return std::nullopt;
    const std::string_view whole(text);
    Ticket out;
    const auto [rest, error] =
        std::from_chars(whole.data(), whole.data() + whole.size(), out.number);
    if (error != std::errc() || rest == whole.data() + whole.size() || *rest != ' ')
        return std::nullopt;
    out.host = std::string(rest + 1, whole.data() + whole.size());
    return out;
}

void note_alert(const SSL* ssl, int where, int code) {
    const int what = code & 0xff;
    if ((where & SSL_CB_READ_ALERT) != SSL_CB_READ_ALERT || what == SSL_AD_CLOSE_NOTIFY) return;
    const auto ticket = ticket_of(ssl);
    if (!ticket) return;
    const char* words = SSL_alert_desc_string_long(code);
    book().change(ticket->number, [words](TlsReport& report) { report.alert = words; });
}

// Adds the host to the verification of the chain, so that the check cannot be bypassed.
bool demand_host(X509_STORE_CTX* chain, const std::string& host) {
    X509_VERIFY_PARAM* const wanted = X509_STORE_CTX_get0_param(chain);
    const std::string address = host.substr(0, host.find('%'));  // without its zone
    return X509_VERIFY_PARAM_set1_ip_asc(wanted, address.c_str()) == 1 ||
           X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size()) == 1;
}

int verify_peer(X509_STORE_CTX* chain, void*) {
    auto* const ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
    const auto ticket = ssl == nullptr ? std::nullopt : ticket_of(ssl);
    if (!ticket || ticket->host.empty() || !demand_host(chain, ticket->host)) {
        X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
        return 0;
    }
    SSL_set_info_callback(ssl, note_alert);
    const int verdict = X509_verify_cert(chain);
    TlsReport seen;
    seen.asked = true;
    seen.valid_until_s = valid_until_s(X509_STORE_CTX_get0_cert(chain));
    if (verdict != 1) seen.fault = fault_of_chain(chain, ticket->host);
    book().change(ticket->number, [&seen](TlsReport& report) { report = seen; });
    return verdict;
}

void on_new_context(void* context, void*, CRYPTO_EX_DATA*, int, long, void*) {
    SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(context), verify_peer, nullptr);
}

// Paho makes a context for each client and does not share it.
void watch_new_contexts() {
    static const int kIndex = CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, nullptr,
                                                      on_new_context, nullptr, nullptr);
    CHECK(kIndex >= 0);
}

}  // namespace

TlsTicket::TlsTicket(std::string_view host) : number_(book().open()), host_(host) {
    watch_new_contexts();
}

TlsTicket::~TlsTicket() {
    book().close(number_);
}

std::string TlsTicket::text() const {
    return std::to_string(number_) + " " + host_;
}

void TlsTicket::begin_attempt() {
    book().change(number_, [](TlsReport& report) { report = TlsReport(); });
}

TlsReport TlsTicket::report() const {
    TlsReport out;
    book().change(number_, [&out](const TlsReport& report) { out = report; });
    return out;
}

}  // namespace fairfeed
