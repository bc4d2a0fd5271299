#include "meter-sim/imports/import_report.h"

#include <algorithm>
#include <array>
#include <iomanip>

#include "core/base/units.h"
#include "core/base/utc_text.h"
#include "core/recordings/csv_table.h"
#include "core/recordings/recorded_homes.h"
#include "meter-sim/imports/register_rules.h"

namespace fairfeed::imports {

namespace {

constexpr std::int64_t kUwhPerWh = 1'000'000;
constexpr std::size_t kMostGaps = 5;
constexpr std::size_t kMostEvents = 10;
constexpr std::array kFlags = {Flag::estimated, Flag::zero, Flag::interpolated, Flag::last_week};

std::string counted(std::int64_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// Text of a file, without what would steer a terminal.
std::string shown(const std::string& text) {
    const std::string quoted = visible(text);
    return quoted.substr(1, quoted.size() - 2);
}

std::int64_t count_of(const ImportedHome& home, Flag flag) {
    return std::count(home.flags.begin(), home.flags.end(), flag);
}

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts)
        out += (out.empty() ? "" : ", ") + part;
    return out;
}

void print_events(const ImportedRegister& each, std::ostream& out) {
    for (std::size_t i = 0; i < each.events.size() && i < kMostEvents; ++i)
        out << "      " << each.events[i] << '\n';
    if (each.events.size() > kMostEvents)
        out << "      and " << each.events.size() - kMostEvents << " more\n";
}

void print_gaps(const ImportedRegister& each, const HomeImport& import, std::ostream& out) {
    std::int64_t seconds = 0;
    for (const Gap& gap : each.gaps)
        seconds += gap.end_s - gap.start_s;
    if (each.gaps.empty()) return;
    out << "      " << counted(static_cast<std::int64_t>(each.gaps.size()), "gap") << ", "
        << span_text(seconds * 1000) << ": " << counted(each.filled_steps, "step")
        << " filled, with " << kwh_text(each.filled_uwh) << " beyond what the files state\n";
    for (std::size_t i = 0; i < each.gaps.size() && i < kMostGaps; ++i) {
        const Gap& gap = each.gaps[i];
        out << "        " << utc_text(gap.start_s + import.grid.offset_s) << ", "
            << span_text((gap.end_s - gap.start_s) * 1000)
            << (gap.known ? ", its energy is known from the register" : "") << '\n';
    }
    if (each.gaps.size() > kMostGaps)
        out << "        and " << each.gaps.size() - kMostGaps << " more\n";
}

void print_register(const ImportedRegister& each, const HomeImport& import, std::ostream& out) {
    out << "    " << std::left << std::setw(7) << to_string(each.channel) << std::right
        << std::setw(16) << kwh_text(each.measured_uwh) << "  " << shown(each.name) << " ("
        << each.format << ", " << each.step_s / 60 << " min, " << joined(each.files) << ")\n";
    print_gaps(each, import, out);
    if (each.estimated_steps > 0)
        out << "      " << counted(each.estimated_steps, "step") << " estimated by the supplier\n";
    if (each.split_steps > 0)
        out << "      " << counted(each.split_steps, "step")
            << " with an even part of a longer interval\n";
    if (each.repeated > 0)
        out << "      " << counted(static_cast<std::int64_t>(each.repeated), "row")
            << " repeated another and left out\n";
    if (each.skipped > 0)
        out << "      " << counted(static_cast<std::int64_t>(each.skipped), "row")
            << " without energy at times that the clock skipped, left out\n";
    print_events(each, out);
}

void print_home(const ImportedHome& home, const HomeImport& import, std::ostream& out) {
    out << "  " << home.id << (home.id == home.label ? "" : ", in the files " + shown(home.label))
        << '\n';
    for (const ImportedRegister& each : home.registers)
        print_register(each, import, out);
    if (home.both_ways_steps > 0)
        out << "    " << counted(home.both_ways_steps, "step")
            << " with import and export: both are kept\n";
    for (const Flag flag : kFlags)
        if (const std::int64_t count = count_of(home, flag); count > 0)
            out << "    " << counted(count, "step") << " flagged " << to_string(flag) << '\n';
}

Json gaps_json(const ImportedRegister& each) {
    Json gaps = Json::array();
    for (const Gap& gap : each.gaps)
        gaps.push(Json::object()
                      .set("from_s", gap.start_s)
                      .set("to_s", gap.end_s)
                      .set("known", gap.known));
    return gaps;
}

Json texts_json(const std::vector<std::string>& texts) {
    Json list = Json::array();
    for (const std::string& text : texts)
        list.push(text);
    return list;
}

Json register_json(const ImportedRegister& each) {
    return Json::object()
        .set("register", to_string(each.channel))
        .set("name", each.name)
        .set("format", each.format)
        .set("files", texts_json(each.files))
        .set("step_minutes", each.step_s / 60)
        .set("measured_wh", each.measured_uwh / kUwhPerWh)
        .set("filled_wh", each.filled_uwh / kUwhPerWh)
        .set("filled_steps", each.filled_steps)
        .set("estimated_steps", each.estimated_steps)
        .set("split_steps", each.split_steps)
        .set("repeated_rows", each.repeated)
        .set("skipped_rows", each.skipped)
        .set("gaps", gaps_json(each))
        .set("events", texts_json(each.events));
}

Json home_json(const ImportedHome& home) {
    Json registers = Json::array();
    for (const ImportedRegister& each : home.registers)
        registers.push(register_json(each));
    Json flagged = Json::object();
    for (const Flag flag : kFlags)
        flagged.set(to_string(flag), count_of(home, flag));
    return Json::object()
        .set("id", home.id)
        .set("label", home.label)
        .set("steps", home.flags.size())
        .set("flagged", std::move(flagged))
        .set("both_ways_steps", home.both_ways_steps)
        .set("registers", std::move(registers));
}

}  // namespace

void print_report(const HomeImport& import, const std::string& file, std::ostream& out) {
    const std::int64_t quarters = import.span.steps() * import.grid.step_s / kSecondsPerQuarter;
    const std::int64_t first_s = import.span.first * import.grid.step_s;
    const std::int64_t end_s = import.span.end * import.grid.step_s;
    out << file << ": " << counted(static_cast<std::int64_t>(import.homes.size()), "home") << ", "
        << hours_text(quarters) << " by steps of " << import.grid.step_s / 60 << " min\n  from "
        << utc_text(first_s) << " to " << utc_text(end_s) << ", standard time at UTC"
        << offset_text(import.grid.offset_s) << " (" << import.zone << ")\n\n";
    for (const ImportedHome& home : import.homes)
        print_home(home, import, out);
    out << '\n';
    if (import.rounded > 0)
        out << "  " << counted(static_cast<std::int64_t>(import.rounded), "value")
            << " finer than 0.000001 Wh rounded\n";
    out << "  totals are those of the files to 0.001 Wh\n";
    for (const std::string& note : import.notes)
        out << "  " << note << '\n';
}

Json report_json(const HomeImport& import, const std::string& file) {
    Json homes = Json::array();
    for (const ImportedHome& home : import.homes)
        homes.push(home_json(home));
    return Json::object()
        .set("file", file)
        .set("step_minutes", import.grid.step_s / 60)
        .set("starts_s", import.span.first * import.grid.step_s)
        .set("quarters", import.span.steps() * import.grid.step_s / kSecondsPerQuarter)
        .set("utc_offset_s", import.grid.offset_s)
        .set("zone", import.zone)
        .set("rounded", import.rounded)
        .set("notes", texts_json(import.notes))
        .set("homes", std::move(homes));
}

}  // namespace fairfeed::imports
