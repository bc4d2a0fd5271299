// A meter's window under the shares that bound it: its energy, the credited part, and the part of
// the claimed available generation that counts (docs/contract.md, "Available generation"). No
// metrology backs a claim. So a claim counts only where the meter stood at its cap, and at most up
// to what the certified capacity could have generated. Pure integers; committee, verifier and proof
// checker compute the same.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/model/profile.h"
#include "core/model/tariff.h"

namespace fairfeed {

constexpr std::int64_t kAtCapPercent = 2;

// Whether the meter generated what the cap allows, within 2 %.
[[nodiscard]] bool stands_at_cap(std::int64_t cap_wh, const QuarterHour& quarter);

// The energy that a claim may add to the generation of quarter hour `index`: the rest of the
// capacity if a share below it bound and the meter stood at its cap, else 0. Both powers in [0,
// 10^12].
[[nodiscard]] std::int64_t claimable_wh(std::int64_t share_w, std::int64_t capacity_w,
                                        std::size_t index, const QuarterHour& quarter);

// The generation, plus the claim's excess over it up to the limit. The claim may have any value;
// without a claim the result is the generation.
[[nodiscard]] std::int64_t counted_available_wh(std::int64_t generation_wh,
                                                std::int64_t claimable_wh,
                                                std::optional<std::int64_t> claim_wh);

struct WindowEnergy {
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t available_wh = 0;
    std::int64_t credited_wh = 0;
    BandEnergies bands = {};

    bool operator==(const WindowEnergy&) const = default;
};

// The energy of a window that starts at start_s. The schedule ascends, and figures are within the
// limits of share.h; settle_window checks both before. Each quarter hour is credited by itself, so
// the energy of a band is that of its quarter hours, and nothing has to be divided. `bands` are
// those of the profile's quarter hours.
[[nodiscard]] WindowEnergy window_energy(const Profile& profile, const ShareSchedule& shares,
                                         std::int64_t capacity_w, std::int64_t start_s,
                                         std::optional<std::int64_t> claim_wh,
                                         const WindowBands& bands = {});

// A settled quarter hour, and what it shows of the meter's yield whatever the meter claims.
struct ObservedQuarter : QuarterEnergy {
    // What the meter generated within its cap, if it reached the cap: it could have made more, and
    // nobody but the meter knows how much. nullopt: nothing held it back.
    std::optional<std::int64_t> reached_wh = {};

    bool operator==(const ObservedQuarter&) const = default;
};

// The same window quarter by quarter, under the same conditions. A reading has one claim for the
// window, so what of it counts beyond the generation is spread over the quarter hours in proportion
// to their claimable_wh, none above it: available_wh adds up to window_energy's exactly.
[[nodiscard]] std::vector<ObservedQuarter> quarter_energies(const Profile& profile,
                                                            const ShareSchedule& shares,
                                                            std::int64_t capacity_w,
                                                            std::int64_t start_s,
                                                            std::optional<std::int64_t> claim_wh);

}  // namespace fairfeed
