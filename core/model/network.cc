#include "core/model/network.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/model/reading.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kMaxSpeed = 1'000'000;
// A real time outside these limits has another unit: seconds for milliseconds, or the reverse.
constexpr std::int64_t kEarliestStartMs = 946'684'800'000;  // 2000
constexpr std::int64_t kLatestStartMs = 4'102'444'800'000;  // 2100
constexpr std::int64_t kMaxEpochMs = 253'402'300'800'000;   // the year 10000
constexpr std::int64_t kMaxTimerMs = 86'400'000;
constexpr std::size_t kMaxZoneName = 64;
constexpr std::int64_t kMaxGridDelay = 366 * kSecondsPerDay;

// Far times saturate instead of wrapping, because a header's time comes from a peer.
std::int64_t saturate(Int128 value) {
    return static_cast<std::int64_t>(std::clamp<Int128>(value, INT64_MIN, INT64_MAX));
}

Int128 ceil_div(Int128 a, Int128 b) {
    return -floor_div(-a, b);
}

bool within(std::int64_t value, std::int64_t least, std::int64_t most) {
    return value >= least && value <= most;
}

bool timers_are_sound(const Timers& t) {
    for (const std::int64_t value : {t.propose_ms, t.propose_cap_ms, t.vote_ms, t.vote_cap_ms,
                                     t.slot_ms, t.rebroadcast_ms, t.rebroadcast_cap_ms}) {
        if (!within(value, 1, kMaxTimerMs)) return false;
    }
    for (const std::int64_t value : {t.propose_step_ms, t.vote_step_ms, t.grace_ms, t.fill_ms}) {
        if (!within(value, 0, kMaxTimerMs)) return false;
    }
    return t.propose_ms <= t.propose_cap_ms && t.vote_ms <= t.vote_cap_ms &&
           t.rebroadcast_ms <= t.rebroadcast_cap_ms;
}

bool is_zone_name(std::string_view name) {
    constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/:";
    return !name.empty() && name.size() <= kMaxZoneName &&
           name.find_first_not_of(kLetters) == std::string_view::npos;
}

}  // namespace

bool is_valid(const ForecastWeights& weights) {
    return within(weights.memory_days, 1, kMaxMemoryDays) &&
           within(weights.days_after_change, 0, weights.memory_days) &&
           within(weights.needless_weight_ppm, 0, kMaxNeedlessWeightPpm) &&
           within(weights.factor_steps, 1, kMaxFactorSteps);
}

std::optional<std::string_view> fault_of(const NetworkParameters& p) {
    if (!is_valid_name(p.name)) return "name: 1 to 32 of a-z 0-9 -";
    if (!is_zone_name(p.time_zone)) return "time_zone: 1 to 64 of A-Z a-z 0-9 _ + - / :";
    if (!within(p.grid_epoch_s, -kMaxEpochMs / 1000, kMaxEpochMs / 1000)) {
        return "grid_epoch_s: out of range";
    }
    if (!within(p.real_epoch_ms, kEarliestStartMs, kLatestStartMs)) {
        return "real_epoch_ms: Unix milliseconds of the years 2000 to 2100";
    }
    if (!within(p.speed, 1, kMaxSpeed)) return "speed: 1 to 1000000";
    if (p.window_seconds % kSecondsPerQuarter != 0) {
        return "window_seconds: not a multiple of 900";
    }
    if (!within(p.window_seconds / kSecondsPerQuarter, 1, kMaxWindowQuarters)) {
        return "window_seconds: 900 to 28800 (a reading must stay below 1 KiB)";
    }
    if (!within(p.window_limit, 0, UINT32_MAX)) return "window_limit: out of range";
    if (!within(p.share_offset_s, 0, kMaxGridDelay)) return "share_offset_s: out of range";
    if (!within(p.share_notice_s, 0, kMaxGridDelay)) return "share_notice_s: out of range";
    if (!is_valid(p.forecast)) {
        return "forecast: memory_days 1 to 366, days_after_change up to memory_days, "
               "needless_weight_ppm 0 to 10000000, factor_steps 1 to 100";
    }
    if (p.contract_version != 1) return "contract_version: only 1 is known";
    if (!within(p.close_after_s, 0, kMaxCloseAfterS)) return "close_after_s: 0 to 92 days";
    if (!within(p.max_block_transactions, 1, kMaxBlockTransactions)) {
        return "max_block_transactions: 1 to 12000";
    }
    if (!timers_are_sound(p.timers)) return "timers: out of range, or above their cap";
    return std::nullopt;
}

GridClock::GridClock(const NetworkParameters& parameters)
    : grid_epoch_s_(parameters.grid_epoch_s),
      real_epoch_ms_(parameters.real_epoch_ms),
      speed_(parameters.speed),
      window_s_(parameters.window_seconds) {
    CHECK(speed_ >= 1 && window_s_ >= 1);
}

std::int64_t GridClock::grid_ms(std::int64_t real_ms) const {
    return saturate(Int128{grid_epoch_s_} * 1000 + (Int128{real_ms} - real_epoch_ms_) * speed_);
}

std::int64_t GridClock::grid_s(std::int64_t real_ms) const {
    return saturate(floor_div(grid_ms(real_ms), 1000));
}

std::int64_t GridClock::real_ms(std::int64_t grid_s) const {
    const Int128 elapsed_ms = (Int128{grid_s} - grid_epoch_s_) * 1000;
    return saturate(real_epoch_ms_ + ceil_div(elapsed_ms, speed_));
}

std::optional<Window> GridClock::window_at(std::int64_t real_ms) const {
    const Int128 window = floor_div(Int128{grid_s(real_ms)} - grid_epoch_s_, window_s_);
    if (window < 0 || window > UINT32_MAX) return std::nullopt;
    return static_cast<Window>(window);
}

std::int64_t GridClock::windows_per_day() const {
    return std::max<std::int64_t>(1, kSecondsPerDay / window_s_);
}

namespace {

// The forecast needs nothing of the day that it is for. So its share is told a window ahead, and
// binds from its window's first second.
std::int64_t share_lag(const NetworkParameters& parameters) {
    switch (parameters.basis) {
        case ShareBasis::previous_window:
            return 1;
        case ShareBasis::same_window_yesterday:
            return GridClock(parameters).windows_per_day();
        case ShareBasis::expected:
            return 2;
    }
    CHECK(false);
}

}  // namespace

Window share_is_for(const NetworkParameters& parameters, Window window) {
    const std::int64_t lag = share_lag(parameters);
    return static_cast<Window>(std::min(window + lag, std::int64_t{UINT32_MAX}));
}

std::int64_t share_binds_from_s(const NetworkParameters& parameters, Window window,
                                std::int64_t header_time_ms) {
    const GridClock clock(parameters);
    const Int128 start_s = clock.start_s(share_is_for(parameters, window));
    const Int128 earliest_ms =
        std::max((start_s + parameters.share_offset_s) * 1000,
                 Int128{clock.grid_ms(header_time_ms)} + Int128{parameters.share_notice_s} * 1000);
    const Int128 since_epoch_ms = earliest_ms - Int128{parameters.grid_epoch_s} * 1000;
    const Int128 quarters = ceil_div(since_epoch_ms, Int128{kSecondsPerQuarter} * 1000);
    return saturate(parameters.grid_epoch_s + quarters * kSecondsPerQuarter);
}

}  // namespace fairfeed
