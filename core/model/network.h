// The parameters on which a network agrees with its first block: limits, timers, the grid clock,
// signers (GENESIS). Plain values and pure rules on them; this file has all their defaults.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/model/office.h"
#include "core/model/share_rule.h"

namespace fairfeed {

// How long a meter keeps its readings (paper A34), and the upper limit for late readings.
constexpr std::int64_t kReadingsKeptDays = 92;
constexpr std::int64_t kMaxCloseAfterS = kReadingsKeptDays * kSecondsPerDay;

// Timers of consensus and committee, in real milliseconds (R16-R18, committee rules 4 and 6).
struct Timers {
    std::int64_t propose_ms = 3000;  // tPropose = propose + step * round, capped
    std::int64_t propose_step_ms = 1000;
    std::int64_t propose_cap_ms = 30'000;
    std::int64_t vote_ms = 1500;  // tPrevote and tPrecommit
    std::int64_t vote_step_ms = 500;
    std::int64_t vote_cap_ms = 15'000;
    std::int64_t grace_ms = 60'000;  // after a window's end, before a missing meter is estimated
    std::int64_t slot_ms = 30'000;   // T_slot between proposer slots of a committee
    std::int64_t fill_ms = 1000;     // how long a block may wait for more transactions
    std::int64_t rebroadcast_ms = 1000;
    std::int64_t rebroadcast_cap_ms = 10'000;
    bool operator==(const Timers&) const = default;
};

// How the forecast of `share_basis: expected` learns from past days (core/contract/forecast.h;
// docs/contract.md, "The forecast").
struct ForecastWeights {
    std::int64_t memory_days = 10;  // a new day weighs 1 / memory_days; 1..kMaxMemoryDays
    // After a change of the cluster by more than a tenth the past counts as so many days at most.
    std::int64_t days_after_change = 1;  // 0..memory_days
    // What a Wh curtailed for nothing costs, where a Wh of surplus left standing costs 1. The more,
    // the wider the margin. 0..kMaxNeedlessWeightPpm
    std::int64_t needless_weight_ppm = 2'600'000;
    std::int64_t factor_steps = 40;  // factors that are weighed, beside 0; 1..kMaxFactorSteps
    bool operator==(const ForecastWeights&) const = default;
};

constexpr std::int64_t kMaxMemoryDays = 366;
constexpr std::int64_t kMaxNeedlessWeightPpm = 10 * kPpm;
constexpr std::int64_t kMaxFactorSteps = 100;

[[nodiscard]] bool is_valid(const ForecastWeights& weights);

// A block of this size settles a cluster of 10 000 meters, beside late readings.
constexpr std::int64_t kMaxBlockTransactions = 12'000;

struct NetworkParameters {
    std::string name;                      // [a-z0-9-]{1,32}; second level of every topic
    std::string time_zone = "UTC";         // IANA name, for people: TARIFF has its offsets
    std::int64_t grid_epoch_s = 0;         // grid time at real_epoch_ms; window 0 starts here
    std::int64_t real_epoch_ms = 0;        // Unix time
    std::int64_t speed = 1;                // grid seconds per real second; 1 outside the lab
    std::int64_t window_seconds = 14'400;  // paper A48: four hours; a multiple of 900
    std::int64_t window_limit = 0;      // windows the network runs for; 0: without end (lab only)
    std::int64_t share_offset_s = 0;    // grid seconds after the window's start
    std::int64_t share_notice_s = 900;  // grid seconds between a share's block and its binding
    ShareRule rule = ShareRule::paper;
    ShareBasis basis = ShareBasis::previous_window;
    ShareResolution resolution = ShareResolution::window;
    ForecastWeights forecast;  // for the basis `expected`
    std::uint32_t contract_version = 1;
    std::int64_t close_after_s = kMaxCloseAfterS;  // grid seconds a late reading is still accepted
    bool degraded_quorum = false;  // committees of three certify with two (committee rule 9)
    std::int64_t max_block_transactions = 1000;  // paper A59; 1..kMaxBlockTransactions
    Timers timers;
    bool operator==(const NetworkParameters&) const = default;
};

// A block and a message may have so many bytes for each transaction that a block may hold. A
// network that allows fewer transactions has the limits of kFewestForLimits.
constexpr std::int64_t kBlockBytesPerTransaction = 3450;
constexpr std::int64_t kMessageBytesPerTransaction = 4000;
constexpr std::int64_t kFewestForLimits = 1000;
// Bytes that the envelopes of one block may have together (core/state/block_size.h).
[[nodiscard]] constexpr std::size_t max_block_bytes(std::int64_t max_block_transactions) {
    return static_cast<std::size_t>(kBlockBytesPerTransaction *
                                    std::max(kFewestForLimits, max_block_transactions));
}
// Bytes of one message between nodes, before it is cut into packets (core/wire/chunk.h).
[[nodiscard]] constexpr std::size_t max_message_bytes(std::int64_t max_block_transactions) {
    return static_cast<std::size_t>(kMessageBytesPerTransaction *
                                    std::max(kFewestForLimits, max_block_transactions));
}
[[nodiscard]] inline std::size_t max_block_bytes(const NetworkParameters& parameters) {
    return max_block_bytes(parameters.max_block_transactions);
}
[[nodiscard]] inline std::size_t max_message_bytes(const NetworkParameters& parameters) {
    return max_message_bytes(parameters.max_block_transactions);
}

// The fault of the parameters, for a person ("speed: 1 to 1000000"); nullopt: none. GENESIS with a
// fault is refused as out_of_range.
[[nodiscard]] std::optional<std::string_view> fault_of(const NetworkParameters& parameters);

// GENESIS: its payload's SHA-256 is the network id. Signed by genesis_node (paper A53) with an
// all-zero network id in the external_aad, because the id does not exist yet.
struct Genesis {
    NetworkParameters parameters;
    NodeId genesis_node;
    PublicKey genesis_node_key;
    NodeId dgmd;
    PublicKey dgmd_key;
    PublicKey dgmd_agreement_key;  // billing: DGMD's data-key grants are wrapped to it
    Office office;                 // the first officers and inspectors
    bool operator==(const Genesis&) const = default;
};

// Grid time = grid epoch + (real - real epoch) * speed.
class GridClock {
  public:
    explicit GridClock(const NetworkParameters& parameters);
    [[nodiscard]] std::int64_t grid_ms(std::int64_t real_ms) const;  // Unix-like, exact
    [[nodiscard]] std::int64_t grid_s(std::int64_t real_ms) const;   // floor
    [[nodiscard]] std::int64_t real_ms(std::int64_t grid_s) const;   // earliest real ms of it
    [[nodiscard]] std::int64_t start_s(Window window) const {
        return grid_epoch_s_ + window * window_s_;
    }
    [[nodiscard]] std::int64_t end_s(Window window) const { return start_s(window) + window_s_; }
    [[nodiscard]] std::int64_t end_real_ms(Window window) const { return real_ms(end_s(window)); }
    // The window that contains this real time; nullopt before window 0.
    [[nodiscard]] std::optional<Window> window_at(std::int64_t real_ms) const;
    [[nodiscard]] std::int64_t window_seconds() const { return window_s_; }
    [[nodiscard]] std::int64_t windows_per_day() const;  // at least 1

  private:
    std::int64_t grid_epoch_s_;
    std::int64_t real_epoch_ms_;
    std::int64_t speed_;
    std::int64_t window_s_;
};

// The window that the share settled in `window` is for (genesis: share basis).
[[nodiscard]] Window share_is_for(const NetworkParameters& parameters, Window window);

// First grid second at which the share settled for `window` binds (docs/contract.md): the first
// quarter hour not before max(start of the window it is for + offset, grid(header time) + notice).
[[nodiscard]] std::int64_t share_binds_from_s(const NetworkParameters& parameters, Window window,
                                              std::int64_t header_time_ms);

}  // namespace fairfeed
