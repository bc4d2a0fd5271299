#include "gateway/forecast/window_series.h"

#include <utility>

#include "core/base/check.h"

namespace fairfeed::forecast {

namespace {

std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(floor_div(a, b));
}

}  // namespace

WindowSeries::WindowSeries(std::int64_t start_s, std::int64_t window_s,
                           std::vector<std::optional<std::int64_t>> wh)
    : start_s_(start_s), window_s_(window_s), wh_(std::move(wh)) {
    CHECK(window_s_ >= 1);
}

std::int64_t WindowSeries::start_of(std::size_t index) const {
    return start_s_ + static_cast<std::int64_t>(index) * window_s_;
}

WindowSeries::Range WindowSeries::windows_in(std::int64_t from_s, std::int64_t to_s) const {
    return {floor_quotient(from_s - start_s_ + window_s_ - 1, window_s_),
            floor_quotient(to_s - start_s_ + window_s_ - 1, window_s_)};
}

std::optional<double> WindowSeries::energy(std::int64_t from_s, std::int64_t known_s) const {
    const std::int64_t first = floor_quotient(from_s - start_s_, window_s_);
    const std::int64_t into_s = from_s - start_s_ - first * window_s_;
    const std::int64_t last = into_s == 0 ? first : first + 1;
    if (first < 0 || last >= static_cast<std::int64_t>(wh_.size())) return std::nullopt;
    if (start_of(static_cast<std::size_t>(last) + 1) > known_s) return std::nullopt;
    const auto& early = wh_[static_cast<std::size_t>(first)];
    const auto& late = wh_[static_cast<std::size_t>(last)];
    if (!early || !late) return std::nullopt;
    if (into_s == 0) return static_cast<double>(*early);
    return (static_cast<double>(*early) * static_cast<double>(window_s_ - into_s) +
            static_cast<double>(*late) * static_cast<double>(into_s)) /
           static_cast<double>(window_s_);
}

std::int64_t WindowSeries::known_from_s() const {
    for (std::size_t i = 0; i < wh_.size(); ++i)
        if (wh_[i]) return start_of(i);
    return end_s();
}

std::int64_t WindowSeries::known_until_s() const {
    for (std::size_t i = wh_.size(); i > 0; --i)
        if (wh_[i - 1]) return start_of(i);
    return start_s_;
}

}  // namespace fairfeed::forecast
