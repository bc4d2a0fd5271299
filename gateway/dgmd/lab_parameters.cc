#include "gateway/dgmd/lab_parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>

#include "core/base/units.h"
#include "core/model/reading.h"
#include "core/state/state.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kMaxEpochS = 253'402'300'799;        // the end of the year 9999
constexpr std::int64_t kEarliestStartMs = 946'684'800'000;  // 2000
constexpr std::int64_t kLatestStartMs = 4'102'444'800'000;  // 2100
constexpr std::int64_t kMaxSpeed = 1'000'000;
constexpr std::int64_t kMaxTimerMs = 86'400'000;
constexpr std::int64_t kMaxStartsInS = 366 * kSecondsPerDay;
constexpr std::int64_t kDefaultStartsInS = 8;

enum class Preset { field, lab };

struct TimerKey {
    std::string_view key;
    std::int64_t Timers::*value;
    std::int64_t least_ms;
};
constexpr std::array kTimerKeys = {
    TimerKey{"propose_ms", &Timers::propose_ms, 1},
    TimerKey{"propose_step_ms", &Timers::propose_step_ms, 0},
    TimerKey{"propose_cap_ms", &Timers::propose_cap_ms, 1},
    TimerKey{"vote_ms", &Timers::vote_ms, 1},
    TimerKey{"vote_step_ms", &Timers::vote_step_ms, 0},
    TimerKey{"vote_cap_ms", &Timers::vote_cap_ms, 1},
    TimerKey{"grace_ms", &Timers::grace_ms, 0},
    TimerKey{"slot_ms", &Timers::slot_ms, 1},
    TimerKey{"fill_ms", &Timers::fill_ms, 0},
    TimerKey{"rebroadcast_ms", &Timers::rebroadcast_ms, 1},
    TimerKey{"rebroadcast_cap_ms", &Timers::rebroadcast_cap_ms, 1},
};

struct CapKeys {
    std::string_view base;
    std::string_view cap;
    std::int64_t Timers::*base_ms;
    std::int64_t Timers::*cap_ms;
};
constexpr std::array kCapKeys = {
    CapKeys{"propose_ms", "propose_cap_ms", &Timers::propose_ms, &Timers::propose_cap_ms},
    CapKeys{"vote_ms", "vote_cap_ms", &Timers::vote_ms, &Timers::vote_cap_ms},
    CapKeys{"rebroadcast_ms", "rebroadcast_cap_ms", &Timers::rebroadcast_ms,
            &Timers::rebroadcast_cap_ms},
};

std::optional<std::int64_t> plain_digits(std::string_view text) {
    std::int64_t value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool all = !text.empty() && std::all_of(text.begin(), text.end(), [](char digit) {
        return digit >= '0' && digit <= '9';
    });
    if (!all || read.ec != std::errc()) return std::nullopt;
    return value;
}

// Seconds of the day from "HH:MM" or "HH:MM:SS".
std::optional<std::int64_t> parse_time_of_day(std::string_view text) {
    if (text.size() != 5 && text.size() != 8) return std::nullopt;
    if (text[2] != ':' || (text.size() == 8 && text[5] != ':')) return std::nullopt;
    const auto hour = plain_digits(text.substr(0, 2));
    const auto minute = plain_digits(text.substr(3, 2));
    const auto second = text.size() == 8 ? plain_digits(text.substr(6, 2)) : 0;
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) {
        return std::nullopt;
    }
    return *hour * kSecondsPerHour + *minute * 60 + *second;
}

void read_timers(const YamlView& network, Timers& timers) {
    const auto view = network.optional_map("timers");
    if (!view) return;
    for (const TimerKey& each : kTimerKeys) {
        const auto written = view->optional_int(each.key, each.least_ms, kMaxTimerMs);
        timers.*each.value = written.value_or(timers.*each.value);
    }
    for (const CapKeys& each : kCapKeys) {
        if (timers.*each.base_ms <= timers.*each.cap_ms) continue;
        view->fail(view->has(each.cap) ? each.cap : each.base,
                   std::string(each.base) + " is " + std::to_string(timers.*each.base_ms) +
                       ", above " + std::string(each.cap) + " " +
                       std::to_string(timers.*each.cap_ms));
    }
}

void read_windows(const YamlView& network, NetworkParameters& parameters) {
    constexpr std::string_view kKey = "window_seconds";
    constexpr std::int64_t kLongest = kMaxWindowQuarters * kSecondsPerQuarter;
    const auto seconds = network.optional_int(kKey, INT64_MIN, INT64_MAX);
    if (seconds) parameters.window_seconds = *seconds;
    if (seconds && (*seconds < kSecondsPerQuarter || *seconds > kLongest)) {
        network.fail(
            kKey, "'network.window_seconds' must be between 900 and " + std::to_string(kLongest) +
                      " (a reading must stay below 1 KiB), not " + std::to_string(*seconds));
        parameters.window_seconds = kSecondsPerQuarter;
    } else if (seconds && *seconds % kSecondsPerQuarter != 0) {
        network.fail(kKey,
                     "'network.window_seconds' must be a multiple of 900 (whole quarter "
                     "hours), not " +
                         std::to_string(*seconds));
    }
    parameters.window_limit = network.optional_int("window_limit", 0, UINT32_MAX).value_or(0);
    parameters.max_block_transactions =
        network.optional_int("max_block_transactions", 1, kMaxBlockTransactions)
            .value_or(parameters.max_block_transactions);
    parameters.close_after_s = network.optional_int("close_after_s", 0, kMaxCloseAfterS)
                                   .value_or(parameters.close_after_s);
}

void read_forecast(const YamlView& share, ForecastWeights& weights) {
    const auto view = share.optional_map("forecast");
    if (!view) return;
    const auto read = [&](std::string_view key, std::int64_t least, std::int64_t most,
                          std::int64_t& value) {
        value = view->optional_int(key, least, most).value_or(value);
    };
    read("memory_days", 1, kMaxMemoryDays, weights.memory_days);
    read("needless_weight_ppm", 0, kMaxNeedlessWeightPpm, weights.needless_weight_ppm);
    read("factor_steps", 1, kMaxFactorSteps, weights.factor_steps);
    read("days_after_change", 0, weights.memory_days, weights.days_after_change);
    weights.days_after_change = std::min(weights.days_after_change, weights.memory_days);
}

void read_share(const YamlView& network, NetworkParameters& parameters) {
    const auto view = network.optional_map("share");
    if (!view) return;
    const std::vector<std::pair<std::string_view, ShareRule>> rules{
        {"paper", ShareRule::paper},
        {"waterfill", ShareRule::waterfill},
        {"generation", ShareRule::generation}};
    const std::vector<std::pair<std::string_view, ShareBasis>> bases{
        {"previous_window", ShareBasis::previous_window},
        {"same_window_yesterday", ShareBasis::same_window_yesterday},
        {"expected", ShareBasis::expected}};
    const std::vector<std::pair<std::string_view, ShareResolution>> resolutions{
        {"window", ShareResolution::window}, {"quarter", ShareResolution::quarter}};
    parameters.rule = view->optional_choice("rule", rules).value_or(parameters.rule);
    parameters.basis = view->optional_choice("basis", bases).value_or(parameters.basis);
    parameters.resolution =
        view->optional_choice("resolution", resolutions).value_or(parameters.resolution);
    read_forecast(*view, parameters.forecast);
    parameters.share_offset_s =
        view->optional_int("offset_s", 0, kSecondsPerWeek).value_or(parameters.share_offset_s);
    parameters.share_notice_s =
        view->optional_int("notice_s", 0, kSecondsPerWeek).value_or(parameters.share_notice_s);
    if (parameters.basis == ShareBasis::same_window_yesterday &&
        kSecondsPerDay % parameters.window_seconds != 0) {
        view->fail("basis",
                   "'network.share.basis' same_window_yesterday needs windows that "
                   "divide a day, and window_seconds is " +
                       std::to_string(parameters.window_seconds));
    }
}

// A time outside this century probably has another unit: seconds or microseconds.
void check_start(const YamlView& network, LabNetwork& lab) {
    const std::int64_t at_ms = lab.starts_at_ms.value_or(kEarliestStartMs);
    if (at_ms >= kEarliestStartMs && at_ms <= kLatestStartMs) return;
    const bool seconds = at_ms >= kEarliestStartMs / 1000 && at_ms <= kLatestStartMs / 1000;
    network.fail("starts_at",
                 "'network.starts_at' is in Unix milliseconds, and " + std::to_string(at_ms) +
                     " is no time between the years 2000 and 2100" +
                     (seconds ? ": for these seconds write " + std::to_string(at_ms * 1000) : ""));
    lab.starts_at_ms = std::nullopt;
}

void read_start(const YamlView& network, LabNetwork& lab) {
    lab.starts_at_ms = network.optional_int("starts_at", INT64_MIN, INT64_MAX);
    check_start(network, lab);
    lab.starts_in_s =
        network.optional_int("starts_in_s", 0, kMaxStartsInS).value_or(kDefaultStartsInS);
    if (network.has("starts_at") && network.has("starts_in_s")) {
        network.fail("starts_in_s",
                     "'network.starts_at' and 'network.starts_in_s' say the same "
                     "thing twice: write one of them");
    }
}

}  // namespace

std::optional<std::int64_t> parse_grid_epoch(std::string_view text) {
    if (const auto seconds = plain_digits(text)) {
        return *seconds <= kMaxEpochS ? seconds : std::nullopt;
    }
    if (text.size() < 16 || text[4] != '-' || text[7] != '-' || text[10] != 'T') {
        return std::nullopt;
    }
    const auto year = plain_digits(text.substr(0, 4));
    const auto month = plain_digits(text.substr(5, 2));
    const auto day = plain_digits(text.substr(8, 2));
    const auto time = parse_time_of_day(text.substr(11));
    if (!year || !month || !day || !time || *year < 1970) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return std::int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * kSecondsPerDay +
           *time;
}

Timers lab_timers() {
    return {.propose_ms = 600,
            .propose_step_ms = 200,
            .propose_cap_ms = 5000,
            .vote_ms = 200,
            .vote_step_ms = 100,
            .vote_cap_ms = 2500,
            .grace_ms = 1500,
            .slot_ms = 1000,
            .fill_ms = 50,
            .rebroadcast_ms = 300,
            .rebroadcast_cap_ms = 1000};
}

void read_parameters(const YamlView& network, LabNetwork& lab) {
    NetworkParameters& parameters = lab.parameters;
    parameters.name = network.require_name<NodeId>("name").str();
    if (const auto text = network.optional_text("grid_epoch")) {
        const auto epoch_s = parse_grid_epoch(*text);
        parameters.grid_epoch_s = epoch_s.value_or(0);
        if (!epoch_s) {
            network.fail("grid_epoch",
                         "'network.grid_epoch' must be a time like 2016-08-08T00:00 "
                         "or seconds since 1970, not '" +
                             *text + "'");
        }
    }
    read_start(network, lab);
    parameters.speed = network.optional_int("speed", 1, kMaxSpeed).value_or(1);
    read_windows(network, parameters);
    read_share(network, parameters);
    const std::vector<std::pair<std::string_view, Preset>> presets{{"field", Preset::field},
                                                                   {"lab", Preset::lab}};
    const Preset preset = network.optional_choice("preset", presets).value_or(Preset::field);
    lab.operator_clock = preset == Preset::lab;
    lab.in_place = preset == Preset::lab;
    if (preset == Preset::lab) parameters.timers = lab_timers();
    read_timers(network, parameters.timers);
    parameters.degraded_quorum = network.optional_bool("degraded_quorum").value_or(false);
}

}  // namespace fairfeed
