#include "core/crypto/certificate_authority.h"

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <limits>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/crypto/owned.h"
#include "core/crypto/p256.h"
#include "core/crypto/random.h"

namespace fairfeed {
namespace {

using Certificate = Owned<X509, X509_free>;
using Memory = Owned<BIO, BIO_free>;

constexpr std::int64_t kDayS = 86'400;
constexpr std::int64_t kBackdatedS = kDayS;

std::string certificate_to_pem(X509* certificate) {
    const Memory memory(BIO_new(BIO_s_mem()));
    CHECK(memory != nullptr && PEM_write_bio_X509(memory.get(), certificate) == 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    CHECK(size > 0);
    return {text, static_cast<std::size_t>(size)};
}

Certificate certificate_from_pem(std::string_view pem) {
    if (pem.size() > std::numeric_limits<int>::max()) return nullptr;
    const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    CHECK(memory != nullptr);
    return Certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
}

// 128 random bits: positive, never zero, and one byte below the 20 that RFC 5280 4.1.2.2 allows.
void set_serial(X509* certificate) {
    std::array<std::uint8_t, 16> random{};
    system_random()(random);
    random[0] |= 1U;
    const Owned<BIGNUM, BN_free> number(
        BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr));
    CHECK(number != nullptr);
    CHECK(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void set_common_name(X509* certificate, std::string_view name) {
    const auto* text = reinterpret_cast<const unsigned char*>(name.data());
    CHECK(X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                     MBSTRING_UTF8, text, static_cast<int>(name.size()), -1,
                                     0) == 1);
}

// The parts of every certificate: version 3, serial, validity, subject and key.
Certificate blank(std::string_view name, const Validity& validity, const P256Key& key) {
    Certificate certificate(X509_new());
    CHECK(certificate != nullptr && validity.from_s < validity.until_s);
    CHECK(X509_set_version(certificate.get(), X509_VERSION_3) == 1);
    set_serial(certificate.get());
    set_common_name(certificate.get(), name);
    CHECK(X509_time_adj_ex(X509_getm_notBefore(certificate.get()), 0, validity.from_s, nullptr));
    CHECK(X509_time_adj_ex(X509_getm_notAfter(certificate.get()), 0, validity.until_s, nullptr));
    CHECK(X509_set_pubkey(certificate.get(), key.get()) == 1);
    return certificate;
}

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509V3_EXT_conf_nid(nullptr, &context, nid, value));
    CHECK(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

GENERAL_NAME* to_general_name(const std::string& address) {
    GENERAL_NAME* const out = GENERAL_NAME_new();
    CHECK(out != nullptr);
    if (ASN1_OCTET_STRING* const ip = a2i_IPADDRESS(address.c_str()); ip != nullptr) {
        GENERAL_NAME_set0_value(out, GEN_IPADD, ip);
        return out;
    }
    ERR_clear_error();
    ASN1_IA5STRING* const dns = ASN1_IA5STRING_new();
    CHECK(dns != nullptr && !address.empty());
    CHECK(ASN1_STRING_set(dns, address.data(), static_cast<int>(address.size())) == 1);
    GENERAL_NAME_set0_value(out, GEN_DNS, dns);
    return out;
}

// Built as a structure, not as text, so that an address cannot contain a second one.
void add_addresses(X509* certificate, const std::vector<std::string>& addresses) {
    if (addresses.empty()) return;
    const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(GENERAL_NAMES_new());
    CHECK(names != nullptr);
    for (const std::string& address : addresses) {
        CHECK(sk_GENERAL_NAME_push(names.get(), to_general_name(address)) > 0);
    }
    CHECK(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1);
}

void sign_certificate(X509* certificate, const P256Key& key) {
    CHECK(X509_sign(certificate, key.get(), EVP_sha256()) > 0);
}

TlsIdentity issue(const TlsIdentity& authority, std::string_view name, const Validity& validity,
                  const char* extended_usage, const std::vector<std::string>& addresses) {
    const P256Key issuer_key = p256_from_pem(authority.key_pem);
    const Certificate issuer = certificate_from_pem(authority.certificate_pem);
    CHECK(issuer_key != nullptr && issuer != nullptr);
    const P256Key key = p256_generate();
    const Certificate certificate = blank(name, validity, key);
    X509* const leaf = certificate.get();
    CHECK(X509_set_issuer_name(leaf, X509_get_subject_name(issuer.get())) == 1);
    add_extension(leaf, issuer.get(), NID_basic_constraints, "critical,CA:FALSE");
    add_extension(leaf, issuer.get(), NID_key_usage, "critical,digitalSignature");
    add_extension(leaf, issuer.get(), NID_ext_key_usage, extended_usage);
    add_extension(leaf, issuer.get(), NID_subject_key_identifier, "hash");
    add_extension(leaf, issuer.get(), NID_authority_key_identifier, "keyid:always");
    add_addresses(leaf, addresses);
    sign_certificate(leaf, issuer_key);
    return {.key_pem = p256_to_pem(key), .certificate_pem = certificate_to_pem(leaf)};
}

}  // namespace

Validity valid_for(int days) {
    return {.from_s = -kBackdatedS, .until_s = days * kDayS};
}

CertificateAuthority CertificateAuthority::create(std::string_view common_name, int days) {
    const P256Key key = p256_generate();
    const Certificate certificate = blank(common_name, valid_for(days), key);
    X509* const root = certificate.get();
    CHECK(X509_set_issuer_name(root, X509_get_subject_name(root)) == 1);
    add_extension(root, root, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(root, root, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(root, root, NID_subject_key_identifier, "hash");
    add_extension(root, root, NID_authority_key_identifier, "keyid:always");
    sign_certificate(root, key);
    return CertificateAuthority(
        {.key_pem = p256_to_pem(key), .certificate_pem = certificate_to_pem(root)});
}

std::optional<CertificateAuthority> CertificateAuthority::load(std::string_view key_pem,
                                                               std::string_view cert_pem) {
    const P256Key key = p256_from_pem(key_pem);
    const Certificate certificate = certificate_from_pem(cert_pem);
    const bool fits = key != nullptr && certificate != nullptr &&
                      X509_check_private_key(certificate.get(), key.get()) == 1 &&
                      X509_check_ca(certificate.get()) == 1;
    if (!fits) {
        ERR_clear_error();
        return std::nullopt;
    }
    return CertificateAuthority(
        {.key_pem = p256_to_pem(key), .certificate_pem = certificate_to_pem(certificate.get())});
}

TlsIdentity CertificateAuthority::issue_client(std::string_view name,
                                               const Validity& validity) const {
    return issue(identity_, name, validity, "clientAuth", {});
}

TlsIdentity CertificateAuthority::issue_broker(std::string_view name,
                                               const std::vector<std::string>& addresses,
                                               const Validity& validity) const {
    return issue(identity_, name, validity, "serverAuth", addresses);
}

}  // namespace fairfeed
