// `meter-sim load`: lets all meters of a configuration report, at once or at a rate, and measures
// how a running network takes it. Every meter has its own identity, key, certificate and
// connection. The readings are signed and written to the outbox before the first one leaves, so
// that signing is not what is measured.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <ostream>

namespace fairfeed {

struct LoadOptions {
    std::filesystem::path config;
    std::optional<std::int64_t> rate;  // readings a second; absent: all meters at once
    bool burst = false;
    std::optional<std::int64_t> in_flight;  // readings that may wait for their receipts at once
    std::int64_t duration_s = 0;            // so many whole windows, at least one
    std::filesystem::path json;             // empty: none
    bool check_only = false;                // check everything, load nothing
};

// 0: every reading was receipted and its window settled. 1: not so, or the outbox failed. 2: wrong
// usage or configuration; one line per error on `err`.
[[nodiscard]] int run_load(const LoadOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
