// SHA-256 (paper A64: full 256 bits everywhere; 64 bits are only for display).
#pragma once

#include <initializer_list>

#include "core/base/bytes.h"

namespace fairfeed {

[[nodiscard]] Digest sha256(ByteView data);
// SHA-256 of the concatenation of the parts, without copying them together.
[[nodiscard]] Digest sha256(std::initializer_list<ByteView> parts);
// HMAC-SHA-256.
[[nodiscard]] Digest hmac_sha256(ByteView key, ByteView data);

}  // namespace fairfeed
