// The energy of a cluster by settlement windows, with holes where nothing was settled. The one form
// in which history enters this room. A plain value, re-entrant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/units.h"

namespace fairfeed::forecast {

constexpr std::int64_t kMaxSeriesWh = 1'000'000'000'000'000;  // of a window: 1 PWh, as the contract

class WindowSeries {
  public:
    WindowSeries() = default;
    // Window i is [start_s + i * window_s, start_s + (i + 1) * window_s), UTC. window_s >= 1;
    // nullopt is a hole.
    WindowSeries(std::int64_t start_s, std::int64_t window_s,
                 std::vector<std::optional<std::int64_t>> wh);

    [[nodiscard]] std::int64_t window_s() const { return window_s_; }
    [[nodiscard]] std::int64_t start_s() const { return start_s_; }
    [[nodiscard]] std::int64_t end_s() const { return start_of(wh_.size()); }
    [[nodiscard]] std::size_t size() const { return wh_.size(); }
    [[nodiscard]] std::int64_t start_of(std::size_t index) const;
    [[nodiscard]] const std::optional<std::int64_t>& at(std::size_t index) const {
        return wh_[index];
    }
    // The windows that begin in [from_s, to_s): the first one and the one after the last. May lie
    // before the start or beyond the end.
    struct Range {
        std::int64_t first = 0;
        std::int64_t last = 0;
    };
    [[nodiscard]] Range windows_in(std::int64_t from_s, std::int64_t to_s) const;
    // Energy of [from_s, from_s + window_s): the parts of the one or two windows that it covers, as
    // if their power were even. nullopt: one of them is a hole, or ends after `known_s`.
    [[nodiscard]] std::optional<double> energy(std::int64_t from_s, std::int64_t known_s) const;
    // The start of the first and the end of the last window that is no hole; without any, end_s and
    // start_s.
    [[nodiscard]] std::int64_t known_from_s() const;
    [[nodiscard]] std::int64_t known_until_s() const;

  private:
    std::int64_t start_s_ = 0;
    std::int64_t window_s_ = kSecondsPerHour;
    std::vector<std::optional<std::int64_t>> wh_;
};

}  // namespace fairfeed::forecast
