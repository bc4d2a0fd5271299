// Private keys in PKCS#8, read by the one decoder that they need. OpenSSL's own readers of PEM try
// every decoder of every provider, which takes five times as long. Private to this room.
// Re-entrant.
#pragma once

#include <string_view>

#include "core/base/bytes.h"

struct evp_pkey_st;

namespace fairfeed {

// An elliptic key; the caller frees it. nullptr: it is none, or more than one item of DER.
[[nodiscard]] evp_pkey_st* ec_key_from_pkcs8(ByteView der);

// The first block of the text if it is an unencrypted PKCS#8 key on an elliptic curve; else
// nullptr: it may still be a key that EVP reads.
[[nodiscard]] evp_pkey_st* ec_key_from_pem(std::string_view pem);

}  // namespace fairfeed
