#include "core/crypto/certificate_fault.h"

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <array>
#include <ctime>

#include "core/base/utc_text.h"
#include "core/crypto/owned.h"

namespace fairfeed {
namespace {

std::int64_t unix_s_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    return ::timegm(&parts);
}

std::string text_of(const ASN1_STRING* text) {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_of(const ASN1_OCTET_STRING* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const int size = ASN1_STRING_length(address);
    const int family = size == 4 ? AF_INET : AF_INET6;
    if (size != 4 && size != 16) return "?";
    if (::inet_ntop(family, ASN1_STRING_get0_data(address), text.data(), text.size()) == nullptr)
        return "?";
    return text.data();
}

}  // namespace

std::int64_t valid_from_s(const x509_st* certificate) {
    return unix_s_of(X509_get0_notBefore(certificate));
}

std::int64_t valid_until_s(const x509_st* certificate) {
    return unix_s_of(X509_get0_notAfter(certificate));
}

std::string common_name_of(const x509_st* certificate) {
    const X509_NAME* subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (at < 0) return {};
    return text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
}

std::string hosts_of(const x509_st* certificate) {
    const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    if (names == nullptr) return common_name_of(certificate);
    std::string out;
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
        const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
        out += out.empty() ? "" : ", ";
        out += name->type == GEN_DNS ? text_of(name->d.dNSName) : address_of(name->d.iPAddress);
    }
    return out;
}

std::string fault_of_chain(x509_store_ctx_st* chain, const std::string& host) {
    const int error = X509_STORE_CTX_get_error(chain);
    const X509* at = X509_STORE_CTX_get_current_cert(chain);
    const std::string whose = X509_STORE_CTX_get_error_depth(chain) > 0
                                  ? "comes from an authority whose certificate "
                                  : "";
    switch (error) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return whose + "expired on " + utc_text(valid_until_s(at)) + " UTC";
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return whose + "is valid only from " + utc_text(valid_from_s(at)) + " UTC" +
                   " on; is this machine's clock right?";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "is for " + hosts_of(X509_STORE_CTX_get0_cert(chain)) + ", not for " + host;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:
            return "is not of this network's authority";
        case X509_V_ERR_INVALID_PURPOSE:
            return "is made for another purpose";
        default:
            return std::string("is not accepted: ") + X509_verify_cert_error_string(error);
    }
}

}  // namespace fairfeed
