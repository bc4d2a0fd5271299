// Windows to settle, and courses of windows to true up, as seeds for the fuzzer.
#pragma once

#include <map>
#include <string>

#include "core/base/bytes.h"

namespace fairfeed::fuzz {

[[nodiscard]] std::map<std::string, Bytes> contract_seeds();
[[nodiscard]] std::map<std::string, Bytes> true_up_seeds();

}  // namespace fairfeed::fuzz
