#include "core/contract/availability.h"

#include <algorithm>

#include "core/base/units.h"
#include "core/contract/settlement.h"

namespace fairfeed {

namespace {

std::int64_t load_of(const QuarterHour& quarter) {
    return quarter.import_wh + quarter.generation_wh - quarter.export_wh;
}

// A meter above its cap reached it too: what it made beyond the cap is no evidence of its yield.
std::optional<std::int64_t> reached_wh(std::int64_t share_w, std::int64_t capacity_w,
                                       std::size_t index, const QuarterHour& quarter) {
    if (share_w >= capacity_w) return std::nullopt;
    const auto allowed = allowed_generation_wh(quarter_cap_wh(share_w, index), load_of(quarter));
    if (quarter.generation_wh < allowed && !stands_at_cap(quarter_cap_wh(share_w, index), quarter))
        return std::nullopt;
    return std::min(quarter.generation_wh, allowed);
}

}  // namespace

bool stands_at_cap(std::int64_t cap_wh, const QuarterHour& quarter) {
    const Int128 allowed = allowed_generation_wh(cap_wh, load_of(quarter));
    const Int128 off = quarter.generation_wh - allowed;
    return (off < 0 ? -off : off) * 100 <= allowed * kAtCapPercent;
}

std::int64_t claimable_wh(std::int64_t share_w, std::int64_t capacity_w, std::size_t index,
                          const QuarterHour& quarter) {
    if (share_w >= capacity_w) return 0;
    if (!stands_at_cap(quarter_cap_wh(share_w, index), quarter)) return 0;
    return std::max(std::int64_t{0}, quarter_cap_wh(capacity_w, index) - quarter.generation_wh);
}

std::int64_t counted_available_wh(std::int64_t generation_wh, std::int64_t claimable_wh,
                                  std::optional<std::int64_t> claim_wh) {
    if (!claim_wh || *claim_wh <= generation_wh) return generation_wh;
    return generation_wh + std::min(claimable_wh, *claim_wh - generation_wh);
}

WindowEnergy window_energy(const Profile& profile, const ShareSchedule& shares,
                           std::int64_t capacity_w, std::int64_t start_s,
                           std::optional<std::int64_t> claim_wh, const WindowBands& bands) {
    WindowEnergy out;
    if (bands.bands > 1) out.bands.resize(bands.bands);
    std::int64_t claimable = 0;
    for (std::size_t i = 0; i < profile.size(); ++i) {
        const QuarterHour& quarter = profile[i];
        const auto at_s = start_s + static_cast<std::int64_t>(i) * kSecondsPerQuarter;
        const auto share_w = binding_share_w(shares, capacity_w, at_s);
        out.import_wh += quarter.import_wh;
        out.export_wh += quarter.export_wh;
        out.generation_wh += quarter.generation_wh;
        const std::int64_t credited_wh =
            credited_export_wh(quarter_cap_wh(share_w, i), load_of(quarter), quarter.export_wh);
        out.credited_wh += credited_wh;
        if (bands.bands > 1) {
            BandEnergy& band = out.bands.at(bands.of_quarter.at(i));
            band.import_wh += quarter.import_wh;
            band.credited_wh += credited_wh;
        }
        claimable += claimable_wh(share_w, capacity_w, i, quarter);
    }
    out.available_wh = counted_available_wh(out.generation_wh, claimable, claim_wh);
    return out;
}

std::vector<ObservedQuarter> quarter_energies(const Profile& profile, const ShareSchedule& shares,
                                              std::int64_t capacity_w, std::int64_t start_s,
                                              std::optional<std::int64_t> claim_wh) {
    std::vector<ObservedQuarter> out;
    std::vector<std::int64_t> claimable_until{0};  // sums from the window's start
    std::int64_t generation_wh = 0;
    for (std::size_t i = 0; i < profile.size(); ++i) {
        const auto at_s = start_s + static_cast<std::int64_t>(i) * kSecondsPerQuarter;
        const auto share_w = binding_share_w(shares, capacity_w, at_s);
        out.push_back({{load_of(profile[i]), profile[i].generation_wh},
                       reached_wh(share_w, capacity_w, i, profile[i])});
        generation_wh += profile[i].generation_wh;
        claimable_until.push_back(claimable_until.back() +
                                  claimable_wh(share_w, capacity_w, i, profile[i]));
    }
    const Int128 claimable = claimable_until.back();
    if (claimable == 0) return out;
    const Int128 counted =
        counted_available_wh(generation_wh, claimable_until.back(), claim_wh) - generation_wh;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const Int128 until = counted * claimable_until[i + 1] / claimable;
        out[i].available_wh +=
            static_cast<std::int64_t>(until - counted * claimable_until[i] / claimable);
    }
    return out;
}

}  // namespace fairfeed
