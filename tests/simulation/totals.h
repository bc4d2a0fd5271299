// Sums over many runs: faults by kind, failed seeds, times of recovery. The result does not depend
// on the order of the runs. A plain value.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/io/json.h"
#include "tests/simulation/simulation.h"

namespace fairfeed::simulation {

struct Loss {
    std::uint64_t runs = 0;
    std::uint64_t first_seed = UINT64_MAX;  // the lowest
    std::uint64_t halted = 0;               // runs with honest nodes that stopped signing
    void add(const Loss& other);
};

struct Totals {
    std::uint64_t seeds = 0;
    std::vector<std::uint64_t> failed;
    std::vector<std::int64_t> recovery_ms;
    std::uint64_t digest = 0;
    std::map<std::string, std::int64_t> sums;     // virtual_ms, steps, messages, blocks ..
    std::map<std::string, std::uint64_t> faults;  // injected, by kind
    std::map<std::string, Loss> losses;           // runs with too many liars, by the first loss
    std::int64_t longest_wait_ms = 0;

    void add(std::uint64_t seed, const Outcome& outcome);
    void merge(const Totals& other);
    [[nodiscard]] std::int64_t recovery(std::size_t percent) const;
    [[nodiscard]] std::uint64_t faults_injected() const;
};

[[nodiscard]] Json losses_of(const Totals& totals);
// Serialises everything, for merging elsewhere; from_json CHECKs its input.
[[nodiscard]] std::string to_line(const Totals& totals);
[[nodiscard]] Totals from_line(const std::string& line);

}  // namespace fairfeed::simulation
