#include "core/crypto/random.h"

#include <openssl/rand.h>

#include "core/base/check.h"

namespace fairfeed {

RandomSource system_random() {
    return [](std::span<std::uint8_t> out) {
        CHECK(RAND_bytes_ex(nullptr, out.data(), out.size(), 0) == 1);
    };
}

}  // namespace fairfeed
