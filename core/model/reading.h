// A meter's reading of one window: a public header, and a body sealed to its committee (protocol
// 3). Registers are cumulative and never fall; the profile covers exactly the window.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/model/profile.h"

namespace fairfeed {

constexpr std::size_t kMaxReadingBytes = 1024;
// Longest window (8 h) whose profile always fits the size limit of a reading.
constexpr std::int64_t kMaxWindowQuarters = 32;

// The meter and window of a reading: at most one reading of each settles.
using ReadingSlot = std::pair<MeterId, Window>;

// Clear, and the AAD of the sealed body.
struct ReadingHeader {
    std::uint32_t version = 1;
    Digest network;
    MeterId meter;
    ClusterId cluster;
    KeyEpoch key_epoch = 0;
    Window window = 0;
    std::uint64_t sequence = 0;  // durable before use, increases with the window
    Digest previous;             // id of this meter's reading before; zeros for the first
    Salt salt;
    bool operator==(const ReadingHeader&) const = default;
};

// Cumulative registers in Wh at the window's end.
struct Registers {
    std::int64_t import_wh = 0;      // OBIS 1-0:1.8.0
    std::int64_t export_wh = 0;      // OBIS 1-0:2.8.0
    std::int64_t generation_wh = 0;  // of the generation meter
    bool operator==(const Registers&) const = default;
};

// The fuse rating of a service connection and its generation meter: current per phase and voltage
// across it. The meter's measurements are checked against it (rule 12).
struct ConnectionRating {
    std::int64_t amperes = 63;
    std::int64_t phases = 3;
    std::int64_t volts = 230;
    [[nodiscard]] std::int64_t power_w() const { return amperes * phases * volts; }
    bool operator==(const ConnectionRating&) const = default;
};
constexpr std::int64_t kMaxAmperes = 100'000;
constexpr std::int64_t kMaxPhases = 3;
constexpr std::int64_t kMaxVolts = 1'000'000;
constexpr std::int64_t kMaxRatingW = 100'000'000;

// Whether each figure is within its limits and not zero.
[[nodiscard]] bool is_rating(const ConnectionRating& rating);

enum class ClockState : std::uint8_t { synchronised = 0, holdover = 1, unset = 2 };

// Bits of ReadingBody::flags.
enum ReadingFlag : std::uint32_t {
    kFlagSealBroken = 1U << 0U,
    kFlagRelayOpen = 1U << 1U,
    kFlagCurtailed = 1U << 2U,
    kFlagPowerFail = 1U << 3U,
    kFlagRegisterReset = 1U << 4U,
    kFlagService = 1U << 5U,
};

// Sealed. Powers in W with the grid second of their quarter's start; voltage in mV, current in mA,
// frequency in mHz, power factor in thousandths (paper A31-A33).
struct ReadingBody {
    Registers end;
    Profile profile;  // one entry per quarter hour of the window
    // Uncurtailed generation, if the inverter reports it: a claim (contract/availability.h).
    std::optional<std::int64_t> available_wh;
    std::int64_t peak_demand_w = 0;
    std::int64_t peak_demand_at_s = 0;
    std::int64_t peak_generation_w = 0;
    std::int64_t peak_generation_at_s = 0;
    std::int64_t average_demand_w = 0;
    std::int64_t day_import_wh = 0;
    std::int64_t day_export_wh = 0;
    std::int64_t month_import_wh = 0;
    std::int64_t month_export_wh = 0;
    std::int64_t voltage_mv = 0;
    std::int64_t current_ma = 0;
    std::int64_t frequency_mhz = 0;
    std::int64_t power_factor_milli = 0;
    std::uint32_t flags = 0;
    ClockState clock = ClockState::synchronised;
    std::int64_t share_w = 0;  // the share that the meter obeys at the window's end
    // The command that the meter executed in this window, by its sequence (meter_command.h).
    std::optional<std::uint64_t> executed_command;
    bool operator==(const ReadingBody&) const = default;
};

// A reading as it travels and is stored: the signed envelope's bytes, and the clear header. The id
// is SHA-256 of the Sig_structure; signatures are not part of it.
struct SignedReading {
    Digest id;
    ReadingHeader header;
    Bytes sealed_body;
    Bytes envelope;
    bool operator==(const SignedReading&) const = default;
};

// end - sum(profile); nullopt if the result is negative or wraps.
[[nodiscard]] std::optional<Registers> registers_at_start(const ReadingBody& body);

}  // namespace fairfeed
