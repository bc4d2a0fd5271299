// DGMD's notices and a draft of one, as seeds for the fuzzer.
#pragma once

#include <map>
#include <string>

#include "core/base/bytes.h"

namespace fairfeed::fuzz {

// Every kind of notice, approved, by its name.
[[nodiscard]] std::map<std::string, Bytes> notice_seeds();
// A draft that one officer has signed, with real keys.
[[nodiscard]] Bytes draft_seed();

}  // namespace fairfeed::fuzz
