// Files that prove a reading or a bill, as seeds for the fuzzer. Nobody certified them.
#pragma once

#include <map>
#include <string>

#include "core/base/bytes.h"

namespace fairfeed::fuzz {

[[nodiscard]] Bytes proof_seed();
// One window with a late reading: open, and final.
[[nodiscard]] std::map<std::string, Bytes> bill_seeds();

}  // namespace fairfeed::fuzz
