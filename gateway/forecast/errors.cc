#include "gateway/forecast/errors.h"

#include <algorithm>

#include "core/base/check.h"

namespace fairfeed::forecast {

namespace {

constexpr std::size_t kEnoughOfASlot = 20;
constexpr std::size_t kEnough = 9;  // the least number that has a tenth at both ends
constexpr std::int64_t kTenths = 10;
constexpr std::int64_t kQuantiles = 3;
constexpr std::int64_t kLeastPart = 10;  // of the mean, for percentages to make sense

Int128 magnitude(Int128 value) {
    return value < 0 ? -value : value;
}

std::int64_t rounded_quotient(Int128 a, Int128 b) {  // a >= 0
    return b == 0 ? 0 : narrow((a + b / 2) / b).value_or(INT64_MAX);
}

// Ten times the loss of a quantile of `tenths` tenths.
Int128 pinball_tenths(std::int64_t actual, std::int64_t quantile, std::int64_t tenths) {
    const Int128 above = Int128{actual} - quantile;
    return above >= 0 ? above * tenths : -above * (kTenths - tenths);
}

// The value below which `tenths` tenths of the next observations are expected: its rank is that of
// n + 1 values, because the next one is as likely to fall into any of the n + 1 gaps.
std::int64_t quantile(const std::vector<std::int64_t>& sorted, std::int64_t tenths) {
    const auto ranks = static_cast<std::int64_t>(sorted.size()) + 1;
    const std::int64_t rank =
        tenths * 2 >= kTenths ? (ranks * tenths + kTenths - 1) / kTenths : ranks * tenths / kTenths;
    const std::int64_t last = ranks - 1;
    return sorted[static_cast<std::size_t>(std::clamp<std::int64_t>(rank, 1, last) - 1)];
}

}  // namespace

void Errors::add(std::int64_t actual_wh, const Estimate& estimate) {
    ++windows_;
    const Int128 missed = magnitude(Int128{actual_wh} - estimate.wh);
    absolute_ += missed;
    energy_ += magnitude(actual_wh);
    least_ = std::min(least_, actual_wh);
    if (actual_wh > 0) ratios_ppm_ += missed * kPpm / actual_wh;
    if (!estimate.band) return;
    const Band& band = *estimate.band;
    ++banded_;
    if (band.p10_wh <= actual_wh && actual_wh <= band.p90_wh) ++within_;
    pinball_tenths_ += pinball_tenths(actual_wh, band.p10_wh, 1) +
                       pinball_tenths(actual_wh, band.p50_wh, 5) +
                       pinball_tenths(actual_wh, band.p90_wh, 9);
}

void Errors::add(const Errors& more) {
    windows_ += more.windows_;
    banded_ += more.banded_;
    within_ += more.within_;
    absolute_ += more.absolute_;
    energy_ += more.energy_;
    pinball_tenths_ += more.pinball_tenths_;
    ratios_ppm_ += more.ratios_ppm_;
    least_ = std::min(least_, more.least_);
}

std::int64_t Errors::mae_wh() const {
    return rounded_quotient(absolute_, static_cast<std::int64_t>(windows_));
}

std::int64_t Errors::relative_ppm() const {
    return rounded_quotient(absolute_ * kPpm, energy_);
}

std::optional<std::int64_t> Errors::mape_ppm() const {
    const auto windows = static_cast<std::int64_t>(windows_);
    if (windows == 0 || least_ <= 0 || Int128{least_} * kLeastPart * windows < energy_)
        return std::nullopt;
    return rounded_quotient(ratios_ppm_, windows);
}

std::optional<std::int64_t> Errors::pinball_wh() const {
    if (banded_ == 0) return std::nullopt;
    return rounded_quotient(pinball_tenths_, static_cast<Int128>(banded_) * kTenths * kQuantiles);
}

std::optional<std::int64_t> Errors::within_band_ppm() const {
    if (banded_ == 0) return std::nullopt;
    return rounded_quotient(static_cast<Int128>(within_) * kPpm, static_cast<Int128>(banded_));
}

void Residuals::add(std::int64_t slot_of_day, std::int64_t residual_wh) {
    CHECK(slot_of_day >= 0);
    const auto slot = static_cast<std::size_t>(slot_of_day);
    if (by_slot_.size() <= slot) by_slot_.resize(slot + 1);
    by_slot_[slot].push_back(residual_wh);
    all_.push_back(residual_wh);
    is_sorted_ = false;
}

void Residuals::sort() {
    if (is_sorted_) return;
    for (auto& slot : by_slot_)
        std::sort(slot.begin(), slot.end());
    std::sort(all_.begin(), all_.end());
    is_sorted_ = true;
}

std::optional<Band> Residuals::around(std::int64_t slot_of_day, std::int64_t wh,
                                      std::int64_t least_wh) {
    sort();
    const auto slot = static_cast<std::size_t>(slot_of_day);
    const bool has_own = slot < by_slot_.size() && by_slot_[slot].size() >= kEnoughOfASlot;
    const std::vector<std::int64_t>& sorted = has_own ? by_slot_[slot] : all_;
    if (sorted.size() < kEnough) return std::nullopt;
    const auto at = [&](std::int64_t tenths) {
        return std::max(least_wh, wh + quantile(sorted, tenths));
    };
    return Band{at(1), at(5), at(9)};
}

}  // namespace fairfeed::forecast
