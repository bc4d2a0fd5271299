// Why a chain of certificates was not accepted, as the end of a sentence about the certificate:
// "expired on 2026-11-01 10:00:00 UTC". For code that verifies certificates.
#pragma once

#include <cstdint>
#include <string>

struct x509_st;
struct x509_store_ctx_st;

namespace fairfeed {

// Call after X509_verify_cert failed. `host`: the name that the certificate had to be for; empty:
// not checked.
[[nodiscard]] std::string fault_of_chain(x509_store_ctx_st* chain, const std::string& host);

// Unix seconds.
[[nodiscard]] std::int64_t valid_from_s(const x509_st* certificate);
[[nodiscard]] std::int64_t valid_until_s(const x509_st* certificate);

// The CN, empty if there is none; the certificate's names and addresses, as "n1.lan, 10.0.0.7".
[[nodiscard]] std::string common_name_of(const x509_st* certificate);
[[nodiscard]] std::string hosts_of(const x509_st* certificate);

}  // namespace fairfeed
