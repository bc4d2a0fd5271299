#include "core/crypto/certificate_authority.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <set>
#include <string>

#include "core/crypto/signing.h"

namespace fairfeed {
namespace {

using Certificate = std::shared_ptr<X509>;

Certificate parsed(const std::string& pem) {
    BIO* const memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    Certificate out(PEM_read_bio_X509(memory, nullptr, nullptr, nullptr), X509_free);
    BIO_free(memory);
    return out;
}

const CertificateAuthority& authority() {
    static const auto made = CertificateAuthority::create("fairfeed lab", 3650);
    return made;
}

// X509_V_OK, or the reason to refuse the leaf for that purpose at that time.
int verdict(const CertificateAuthority& ca, const std::string& leaf, int purpose,
            std::time_t at = std::time(nullptr)) {
    const Certificate root = parsed(ca.certificate_pem());
    const Certificate certificate = parsed(leaf);
    X509_STORE* const store = X509_STORE_new();
    X509_STORE_add_cert(store, root.get());
    X509_STORE_CTX* const context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, certificate.get(), nullptr);
    X509_VERIFY_PARAM* const param = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_purpose(param, purpose);
    X509_VERIFY_PARAM_set_time(param, at);
    X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT);
    X509_verify_cert(context);
    const int out = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return out;
}

std::string common_name(const Certificate& certificate) {
    char name[128] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate.get()), NID_commonName, name,
                              sizeof name);
    return name;
}

std::string serial(const Certificate& certificate) {
    const ASN1_INTEGER* const number = X509_get0_serialNumber(certificate.get());
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(number)),
            static_cast<std::size_t>(ASN1_STRING_length(number))};
}

TEST(CertificateAuthority, issues_client_certificates_that_serve_clients_only) {
    const TlsIdentity meter = authority().issue_client("meter-7", 30);
    EXPECT_EQ(verdict(authority(), meter.certificate_pem, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
    EXPECT_EQ(verdict(authority(), meter.certificate_pem, X509_PURPOSE_SSL_SERVER),
              X509_V_ERR_INVALID_PURPOSE);
    EXPECT_EQ(common_name(parsed(meter.certificate_pem)), "meter-7");
}

TEST(CertificateAuthority, issues_broker_certificates_that_serve_servers_only) {
    const TlsIdentity broker = authority().issue_broker("broker-a", {"127.0.0.1"}, 30);
    EXPECT_EQ(verdict(authority(), broker.certificate_pem, X509_PURPOSE_SSL_SERVER), X509_V_OK);
    EXPECT_EQ(verdict(authority(), broker.certificate_pem, X509_PURPOSE_SSL_CLIENT),
              X509_V_ERR_INVALID_PURPOSE);
}

TEST(CertificateAuthority, names_the_addresses_a_broker_is_reached_at) {
    const TlsIdentity broker =
        authority().issue_broker("broker-a", {"127.0.0.1", "::1", "pi-a.lab"}, 30);
    const Certificate certificate = parsed(broker.certificate_pem);
    X509* const leaf = certificate.get();
    EXPECT_EQ(X509_check_ip_asc(leaf, "127.0.0.1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(leaf, "::1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(leaf, "127.0.0.2", 0), 0);
    EXPECT_EQ(X509_check_host(leaf, "pi-a.lab", 0, 0, nullptr), 1);
    EXPECT_EQ(X509_check_host(leaf, "pi-b.lab", 0, 0, nullptr), 0);
    EXPECT_EQ(X509_check_host(leaf, "127.0.0.1", 0, 0, nullptr), 0);
}

TEST(CertificateAuthority, takes_an_address_as_one_name_whatever_it_contains) {
    const TlsIdentity broker = authority().issue_broker("b", {"a.lab,DNS:evil.lab"}, 30);
    const Certificate certificate = parsed(broker.certificate_pem);
    EXPECT_EQ(X509_check_host(certificate.get(), "evil.lab", 0, 0, nullptr), 0);
}

TEST(CertificateAuthority, refuses_what_another_authority_issued) {
    const auto other = CertificateAuthority::create("fairfeed lab", 3650);
    const TlsIdentity meter = other.issue_client("meter-7", 30);
    EXPECT_NE(verdict(authority(), meter.certificate_pem, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
    EXPECT_EQ(verdict(other, meter.certificate_pem, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
}

TEST(CertificateAuthority, counts_validity_from_a_day_back_to_the_days_given) {
    const TlsIdentity meter = authority().issue_client("meter-7", 30);
    const auto at_hours = [&](int hours) {
        return verdict(authority(), meter.certificate_pem, X509_PURPOSE_SSL_CLIENT,
                       std::time(nullptr) + hours * 3600);
    };
    EXPECT_EQ(at_hours(-23), X509_V_OK);
    EXPECT_EQ(at_hours(30 * 24 - 1), X509_V_OK);
    EXPECT_EQ(at_hours(30 * 24 + 1), X509_V_ERR_CERT_HAS_EXPIRED);
    EXPECT_EQ(at_hours(-25), X509_V_ERR_CERT_NOT_YET_VALID);
}

TEST(CertificateAuthority, is_a_root_that_may_sign_leaves_only) {
    const Certificate root = parsed(authority().certificate_pem());
    EXPECT_EQ(X509_get_version(root.get()), X509_VERSION_3);
    EXPECT_EQ(X509_check_ca(root.get()), 1);
    EXPECT_EQ(X509_get_pathlen(root.get()), 0);
    EXPECT_EQ(X509_get_key_usage(root.get()), std::uint32_t{KU_KEY_CERT_SIGN | KU_CRL_SIGN});
    const int at = X509_get_ext_by_NID(root.get(), NID_basic_constraints, -1);
    ASSERT_GE(at, 0);
    EXPECT_EQ(X509_EXTENSION_get_critical(X509_get_ext(root.get(), at)), 1);
}

TEST(CertificateAuthority, issues_leaves_that_may_sign_nothing) {
    const TlsIdentity meter = authority().issue_client("meter-7", 30);
    const Certificate leaf = parsed(meter.certificate_pem);
    EXPECT_EQ(X509_check_ca(leaf.get()), 0);
    EXPECT_EQ(X509_get_key_usage(leaf.get()), std::uint32_t{KU_DIGITAL_SIGNATURE});
    EXPECT_EQ(X509_get_signature_nid(leaf.get()), NID_ecdsa_with_SHA256);
    EXPECT_NE(X509_get0_subject_key_id(leaf.get()), nullptr);
    EXPECT_NE(X509_get0_authority_key_id(leaf.get()), nullptr);
}

TEST(CertificateAuthority, never_repeats_a_serial) {
    std::set<std::string> seen;
    for (int i = 0; i < 20; ++i) {
        const TlsIdentity meter = authority().issue_client("meter-7", 30);
        const std::string number = serial(parsed(meter.certificate_pem));
        EXPECT_EQ(number.size(), 16U);
        EXPECT_TRUE(seen.insert(number).second);
    }
}

TEST(CertificateAuthority, gives_every_certificate_the_key_that_belongs_to_it) {
    const TlsIdentity meter = authority().issue_client("meter-7", 30);
    const auto key = SigningKey::from_pem(meter.key_pem);
    ASSERT_TRUE(key);
    const Certificate leaf = parsed(meter.certificate_pem);
    unsigned char* point = nullptr;
    const std::size_t size = EVP_PKEY_get1_encoded_public_key(X509_get0_pubkey(leaf.get()), &point);
    EXPECT_EQ(PublicKey::from(ByteView(point, size)), key->public_key());
    OPENSSL_free(point);
}

TEST(CertificateAuthority, goes_on_issuing_after_it_is_loaded_again) {
    const auto again =
        CertificateAuthority::load(authority().key_pem(), authority().certificate_pem());
    ASSERT_TRUE(again);
    EXPECT_EQ(again->certificate_pem(), authority().certificate_pem());
    const TlsIdentity meter = again->issue_client("meter-8", 30);
    EXPECT_EQ(verdict(authority(), meter.certificate_pem, X509_PURPOSE_SSL_CLIENT), X509_V_OK);
}

TEST(CertificateAuthority, refuses_to_load_a_key_of_another_or_a_leaf) {
    const auto other = CertificateAuthority::create("other", 30);
    const TlsIdentity meter = authority().issue_client("meter-7", 30);
    EXPECT_FALSE(CertificateAuthority::load(other.key_pem(), authority().certificate_pem()));
    EXPECT_FALSE(CertificateAuthority::load(meter.key_pem, meter.certificate_pem));
    EXPECT_FALSE(CertificateAuthority::load("", ""));
    EXPECT_FALSE(CertificateAuthority::load(other.key_pem(), "no certificate"));
}

}  // namespace
}  // namespace fairfeed
