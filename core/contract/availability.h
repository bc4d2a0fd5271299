// A meter's window under the shares that bound it: its energy, what is credited, and how much of
// the available generation that it claims counts (docs/contract.md, "Available generation"). No
// metrology backs a claim, so it counts only where the meter stood at its cap, and there at most
// what its certified capacity could have made. Pure integers; committee, verifier and proof checker
// compute the same.
#pragma once

#include <cstdint>
#include <optional>

#include "core/model/profile.h"

namespace fairfeed {

constexpr std::int64_t kAtCapPercent = 2;

// Did the meter generate what the cap lets it, give or take 2 %?
[[nodiscard]] bool stands_at_cap(std::int64_t cap_wh, const QuarterHour& quarter);

// What a claim may add to the generation of quarter hour `index` of a window: the rest of the
// capacity where a share below it bound and the meter stood at its cap, else nothing. Both powers
// in [0, 10^12].
[[nodiscard]] std::int64_t claimable_wh(std::int64_t share_w, std::int64_t capacity_w,
                                        std::size_t index, const QuarterHour& quarter);

// The generation, and of what the claim says beyond it at most so much. Any claim will do; without
// one it is the generation.
[[nodiscard]] std::int64_t counted_available_wh(std::int64_t generation_wh,
                                                std::int64_t claimable_wh,
                                                std::optional<std::int64_t> claim_wh);

struct WindowEnergy {
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t available_wh = 0;
    std::int64_t credited_wh = 0;

    bool operator==(const WindowEnergy&) const = default;
};

// Of a window that starts at start_s. The schedule ascends, and figures are within the limits of
// share.h, which settle_window checks before.
[[nodiscard]] WindowEnergy window_energy(const Profile& profile, const ShareSchedule& shares,
                                         std::int64_t capacity_w, std::int64_t start_s,
                                         std::optional<std::int64_t> claim_wh);

}  // namespace fairfeed
