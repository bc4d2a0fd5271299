#include "meter-sim/imports/placed_series.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/units.h"
#include "core/base/utc_text.h"
#include "meter-sim/imports/instants.h"
#include "meter-sim/imports/register_rules.h"

namespace fairfeed::imports {

namespace {

// So many equal distances in a row are a step of its own, fewer are gaps in another one.
constexpr std::size_t kStepRun = 4;

constexpr std::int64_t kLongestStep = kSecondsPerHour;

// The lengths of intervals that begin at ascending times: the distance to the next one, if it is
// the usual one or one of a run of equal ones; else the length of the interval before, and the next
// value comes after a gap.
std::vector<std::int64_t> distances(const std::vector<std::int64_t>& times) {
    const std::int64_t usual = usual_step(times);
    std::vector<std::int64_t> lengths(times.size(), usual);
    for (std::size_t i = 0; i + 1 < times.size();) {
        const std::int64_t distance = times[i + 1] - times[i];
        std::size_t run = i + 1;
        while (run + 1 < times.size() && times[run + 1] - times[run] == distance)
            ++run;
        const bool is_step = distance == usual || (run - i >= kStepRun && distance <= kLongestStep);
        for (; i < run; ++i)
            lengths[i] = is_step ? distance : std::min(distance, i > 0 ? lengths[i - 1] : usual);
    }
    if (times.size() > 1) lengths.back() = lengths[times.size() - 2];
    return lengths;
}

// By the time of a value. Ends are starts to who looks back from the last one.
std::map<std::int64_t, std::int64_t> lengths_of(const std::vector<PlacedValue>& values) {
    const bool by_ends = !values.empty() && values.front().at_end;
    std::vector<std::int64_t> times;
    for (const PlacedValue& value : values)
        times.push_back(by_ends ? -value.at_s : value.at_s);
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    const auto lengths = distances(times);
    std::map<std::int64_t, std::int64_t> out;
    for (std::size_t i = 0; i < times.size(); ++i)
        out.emplace(by_ends ? -times[i] : times[i], lengths[i]);
    return out;
}

std::string span_of(const Interval& interval) {
    return utc_text(interval.start_s) + " UTC, " +
           std::to_string((interval.end_s - interval.start_s) / 60) + " min";
}

class Placer {
  public:
    Placer(const PlaceRules& rules, PlacedSeries& out, ImportErrors& errors)
        : rules_(rules), out_(out), errors_(errors) {}

    void place_energy(const std::vector<PlacedValue>& values, bool is_power) {
        const auto lengths = lengths_of(values);
        for (const PlacedValue& value : values) {
            const std::int64_t length_s =
                value.length_s > 0 ? value.length_s : lengths.at(value.at_s);
            const std::int64_t start_s = value.at_s - (value.at_end ? length_s : 0);
            const std::int64_t amount = value.amount();
            const auto uwh = is_power ? narrow(Int128{amount} * length_s / kSecondsPerHour)
                                      : std::optional<std::int64_t>(amount);
            add({start_s, start_s + length_s, uwh.value_or(INT64_MAX), value.value->estimated,
                 length_s > kLongestStep, value.value->place});
        }
        out_.step_s = usual_length();
    }

  private:
    void add(const Interval& interval) {
        if (interval.end_s <= interval.start_s) {
            errors_.add(interval.place,
                        "one value alone has no length: say it in a mapping file "
                        "(step_minutes), or give the file more rows");
            return;
        }
        if (interval.uwh > most_uwh(rules_.most_w, interval.end_s - interval.start_s)) {
            out_.events.push_back(
                {interval.place, kwh_text(interval.uwh) + " in " +
                                     std::to_string((interval.end_s - interval.start_s) / 60) +
                                     " min is more than " + std::to_string(rules_.most_w / 1000) +
                                     " kW: the energy is unknown"});
            return;
        }
        if (!out_.intervals.empty() && interval.start_s < out_.intervals.back().end_s) {
            tell_overlap(interval, out_.intervals.back());
            return;
        }
        out_.intervals.push_back(interval);
    }

    void tell_overlap(const Interval& interval, const Interval& before) {
        if (interval.start_s == before.start_s && interval.end_s == before.end_s &&
            interval.uwh == before.uwh) {
            ++out_.repeated;
            return;
        }
        errors_.add(interval.place, "a second value for the time of " +
                                        errors_.text_of(before.place) + " (" + span_of(before) +
                                        "): " + kwh_text(interval.uwh) + " and not " +
                                        kwh_text(before.uwh) + "; remove one of the two");
    }

    [[nodiscard]] std::int64_t usual_length() const {
        std::vector<std::int64_t> ends{0};
        for (const Interval& interval : out_.intervals)
            ends.push_back(ends.back() + interval.end_s - interval.start_s);
        return usual_step(ends);
    }

    const PlaceRules& rules_;
    PlacedSeries& out_;
    ImportErrors& errors_;
};

}  // namespace

PlacedSeries place(const ReadFile& file, const ReadSeries& series, const PlaceRules& rules,
                   ImportErrors& errors) {
    PlacedSeries out;
    out.format = file.format;
    out.home = series.home;
    out.channel = series.channel;
    out.name = series.name;
    const Instants instants = find_instants(series, rules.zone, errors);
    out.skipped = instants.skipped;
    if (series.figure == Figure::register_figure) {
        RegisterReading reading = read_register(instants.values, rules.most_w, errors);
        out.intervals = std::move(reading.intervals);
        out.events = std::move(reading.events);
        out.repeated = reading.repeated;
        out.step_s = reading.step_s;
    } else {
        Placer(rules, out, errors).place_energy(instants.values, series.figure == Figure::power);
    }
    return out;
}

}  // namespace fairfeed::imports
