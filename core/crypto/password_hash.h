// Passwords as scrypt hashes (RFC 7914) in a PHC string: "$scrypt$ln=15,r=8,p=1$<salt>$<hash>",
// salt and hash in base64 without padding. A hash takes 128 * 2^ln * r bytes of memory and, at
// the usual cost, a tenth of a second: not for a thread that others wait for. Re-entrant.
#pragma once

#include <string>
#include <string_view>

#include "core/crypto/random.h"

namespace fairfeed {

struct ScryptCost {
    unsigned log2_n = 15;
    unsigned r = 8;
    unsigned p = 1;
    bool operator==(const ScryptCost&) const = default;
};

[[nodiscard]] std::string hash_password(std::string_view password, const ScryptCost& cost,
                                        const RandomSource& random);
// Takes the same time for right and wrong passwords. false also for a text that is no PHC string of
// scrypt, or one whose cost is beyond any that a server should pay (ln 20, r 32, p 16).
[[nodiscard]] bool is_password(std::string_view password, std::string_view phc);
// Whether the hash has another cost, so that it should be made anew at the next log-in.
[[nodiscard]] bool has_other_cost(std::string_view phc, const ScryptCost& cost);

// Compares in a time that depends on the sizes alone.
[[nodiscard]] bool equal_in_constant_time(ByteView one, ByteView other);

}  // namespace fairfeed
