// A meter's report that it is being opened, sent at once and outside the windows (rule 11; paper
// A36-A39). Signed by the meter, it enters the chain without a committee. Plain data;
// wire/event_codec gives the bytes.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/ids.h"

namespace fairfeed {

// Numbers are on the wire and never change. Both types have the same effect on the chain: no later
// measurement of this meter counts, and only the utility can replace it (paper A37, A38).
enum class AlarmType : std::uint8_t { seal_broken = 1, cover_open = 2 };

struct MeterAlarm {
    std::uint32_t version = 1;
    Digest network;
    MeterId meter;
    ClusterId cluster;
    Window window = 0;          // the window at the time of the alarm
    std::uint64_t counter = 0;  // from the sequence of readings; of no reading
    AlarmType type = AlarmType::seal_broken;
    std::int64_t at_s = 0;  // grid seconds
    bool operator==(const MeterAlarm&) const = default;
};

}  // namespace fairfeed
