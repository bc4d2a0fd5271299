#include "core/base/units.h"
#include "core/recordings/recorded_homes.h"
#include "meter-sim/imports/formats.h"
#include "meter-sim/imports/home_import.h"
#include "meter-sim/imports/import_table.h"
#include "meter-sim/imports/mapping_file.h"
#include "meter-sim/imports/recording_text.h"
#include "tests/fuzz/properties.h"

namespace fairfeed::fuzz {
namespace {

using namespace imports;

// Clocks that change in 2021 and 2024 as those of Brussels do; the system's files are not asked.
TimeZone zone() {
    return TimeZone("Europe/Brussels", {{0, 3600},
                                        {1'616'893'200, 7200},
                                        {1'635'642'000, 3600},
                                        {1'711'846'800, 7200},
                                        {1'729'990'800, 3600}});
}

Mapping mapping() {
    Mapping out;
    out.time = {"t"};
    out.end_stamped = true;
    out.columns = {{"a kWh", Channel::imported, std::nullopt, std::nullopt, true, false},
                   {"b", Channel::generation, Channel::load, Unit{9, true}, false, true}};
    return out;
}

// What was imported is a recording, and its energy is what the account says.
void check(const HomeImport& import) {
    constexpr std::int64_t kSmall = 2000;
    CHECK(import.span.steps() > 0 && !import.homes.empty());
    for (const ImportedHome& home : import.homes) {
        CHECK(home.flags.size() == static_cast<std::size_t>(import.span.steps()));
        Int128 recorded_mwh = 0;
        for (const auto& [channel, steps] : home.steps_mwh)
            for (const std::int64_t step : steps) {
                CHECK(step >= 0);
                recorded_mwh += step;
            }
        Int128 told_uwh = 0;
        for (const ImportedRegister& each : home.registers)
            told_uwh += Int128{each.measured_uwh} + each.filled_uwh;
        const Int128 lost_uwh = recorded_mwh * 1000 - told_uwh;
        const auto channels = static_cast<std::int64_t>(home.steps_mwh.size());
        CHECK(lost_uwh <= channels * 500 && lost_uwh >= -channels * 500);
    }
    if (import.span.steps() > kSmall) return;
    const auto homes = parse_recorded_homes("homes.csv", recording_text(import));
    CHECK(homes && homes->homes.size() == import.homes.size());
    CHECK(homes->step_s == import.grid.step_s || import.span.steps() == 1);
    ++accepted_inputs;
}

void import(ReadFile read, GapPolicy gaps) {
    NamedFile file{"file", "home", zone(), std::move(read)};
    ImportRules rules;
    rules.gaps = gaps;
    const auto out = import_homes({std::move(file)}, rules);
    if (out) {
        check(*out);
    } else {
        CHECK(!out.error().empty());
    }
}

}  // namespace
}  // namespace fairfeed::fuzz

// Files of real meters in every format and by a mapping: refused with lines that say where, or a
// recording that holds the file's energy.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const std::string text = imports::plain_text(as_text({data, size}));
    const imports::ChannelChoices none;
    const imports::Format* format = imports::recognise(text);
    if (format != nullptr) {
        for (const auto gaps : {imports::GapPolicy::refuse, imports::GapPolicy::interpolate,
                                imports::GapPolicy::last_week}) {
            CsvComplaints complaints("file");
            imports::ReadFile read = format->read({text, none}, complaints);
            if (complaints.empty()) fuzz::import(std::move(read), gaps);
        }
    }
    CsvComplaints complaints("file");
    imports::ReadFile read = imports::read_mapped(fuzz::mapping(), text, complaints);
    if (complaints.empty() && !read.series.empty())
        fuzz::import(std::move(read), imports::GapPolicy::zero);
    return 0;
}
