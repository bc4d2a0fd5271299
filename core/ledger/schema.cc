#include "core/ledger/schema.h"

#include <array>

#include "core/crypto/digest.h"

namespace fairfeed {

Digest stored_body_hash(ByteView body) {
    return sha256(body);
}

Digest stored_note_hash(ByteView certificate, std::int64_t committed_at_ms) {
    std::array<std::uint8_t, sizeof committed_at_ms> time{};
    for (std::size_t i = 0; i < time.size(); ++i)
        time[i] = static_cast<std::uint8_t>(committed_at_ms >> (8 * i));
    return sha256({time, certificate});
}

}  // namespace fairfeed
