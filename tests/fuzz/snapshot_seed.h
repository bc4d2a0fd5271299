// The two parts of a snapshot, as seeds for the fuzzer.
#pragma once

#include "core/base/bytes.h"

namespace fairfeed::fuzz {

struct SnapshotSeed {
    Bytes state;
    Bytes books;
};

// Of a member of the little network that has settled a window.
[[nodiscard]] SnapshotSeed snapshot_seed();

}  // namespace fairfeed::fuzz
