#include "meter-sim/imports/energy_grid.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.h"
#include "core/base/units.h"
#include "core/base/utc_text.h"

namespace fairfeed::imports {

namespace {

constexpr std::int64_t kWeek = 7 * kSecondsPerDay;

constexpr std::array kPolicies = {
    std::pair{std::string_view("refuse"), GapPolicy::refuse},
    std::pair{std::string_view("zero"), GapPolicy::zero},
    std::pair{std::string_view("interpolate"), GapPolicy::interpolate},
    std::pair{std::string_view("last-week"), GapPolicy::last_week}};

struct Slot {
    std::int64_t uwh = 0;
    std::int64_t covered_s = 0;
    Flag flag = Flag::measured;
};

// The register's own steps, from its first interval to its last one.
class Filler {
  public:
    Filler(const PlacedSeries& series, const Grid& grid, const Span& span)
        : series_(series), grid_(grid), span_(span), own_(span_of(series, grid)) {
        slots_.resize(static_cast<std::size_t>(own_.steps()));
        for (const Interval& interval : series.intervals)
            spread(interval);
    }

    Steps fill(GapPolicy policy, ImportErrors& errors) {
        for (std::int64_t step = span_.first; step < span_.end; ++step)
            out_.measured_uwh += slot(step).uwh;
        for (std::int64_t step = span_.first; step < span_.end; ++step) {
            Slot filled = slot(step);
            if (filled.covered_s < grid_.step_s) fill_one(step, filled, policy, errors);
            out_.uwh.push_back(filled.uwh);
            out_.flags.push_back(filled.flag);
        }
        return std::move(out_);
    }

  private:
    [[nodiscard]] const Slot& slot(std::int64_t step) const {
        return slots_[static_cast<std::size_t>(step - own_.first)];
    }
    [[nodiscard]] bool is_whole(std::int64_t step) const {
        return slot(step).covered_s == grid_.step_s;
    }

    void spread(const Interval& interval) {
        const std::int64_t length_s = interval.end_s - interval.start_s;
        const auto part_until = [&](std::int64_t at_s) {
            return static_cast<std::int64_t>(Int128{interval.uwh} * (at_s - interval.start_s) /
                                             length_s);
        };
        const std::int64_t last = std::min(grid_.step_at(interval.end_s - 1), own_.end - 1);
        for (std::int64_t step = std::max(grid_.step_at(interval.start_s), own_.first);
             step <= last; ++step) {
            const std::int64_t from_s = std::max(interval.start_s, grid_.start_s(step));
            const std::int64_t to_s = std::min(interval.end_s, grid_.start_s(step + 1));
            Slot& each = slots_[static_cast<std::size_t>(step - own_.first)];
            each.uwh += part_until(to_s) - part_until(from_s);
            each.covered_s += to_s - from_s;
            if (interval.bridged) each.flag = std::max(each.flag, Flag::interpolated);
            if (interval.estimated) each.flag = std::max(each.flag, Flag::estimated);
            if (length_s > grid_.step_s && step >= span_.first && step < span_.end) ++out_.split;
        }
    }

    void fill_one(std::int64_t step, Slot& filled, GapPolicy policy, ImportErrors& errors) {
        std::int64_t whole_uwh = 0;
        switch (policy) {
            case GapPolicy::refuse:
                return;  // the gaps are told of one by one
            case GapPolicy::zero:
                filled.flag = Flag::zero;
                return;
            case GapPolicy::interpolate:
                filled.flag = Flag::interpolated;
                whole_uwh = between_neighbours(step);
                break;
            case GapPolicy::last_week:
                filled.flag = Flag::last_week;
                whole_uwh = week_before(step, errors);
                break;
        }
        filled.uwh += static_cast<std::int64_t>(Int128{whole_uwh} *
                                                (grid_.step_s - filled.covered_s) / grid_.step_s);
    }

    // On the line from the last whole step before the gap to the first one after it.
    [[nodiscard]] std::int64_t between_neighbours(std::int64_t step) {
        if (step >= gap_end_) {
            gap_first_ = step;
            while (gap_first_ > own_.first && !is_whole(gap_first_ - 1))
                --gap_first_;
            gap_end_ = step;
            while (gap_end_ < own_.end && !is_whole(gap_end_))
                ++gap_end_;
        }
        const bool has_before = gap_first_ > own_.first;
        const bool has_after = gap_end_ < own_.end;
        if (!has_before && !has_after) return 0;
        const std::int64_t before = slot(has_before ? gap_first_ - 1 : gap_end_).uwh;
        const std::int64_t after = slot(has_after ? gap_end_ : gap_first_ - 1).uwh;
        const std::int64_t distance = gap_end_ - gap_first_ + 1;
        return before + static_cast<std::int64_t>(Int128{after - before} * (step - gap_first_ + 1) /
                                                  distance);
    }

    [[nodiscard]] std::int64_t week_before(std::int64_t step, ImportErrors& errors) {
        for (std::int64_t earlier = step - kWeek / grid_.step_s; earlier >= own_.first;
             earlier -= kWeek / grid_.step_s)
            if (is_whole(earlier)) return slot(earlier).uwh;
        if (!told_of_weeks_)
            errors.add("register '" + series_.name + "': no week before the gap at " +
                       utc_text(grid_.start_s(step)) +
                       " UTC to take its values from: --gaps interpolate or zero fills it");
        told_of_weeks_ = true;
        return 0;
    }

    const PlacedSeries& series_;
    const Grid& grid_;
    Span span_;
    Span own_;
    std::vector<Slot> slots_;
    std::int64_t gap_first_ = INT64_MIN;
    std::int64_t gap_end_ = INT64_MIN;
    bool told_of_weeks_ = false;
    Steps out_;
};

}  // namespace

std::optional<GapPolicy> parse_gap_policy(std::string_view name) {
    for (const auto& [word, policy] : kPolicies)
        if (word == name) return policy;
    return std::nullopt;
}

std::string_view to_string(Flag flag) {
    switch (flag) {
        case Flag::measured:
            return "";
        case Flag::estimated:
            return "estimated";
        case Flag::zero:
            return "zero";
        case Flag::interpolated:
            return "interpolated";
        case Flag::last_week:
            return "last-week";
    }
    return "";
}

std::int64_t Grid::step_at(std::int64_t utc_s) const {
    return static_cast<std::int64_t>(floor_div(Int128{utc_s} + offset_s, step_s));
}

std::int64_t Grid::first_step_from(std::int64_t utc_s) const {
    return step_at(utc_s - 1) + 1;
}

Span span_of(const PlacedSeries& series, const Grid& grid) {
    if (series.intervals.empty()) return {};
    return {grid.first_step_from(series.intervals.front().start_s),
            grid.step_at(series.intervals.back().end_s)};
}

std::vector<Gap> gaps_of(const PlacedSeries& series, const Grid& grid, const Span& span) {
    const std::int64_t start_s = grid.start_s(span.first);
    const std::int64_t end_s = grid.start_s(span.end);
    std::vector<Gap> gaps;
    const auto add = [&](std::int64_t from_s, std::int64_t to_s, const Place& place, bool known) {
        from_s = std::max(from_s, start_s);
        to_s = std::min(to_s, end_s);
        if (from_s < to_s) gaps.push_back({from_s, to_s, place, known});
    };
    for (std::size_t i = 0; i < series.intervals.size(); ++i) {
        const Interval& interval = series.intervals[i];
        if (i > 0) add(series.intervals[i - 1].end_s, interval.start_s, interval.place, false);
        if (interval.bridged) add(interval.start_s, interval.end_s, interval.place, true);
    }
    return gaps;
}

Steps fill_steps(const PlacedSeries& series, const Grid& grid, const Span& span, GapPolicy policy,
                 ImportErrors& errors) {
    const Span own = span_of(series, grid);
    CHECK(own.first <= span.first && span.end <= own.end);
    return Filler(series, grid, span).fill(policy, errors);
}

}  // namespace fairfeed::imports
