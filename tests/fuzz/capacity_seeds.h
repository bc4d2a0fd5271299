// A code, its certificate and an inspection record, as seeds for the fuzzer.
#pragma once

#include <string>

#include "core/base/bytes.h"
#include "gateway/capacity/capacity_code.h"

namespace fairfeed::fuzz {

// The office's key of the seeds and of their targets, on network().
[[nodiscard]] const OfficeSeal& office_seal();
[[nodiscard]] Bytes inspection_seed();
[[nodiscard]] Bytes installation_seed();
[[nodiscard]] std::string code_seed();          // as people type it
[[nodiscard]] std::string code_request_seed();  // asks the office's API what it says

}  // namespace fairfeed::fuzz
