#include "core/crypto/tls_files.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "core/base/check.h"
#include "core/base/utc_text.h"
#include "core/crypto/certificate_fault.h"
#include "core/crypto/key_file.h"
#include "core/crypto/owned.h"
#include "core/crypto/private_key.h"

namespace fairfeed {
namespace {

using Certificate = Owned<X509, X509_free>;
using Certificates = std::vector<Certificate>;
using Store = Owned<X509_STORE, X509_STORE_free>;
using Chain = Owned<X509_STORE_CTX, X509_STORE_CTX_free>;
using Memory = Owned<BIO, BIO_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;

constexpr std::size_t kMaxBytes = 64 * 1024;
constexpr std::int64_t kDayS = 86'400;
constexpr const char* kCopyAgain = "copy it again from what provisioning made";

std::string utc(std::int64_t unix_s) {
    return utc_text(unix_s) + " UTC";
}

// Frees only the stack; its certificates have other owners.
void free_stack(STACK_OF(X509) * stack) {
    sk_X509_free(stack);
}

// Refuses to ask for a password, because a program may have no terminal.
int no_password(char*, int, int, void* asked) {
    *static_cast<bool*>(asked) = true;
    return -1;
}

class Check {
  public:
    Check(const TlsFiles& files, const std::string& name, std::int64_t now_s)
        : files_(files), name_(name), now_s_(now_s) {}

    // `known`: the authorities of the file, if it was read before.
    TlsFilesReport run(const Certificates* known) {
        if (known == nullptr) read_authorities_ = read(files_.authority);
        const Certificates& authorities = known != nullptr ? *known : read_authorities_;
        const Certificates own = read(files_.certificate);
        const Key key = read_key();
        if (!own.empty()) check_name(own.front().get());
        if (!own.empty() && !authorities.empty()) check_chain(own, authorities);
        if (!own.empty() && key != nullptr &&
            X509_check_private_key(own.front().get(), key.get()) != 1)
            mistake(files_.key, "is not the key of the certificate " + files_.certificate.string() +
                                    "; both must come from one directory that provisioning made");
        if (!own.empty()) check_time(files_.certificate, own.front().get());
        check_times_of(authorities);
        ERR_clear_error();
        return std::move(report_);
    }
    // As run() has read them; empty: it did not, or could not.
    [[nodiscard]] Certificates take_authorities() { return std::move(read_authorities_); }

  private:
    void mistake(const std::filesystem::path& file, const std::string& what) {
        report_.mistakes.push_back(file.string() + ": " + what);
    }

    // All certificates of the file, in its order.
    Certificates read(const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        if (!in) {
            mistake(file, "cannot open this certificate: " + std::string(std::strerror(errno)) +
                              "; " + kCopyAgain);
            return {};
        }
        std::string text(kMaxBytes, '\0');
        in.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(in.gcount()));
        if (text.empty()) {
            mistake(file, std::string("is empty; ") + kCopyAgain);
            return {};
        }
        const Memory memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
        CHECK(memory != nullptr);
        Certificates out;
        while (auto* next = PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr))
            out.emplace_back(next);
        if (out.empty() && text.find("PRIVATE KEY-----") != std::string::npos)
            mistake(file, "is a private key, and a certificate belongs here");
        else if (out.empty())
            mistake(file, std::string("is no certificate (PEM is expected); ") + kCopyAgain);
        return out;
    }

    Key read_key() {
        const auto text = load_secret_text(files_.key);
        if (!text) {
            report_.mistakes.push_back(text.error());
            return nullptr;
        }
        const std::string& pem = text->text();
        if (EVP_PKEY* elliptic = ec_key_from_pem(pem)) return Key(elliptic);
        const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
        CHECK(memory != nullptr);
        bool encrypted = false;
        Key out(PEM_read_bio_PrivateKey(memory.get(), nullptr, no_password, &encrypted));
        if (out != nullptr) return out;
        if (encrypted)
            mistake(files_.key,
                    "is protected by a password, which a service cannot enter; use "
                    "the key that provisioning made");
        else if (pem.find("BEGIN CERTIFICATE") != std::string::npos)
            mistake(files_.key, "is a certificate, and its private key belongs here");
        else
            mistake(files_.key, std::string("is no private key (PEM is expected); ") + kCopyAgain);
        return nullptr;
    }

    void check_name(const X509* own) {
        const std::string whose = common_name_of(own);
        if (whose == name_) return;
        mistake(files_.certificate, "is the identity of '" + whose + "', and this is '" + name_ +
                                        "'; put the files of '" + name_ + "' here");
    }

    // Verifies the chain as a broker will, but ignores dates.
    void check_chain(const Certificates& own, const Certificates& authorities) {
        const Store store(X509_STORE_new());
        const Chain chain(X509_STORE_CTX_new());
        const Owned<STACK_OF(X509), free_stack> more(sk_X509_new_null());
        CHECK(store != nullptr && chain != nullptr && more != nullptr);
        for (const Certificate& each : authorities)
            CHECK(X509_STORE_add_cert(store.get(), each.get()) == 1);
        for (const Certificate& each : own)
            CHECK(sk_X509_push(more.get(), each.get()) > 0);
        CHECK(X509_STORE_CTX_init(chain.get(), store.get(), own.front().get(), more.get()) == 1);
        CHECK(X509_STORE_CTX_set_default(chain.get(), "ssl_client") == 1);
        X509_STORE_CTX_set_flags(chain.get(), X509_V_FLAG_NO_CHECK_TIME);
        if (X509_verify_cert(chain.get()) == 1) return;
        const bool leaf = X509_STORE_CTX_get_error_depth(chain.get()) == 0;
        switch (X509_STORE_CTX_get_error(chain.get())) {
            case X509_V_ERR_INVALID_PURPOSE:
            case X509_V_ERR_INVALID_CA:
                if (leaf)
                    return mistake(files_.certificate,
                                   "is a broker's certificate and opens no connection; that of '" +
                                       name_ + "' is in its directory of keys");
                return mistake(files_.authority,
                               std::string("is no authority's certificate; ") + kCopyAgain);
            default:
                return mistake(files_.certificate, "was not issued by the authority in " +
                                                       files_.authority.string() +
                                                       "; both must come from one provisioning");
        }
    }

    void check_time(const std::filesystem::path& file, const X509* certificate) {
        const std::int64_t from_s = valid_from_s(certificate);
        const std::int64_t until_s = valid_until_s(certificate);
        if (now_s_ > until_s)
            report_.of_time.push_back(file.string() + ": expired on " + utc(until_s) +
                                      "; put a renewed one in its place (a restart is not needed)");
        else if (now_s_ < from_s)
            report_.of_time.push_back(file.string() + ": valid only from " + utc(from_s) +
                                      " on, and this machine's clock says " + utc(now_s_) +
                                      "; set the clock, or wait");
        else if (const auto notice = expiry_notice(until_s, now_s_))
            report_.soon.push_back(file.string() + ": " + *notice);
    }

    // During a renewal two authorities stand in one file: as long as one is in its time, the other
    // one's time does not matter.
    void check_times_of(const Certificates& authorities) {
        const std::size_t before = report_.of_time.size();
        for (const Certificate& each : authorities)
            check_time(files_.authority, each.get());
        if (report_.of_time.size() - before < authorities.size()) report_.of_time.resize(before);
    }

    const TlsFiles& files_;
    const std::string& name_;
    std::int64_t now_s_;
    TlsFilesReport report_;
    Certificates read_authorities_;
};

}  // namespace

struct TlsFilesChecker::Authority {
    std::filesystem::path file;
    Certificates certificates;
};

TlsFilesChecker::TlsFilesChecker() = default;
TlsFilesChecker::~TlsFilesChecker() = default;

TlsFilesReport TlsFilesChecker::check(const TlsFiles& files, const std::string& name,
                                      std::int64_t now_s) {
    const bool known = authority_ && authority_->file == files.authority;
    Check check(files, name, now_s);
    TlsFilesReport report = check.run(known ? &authority_->certificates : nullptr);
    Certificates read = check.take_authorities();
    if (!known && !read.empty())
        authority_ = std::make_unique<Authority>(Authority{files.authority, std::move(read)});
    return report;
}

TlsFilesReport check_tls_files(const TlsFiles& files, const std::string& name, std::int64_t now_s) {
    return TlsFilesChecker().check(files, name, now_s);
}

std::optional<std::string> expiry_notice(std::int64_t valid_until_s, std::int64_t now_s) {
    const std::int64_t left_s = valid_until_s - now_s;
    if (left_s < 0) return "expired on " + utc(valid_until_s) + "; renew it";
    if (left_s > kExpiryNoticeS) return std::nullopt;
    const std::int64_t days = left_s / kDayS;
    const std::string when = days == 0   ? "within a day"
                             : days == 1 ? "in 1 day"
                                         : "in " + std::to_string(days) + " days";
    return "expires " + when + ", on " + utc(valid_until_s) + "; renew it before";
}

}  // namespace fairfeed
