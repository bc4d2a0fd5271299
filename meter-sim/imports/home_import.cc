#include "meter-sim/imports/home_import.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/units.h"
#include "core/base/utc_text.h"
#include "meter-sim/imports/home_names.h"
#include "meter-sim/imports/placed_series.h"
#include "meter-sim/imports/register_rules.h"

namespace fairfeed::imports {

namespace {

constexpr std::int64_t kUwhPerMwh = 1000;
constexpr std::int64_t kLongestS = 30 * 366 * kSecondsPerDay;
constexpr std::int64_t kSteps[] = {900, 1800, 3600};

struct PlacedRegister {
    PlacedSeries series;
    ImportedRegister account;
};

struct PlacedHome {
    std::string id;
    std::string label;
    std::vector<PlacedRegister> registers;
};

class Importer {
  public:
    Importer(std::vector<NamedFile>& files, const ImportRules& rules, ImportErrors& errors)
        : files_(files), rules_(rules), errors_(errors) {}

    HomeImport run() {
        for (const NamedFile& file : files_) {
            for (const std::string& note : file.read.notes)
                out_.notes.push_back(file.name + ": " + note);
            out_.rounded += file.read.rounded;
        }
        const auto written_offset_s = least_written_offset();
        place_all();
        if (!errors_.empty()) return std::move(out_);
        for (const PlacedHome& home : homes_)
            check_registers(home);
        choose_grid(written_offset_s);
        if (!errors_.empty()) return std::move(out_);
        choose_span();
        if (!errors_.empty()) return std::move(out_);
        for (PlacedHome& home : homes_)
            fill(home);
        return std::move(out_);
    }

  private:
    // Files with offsets and without a named zone: the least offset is that without daylight
    // saving.
    [[nodiscard]] std::optional<std::int64_t> least_written_offset() const {
        std::optional<std::int64_t> least;
        for (const NamedFile& file : files_)
            for (const ReadSeries& series : file.read.series)
                for (const ReadValue& value : series.values)
                    if (value.at.offset_s && (!least || *value.at.offset_s < *least))
                        least = value.at.offset_s;
        return least;
    }

    void place_all() {
        for (HomeSeries& home : group_by_home(files_, errors_)) {
            PlacedHome placed{home.id, home.label, {}};
            const bool has_import = std::any_of(
                home.series.begin(), home.series.end(),
                [](const auto& each) { return each.series.channel == Channel::imported; });
            for (const SeriesOfHome& each : home.series) {
                if (has_import && each.series.channel == Channel::load) {
                    out_.notes.push_back("'" + each.series.name +
                                         "' left out: import and export say what the load was");
                    continue;
                }
                place_one(each, placed);
            }
            drop_coarse(placed);
            homes_.push_back(std::move(placed));
        }
        if (homes_.empty() && errors_.empty()) errors_.add("no register of energy in these files");
    }

    // Portals add daily totals of what is there by the hour.
    void drop_coarse(PlacedHome& home) {
        std::set<Channel> fine;
        for (const PlacedRegister& each : home.registers)
            if (each.account.step_s <= kSteps[2]) fine.insert(each.account.channel);
        std::erase_if(home.registers, [&](const PlacedRegister& each) {
            const bool is_total =
                each.account.step_s > kSteps[2] && fine.contains(each.account.channel);
            if (is_total)
                out_.notes.push_back("'" + each.account.name +
                                     "' left out: finer values of the same register are there");
            return is_total;
        });
    }

    void place_one(const SeriesOfHome& each, PlacedHome& home) {
        const NamedFile& file = files_[each.file];
        PlaceRules rules;
        rules.zone = file.zone ? &*file.zone : nullptr;
        rules.most_w = rules_.most_w;
        PlacedRegister placed;
        placed.series = place(file.read, each.series, rules, errors_);
        if (placed.series.intervals.empty()) {
            out_.notes.push_back(file.name + ": register '" + each.series.name +
                                 "' left out: it has no value");
            return;
        }
        ImportedRegister& account = placed.account;
        account.channel = each.series.channel;
        account.name = each.series.name;
        account.format = file.read.format;
        for (const std::size_t index : each.files)
            account.files.push_back(files_[index].name);
        account.step_s = placed.series.step_s;
        account.repeated = placed.series.repeated;
        account.skipped = placed.series.skipped;
        for (const Event& event : placed.series.events)
            account.events.push_back(errors_.text_of(event.place) + ": " + event.text);
        home.registers.push_back(std::move(placed));
    }

    void check_registers(const PlacedHome& home) {
        const auto has = [&](Channel channel) {
            return std::any_of(home.registers.begin(), home.registers.end(),
                               [&](const auto& each) { return each.account.channel == channel; });
        };
        const std::string name = "home '" + home.label + "'";
        if (!has(Channel::imported) && !has(Channel::load))
            errors_.add(name + " has neither import nor load: add the file of its meter, as NAME=" +
                        "FILE beside NAME=<the file with the rest>");
        if (!has(Channel::imported) && has(Channel::exported))
            errors_.add(name +
                        " has an export and no import: both registers of a meter are needed");
        for (const PlacedRegister& each : home.registers) {
            const auto& intervals = each.series.intervals;
            if (intervals.back().end_s - intervals.front().start_s > kLongestS)
                errors_.add(intervals.back().place,
                            "more than 30 years after the first value: "
                            "remove what has a wrong time");
            if (each.account.step_s > kSteps[2])
                errors_.add(intervals.front().place,
                            "register '" + each.account.name + "' has steps of " +
                                span_text(each.account.step_s * 1000) +
                                ": a recording needs 60 minutes or less; export finer values");
        }
    }

    void choose_grid(std::optional<std::int64_t> written_offset_s) {
        std::int64_t finest_s = kSteps[2];
        std::int64_t start_s = INT64_MAX;
        for (const PlacedHome& home : homes_)
            for (const PlacedRegister& each : home.registers) {
                finest_s = std::min(finest_s, each.account.step_s);
                start_s = std::min(start_s, each.series.intervals.front().start_s);
            }
        out_.grid.step_s = kSteps[0];
        for (const std::int64_t step_s : kSteps)
            if (step_s <= finest_s) out_.grid.step_s = step_s;
        if (rules_.step_s > 0) out_.grid.step_s = rules_.step_s;
        const TimeZone* zone = rules_.zone ? &*rules_.zone : nullptr;
        for (const NamedFile& file : files_)
            if (zone == nullptr && file.zone) zone = &*file.zone;
        out_.grid.offset_s =
            zone != nullptr ? zone->standard_offset_s(start_s) : written_offset_s.value_or(0);
        out_.zone = zone != nullptr ? zone->name() : "the least offset in the files";
    }

    // The steps that every register of every home has.
    void choose_span() {
        out_.span = {INT64_MIN, INT64_MAX};
        for (const PlacedHome& home : homes_)
            for (const PlacedRegister& each : home.registers) {
                const Span own = span_of(each.series, out_.grid);
                out_.span.first = std::max(out_.span.first, own.first);
                out_.span.end = std::min(out_.span.end, own.end);
            }
        if (out_.span.steps() > 0) return;
        errors_.add(
            "these registers have no whole step in common; if files continue each other, "
            "give them one name: NAME=FILE NAME=FILE");
        for (const PlacedHome& home : homes_)
            for (const PlacedRegister& each : home.registers)
                errors_.add("  " + each.account.files[0] + ": '" + each.account.name + "' from " +
                            utc_text(each.series.intervals.front().start_s) + " to " +
                            utc_text(each.series.intervals.back().end_s) + " UTC");
    }

    void fill(PlacedHome& placed) {
        ImportedHome home;
        home.id = placed.id;
        home.label = placed.label;
        home.flags.assign(static_cast<std::size_t>(out_.span.steps()), Flag::measured);
        std::map<Channel, std::vector<std::int64_t>> uwh;
        for (PlacedRegister& each : placed.registers) {
            ImportedRegister& account = each.account;
            account.gaps = gaps_of(each.series, out_.grid, out_.span);
            if (rules_.gaps == GapPolicy::refuse) tell_gaps(account);
            const Steps steps = fill_steps(each.series, out_.grid, out_.span, rules_.gaps, errors_);
            account.measured_uwh = steps.measured_uwh;
            account.split_steps = steps.split;
            auto& sums = uwh[account.channel];
            sums.resize(home.flags.size(), 0);
            for (std::size_t i = 0; i < sums.size(); ++i) {
                sums[i] += steps.uwh[i];
                account.filled_uwh += steps.uwh[i];
                account.filled_steps += steps.flags[i] > Flag::estimated ? 1 : 0;
                account.estimated_steps += steps.flags[i] == Flag::estimated ? 1 : 0;
                home.flags[i] = std::max(home.flags[i], steps.flags[i]);
            }
            account.filled_uwh -= account.measured_uwh;
            home.registers.push_back(std::move(account));
        }
        for (const auto& [channel, sums] : uwh)
            home.steps_mwh[channel] = to_mwh(sums);
        home.both_ways_steps = count_both_ways(home);
        out_.homes.push_back(std::move(home));
    }

    void tell_gaps(const ImportedRegister& account) {
        for (const Gap& gap : account.gaps)
            if (told_gaps_.insert({gap.place.file, gap.place.line}).second) tell_gap(account, gap);
    }

    void tell_gap(const ImportedRegister& account, const Gap& gap) {
        errors_.add(gap.place, "no value of '" + account.name + "' for " +
                                   span_text((gap.end_s - gap.start_s) * 1000) + " before, from " +
                                   utc_text(gap.start_s + out_.grid.offset_s) + " (" +
                                   "standard time) on: --gaps zero, interpolate or last-week "
                                   "fills gaps and flags them");
    }

    // Rounds the sum and not the parts, so that the total is that of the files to half a mWh.
    static std::vector<std::int64_t> to_mwh(const std::vector<std::int64_t>& uwh) {
        std::vector<std::int64_t> out;
        Int128 sum = 0;
        std::int64_t before_mwh = 0;
        for (const std::int64_t each : uwh) {
            sum += each;
            const auto until_mwh = static_cast<std::int64_t>((sum + kUwhPerMwh / 2) / kUwhPerMwh);
            out.push_back(until_mwh - before_mwh);
            before_mwh = until_mwh;
        }
        return out;
    }

    static std::int64_t count_both_ways(const ImportedHome& home) {
        const auto imported = home.steps_mwh.find(Channel::imported);
        const auto exported = home.steps_mwh.find(Channel::exported);
        if (imported == home.steps_mwh.end() || exported == home.steps_mwh.end()) return 0;
        std::int64_t count = 0;
        for (std::size_t i = 0; i < imported->second.size(); ++i)
            count += imported->second[i] > 0 && exported->second[i] > 0 ? 1 : 0;
        return count;
    }

    std::vector<NamedFile>& files_;
    const ImportRules& rules_;
    ImportErrors& errors_;
    std::vector<PlacedHome> homes_;
    std::set<std::pair<std::size_t, std::size_t>> told_gaps_;  // registers of one file share them
    HomeImport out_;
};

}  // namespace

Result<HomeImport, std::vector<std::string>> import_homes(std::vector<NamedFile> files,
                                                          const ImportRules& rules) {
    std::vector<std::string> names;
    for (const NamedFile& file : files)
        names.push_back(file.name);
    ImportErrors errors(std::move(names));
    HomeImport out = Importer(files, rules, errors).run();
    if (!errors.empty()) return unexpected(errors.take());
    return out;
}

}  // namespace fairfeed::imports
