// A notice in plain words, for the person who is about to approve it: what it does, from when on,
// and until when it is good. Says nothing but what the signed bytes say, and takes dates from the
// parameters of the genesis file. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/model/network.h"
#include "core/model/transaction.h"

namespace fairfeed {

// A sentence each; no line breaks.
[[nodiscard]] std::vector<std::string> in_plain_words(const Transaction& notice,
                                                      const NetworkParameters& parameters);
// The same of notices that are approved at once, in their order. KEY_GRANTs in a row that let the
// same nodes read from the same window on stand together.
[[nodiscard]] std::vector<std::string> in_plain_words(const std::vector<Transaction>& notices,
                                                      const NetworkParameters& parameters);
// "window 42, which begins 2016-08-15 00:00:00 (2026-01-01 00:00:00 UTC by the clock)".
[[nodiscard]] std::string window_text(Window window, const NetworkParameters& parameters);

}  // namespace fairfeed
