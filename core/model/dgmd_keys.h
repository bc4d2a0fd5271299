// DGMD_KEYS: the officers replace the keys of DGMD's own gateway, above all after it was stolen
// (threat 54). It is a notice of its own, not a part of OFFICERS: a lost machine is not a reason to
// name all people again, and what is signed must say which of the two it does. Plain data.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace fairfeed {

struct DgmdKeys {
    PublicKey signing;    // notices, requests for blocks, HANDOVERs
    PublicKey agreement;  // to which data-key grants to DGMD are wrapped
    bool operator==(const DgmdKeys&) const = default;
};

// From the next transaction on these are DGMD's keys. What is signed with the keys before counts no
// more; grants wrapped to them stay as they are.
struct DgmdKeyChange {
    std::uint64_t sequence = 0;
    DgmdKeys keys;
    bool operator==(const DgmdKeyChange&) const = default;
};

}  // namespace fairfeed
