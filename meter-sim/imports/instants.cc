#include "meter-sim/imports/instants.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/base/units.h"
#include "core/base/utc_text.h"

namespace fairfeed::imports {

namespace {

class Finder {
  public:
    Finder(const ReadSeries& series, const TimeZone* zone, ImportErrors& errors)
        : series_(series), zone_(zone), errors_(errors) {
        const auto& values = series.values;
        for (const ReadValue& value : values)
            order_.push_back(&value);
        // The later pass of a doubled hour comes later in time, not in a file written backwards.
        std::ptrdiff_t steps_back = 0;
        for (std::size_t i = 1; i < values.size(); ++i) {
            const std::int64_t step_s = values[i].at.local_s - values[i - 1].at.local_s;
            steps_back += step_s < 0 ? 1 : step_s > 0 ? -1 : 0;
        }
        if (steps_back > 0) std::reverse(order_.begin(), order_.end());
    }

    Instants find() {
        step_s_ = local_step();
        ends_by_start_ = series_.end_stamped && zone_ != nullptr && ends_name_the_start();
        if (series_.by_wall_clock && zone_ == nullptr && changes_offset()) return {};
        for (const ReadValue* value : order_)
            count(*value);
        for (const ReadValue* value : order_)
            place(*value);
        if (series_.by_wall_clock) split_over_doubled_hour();
        std::stable_sort(found_.values.begin(), found_.values.end(),
                         [](const auto& a, const auto& b) { return a.at_s < b.at_s; });
        return std::move(found_);
    }

  private:
    [[nodiscard]] bool uses_offset(const ReadValue& value) const {
        return value.at.offset_s && !(series_.by_wall_clock && zone_ != nullptr);
    }

    // The writer's offsets are not those of its values on a day on which clocks change.
    [[nodiscard]] bool changes_offset() {
        for (const ReadValue* value : order_) {
            if (value->at.offset_s == order_.front()->at.offset_s) continue;
            errors_.add(value->place,
                        "clocks change in this file, and its offsets are not those of its values: "
                        "name the zone, as --zone Europe/Brussels");
            return true;
        }
        return false;
    }

    [[nodiscard]] std::int64_t local_step() const {
        std::vector<std::int64_t> times;
        for (const ReadValue* value : order_)
            times.push_back(value->at.local_s);
        std::sort(times.begin(), times.end());
        return usual_step(times);
    }

    [[nodiscard]] std::int64_t length_of(const ReadValue& value) const {
        return value.length_s > 0 ? value.length_s : step_s_;
    }

    // Ends are written either as the clock shows them, or as the start plus the length. The second
    // way writes the end of the doubled hour twice, although clocks show it once.
    [[nodiscard]] bool ends_name_the_start() const {
        std::map<std::int64_t, int> seen;
        for (const ReadValue* value : order_) {
            if (uses_offset(*value) || ++seen[value->at.local_s] != 2) continue;
            const std::int64_t start_s = value->at.local_s - length_of(*value);
            if (zone_->instants(value->at.local_s).size() == 1 &&
                zone_->instants(start_s).size() == 2)
                return true;
        }
        return false;
    }

    // The time to look for: an end that is the start plus the length gives its start.
    [[nodiscard]] std::int64_t written_of(const ReadValue& value) const {
        const bool by_start = ends_by_start_ && !uses_offset(value);
        return value.at.local_s - (by_start ? length_of(value) : 0);
    }

    void count(const ReadValue& value) {
        const std::int64_t written_s = written_of(value);
        ++counts_[written_s];
        if (series_.figure != Figure::register_figure || !value.value) return;
        const auto [least, is_new] = least_.try_emplace(written_s, *value.value);
        if (!is_new) least->second = std::min(least->second, *value.value);
    }

    void place(const ReadValue& value) {
        const bool is_register = series_.figure == Figure::register_figure;
        const std::int64_t length_s = length_of(value);
        const bool by_start = ends_by_start_ && !uses_offset(value);
        const std::int64_t written_s = written_of(value);
        const auto at = instant_of(value, written_s);
        if (!at || !value.value) return;
        PlacedValue placed{*at, is_register ? 0 : value.length_s, false, &value};
        if (is_register) {
            placed.at_s += value.length_s;
        } else if (series_.end_stamped) {
            if (by_start) placed.length_s = length_s;
            placed.at_end = placed.length_s == 0;
            if (!by_start) placed.at_s -= placed.length_s;
        } else if (value.length_s > 0 && !uses_offset(value)) {
            placed.length_s = real_length(*at, value);
        }
        found_.values.push_back(placed);
    }

    // From 01:45 to 03:00 are 15 minutes where clocks were set forward in between.
    [[nodiscard]] std::int64_t real_length(std::int64_t at_s, const ReadValue& value) const {
        const auto ends = zone_->instants(value.at.local_s + value.length_s);
        if (ends.size() != 1 || ends[0] <= at_s) return value.length_s;
        return std::min(value.length_s, ends[0] - at_s);
    }

    std::optional<std::int64_t> instant_of(const ReadValue& value, std::int64_t written_s) {
        if (uses_offset(value)) return written_s - *value.at.offset_s;
        if (zone_ == nullptr) {
            if (!told_of_zone_)
                errors_.add(value.place, "'" + utc_text(written_s) + "'" +
                                             " has no offset from UTC: name the zone of the "
                                             "times, as --zone Europe/Brussels");
            told_of_zone_ = true;
            return std::nullopt;
        }
        const auto instants = zone_->instants(written_s);
        if (instants.empty()) return in_skipped_hour(value, written_s);
        if (instants.size() == 1) return last_ = instants[0];
        return last_ = instants[pass_of(value, written_s, instants)];
    }

    // A time that is there twice tells its pass by its order, or by the figure of its register,
    // which only rises; a time that is there once follows the one before it.
    std::size_t pass_of(const ReadValue& value, std::int64_t written_s,
                        const std::vector<std::int64_t>& instants) {
        const std::size_t pass = passes_[written_s]++;
        const auto least = least_.find(written_s);
        if (least != least_.end() && value.value && counts_[written_s] == 2)
            return *value.value > least->second ? 1 : 0;
        const bool is_alone = counts_[written_s] == 1;
        if (is_alone && last_ && *last_ >= instants[0] && *last_ < instants[1]) return 1;
        return std::min(pass, instants.size() - 1);
    }

    // An interval may end where the skipped hour begins: clocks then show the hour's end.
    std::optional<std::int64_t> in_skipped_hour(const ReadValue& value, std::int64_t written_s) {
        const auto before = zone_->instants(written_s - 1);
        if (series_.end_stamped && !before.empty()) return before.back() + 1;
        if (!value.value || *value.value == 0) {
            ++found_.skipped;
            return std::nullopt;
        }
        errors_.add(value.place,
                    "'" + utc_text(written_s) + "'" + " did not exist in " + zone_->name() +
                        ", where clocks were set forward: if the file does not observe "
                        "daylight saving, name its offset, as --zone " +
                        offset_text(zone_->standard_offset_s(written_s)));
        return std::nullopt;
    }

    void split_over_doubled_hour() {
        if (zone_ == nullptr) return;
        const std::size_t count = found_.values.size();
        for (std::size_t i = 0; i < count; ++i) {
            PlacedValue& first = found_.values[i];
            const auto instants = zone_->instants(first.value->at.local_s);
            if (instants.size() != 2 || passes_[first.value->at.local_s] != 1) continue;
            first.parts = 2;
            PlacedValue second = first;
            second.part = 1;
            second.at_s += instants[1] - instants[0];
            found_.values.push_back(second);
        }
    }

    const ReadSeries& series_;
    const TimeZone* zone_;
    ImportErrors& errors_;
    std::vector<const ReadValue*> order_;
    std::int64_t step_s_ = 0;
    bool ends_by_start_ = false;
    bool told_of_zone_ = false;
    std::map<std::int64_t, std::size_t> counts_;  // of written times
    std::map<std::int64_t, std::int64_t> least_;  // figure of a register by its written time
    std::map<std::int64_t, std::size_t> passes_;  // of those that came twice
    std::optional<std::int64_t> last_;            // the instant of the value before
    Instants found_;
};

}  // namespace

Instants find_instants(const ReadSeries& series, const TimeZone* zone, ImportErrors& errors) {
    return Finder(series, zone, errors).find();
}

std::int64_t usual_step(const std::vector<std::int64_t>& ascending) {
    std::map<std::int64_t, std::size_t> counts;
    for (std::size_t i = 1; i < ascending.size(); ++i)
        if (ascending[i] > ascending[i - 1]) ++counts[ascending[i] - ascending[i - 1]];
    std::int64_t usual = 0;
    std::size_t most = 0;
    for (const auto& [step, count] : counts) {
        if (count <= most) continue;
        most = count;
        usual = step;
    }
    return usual;
}

}  // namespace fairfeed::imports
