#include "gateway/commands/show_recording.h"

#include <algorithm>
#include <iomanip>

#include "core/base/units.h"
#include "core/base/utc_text.h"
#include "core/io/json.h"
#include "gateway/dgmd/recording.h"

namespace fairfeed {

namespace {

constexpr int kDone = 0;
constexpr int kWrongInput = 2;
constexpr std::int64_t kMwhPerWh = 1000;
constexpr std::int64_t kSecondsPerMinute = 60;

// A name is whatever the file says: invisible bytes and those beyond ASCII become \xNN, so that no
// name can move the cursor of a terminal.
std::string shown(const std::string& name) {
    const std::string quoted = visible(name);
    return quoted.substr(1, quoted.size() - 2);
}

Json to_json(const RecordedHome& home) {
    Json json = Json::object()
                    .set("name", home.name)
                    .set("load_wh", home.load.total_mwh() / kMwhPerWh)
                    .set("pv_wh", home.pv.total_mwh() / kMwhPerWh);
    if (home.metered)
        json.set("import_wh", home.metered->imported.total_mwh() / kMwhPerWh)
            .set("export_wh", home.metered->exported.total_mwh() / kMwhPerWh);
    return json.set("filled_steps", home.filled_steps).set("estimated_steps", home.estimated_steps);
}

Json to_json(const Recording& recording, const std::filesystem::path& file) {
    Json homes = Json::array();
    for (const RecordedHome& home : recording.homes())
        homes.push(to_json(home).set("capacity_w", recording.capacity_w(home.name).value_or(0)));
    return Json::object()
        .set("file", file.string())
        .set("sha256", to_hex(recording.digest().view()))
        .set("starts_s", recording.start_s())
        .set("step_minutes", recording.step_s() / kSecondsPerMinute)
        .set("quarters", recording.quarters())
        .set("hours", recording.quarters() * kSecondsPerQuarter / kSecondsPerHour)
        .set("homes", std::move(homes));
}

void print_page(const Recording& recording, const std::filesystem::path& file, std::ostream& out) {
    std::size_t width = 4;
    for (const RecordedHome& home : recording.homes())
        width = std::max(width, shown(home.name).size());
    const auto column = [&out](const auto& value) { out << "  " << std::setw(12) << value; };
    out << file.string() << ": " << recording.homes().size()
        << (recording.homes().size() == 1 ? " home, " : " homes, ")
        << hours_text(recording.quarters()) << " by steps of "
        << recording.step_s() / kSecondsPerMinute << " min from " << utc_text(recording.start_s())
        << "\n  SHA-256 " << to_hex(recording.digest().view()) << "\n\n  " << std::left
        << std::setw(static_cast<int>(width)) << "home" << std::right;
    for (const char* name : {"load Wh", "PV Wh", "import Wh", "export Wh", "filled", "certified W"})
        column(name);
    out << '\n';
    for (const RecordedHome& home : recording.homes()) {
        out << "  " << std::left << std::setw(static_cast<int>(width)) << shown(home.name)
            << std::right;
        column(home.load.total_mwh() / kMwhPerWh);
        column(home.pv.total_mwh() / kMwhPerWh);
        if (home.metered) {
            column(home.metered->imported.total_mwh() / kMwhPerWh);
            column(home.metered->exported.total_mwh() / kMwhPerWh);
        } else {
            column("-");
            column("-");
        }
        column(home.filled_steps);
        column(recording.capacity_w(home.name).value_or(0));
        out << '\n';
    }
}

}  // namespace

int run_show_recording(const ShowRecordingOptions& options, std::ostream& out, std::ostream& err) {
    const auto recording = Recording::load(options.file);
    if (!recording) {
        for (const std::string& line : recording.error())
            err << line << '\n';
        return kWrongInput;
    }
    if (options.json) {
        out << to_json(*recording, options.file).dump(2) << '\n';
    } else {
        print_page(*recording, options.file, out);
    }
    return kDone;
}

}  // namespace fairfeed
