#include "meter-sim/imports/recording_text.h"

#include <algorithm>

#include "core/base/utc_text.h"

namespace fairfeed::imports {

namespace {

constexpr std::int64_t kMwhPerKwh = 1'000'000;
constexpr std::size_t kTimeLetters = 16;  // without seconds

const char* prefix_of(Channel channel) {
    switch (channel) {
        case Channel::imported:
            return "import_kwh_";
        case Channel::exported:
            return "export_kwh_";
        case Channel::generation:
            return "pv_kwh_";
        case Channel::load:
            return "load_kwh_";
    }
    return "";
}

void append_kwh(std::string& out, std::int64_t mwh) {
    std::string fraction = std::to_string(mwh % kMwhPerKwh);
    fraction.insert(0, 6 - fraction.size(), '0');
    out += std::to_string(mwh / kMwhPerKwh) + "." + fraction;
}

bool has_flags(const ImportedHome& home) {
    return std::any_of(home.flags.begin(), home.flags.end(),
                       [](Flag flag) { return flag != Flag::measured; });
}

}  // namespace

std::string recording_text(const HomeImport& import) {
    std::string out = "interval_start_local";
    for (const ImportedHome& home : import.homes) {
        for (const auto& [channel, steps] : home.steps_mwh)
            out += "," + std::string(prefix_of(channel)) + home.id;
        if (has_flags(home)) out += ",flag_" + home.id;
    }
    out += '\n';
    for (std::int64_t step = import.span.first; step < import.span.end; ++step) {
        const auto index = static_cast<std::size_t>(step - import.span.first);
        std::string time = utc_text(step * import.grid.step_s).substr(0, kTimeLetters);
        time[10] = 'T';
        out += time;
        for (const ImportedHome& home : import.homes) {
            for (const auto& [channel, steps] : home.steps_mwh) {
                out += ',';
                append_kwh(out, steps[index]);
            }
            if (has_flags(home)) out += "," + std::string(to_string(home.flags[index]));
        }
        out += '\n';
    }
    return out;
}

}  // namespace fairfeed::imports
