#include "gateway/commands/show_recording.h"

#include <algorithm>
#include <iomanip>

#include "core/base/utc_text.h"
#include "core/io/json.h"
#include "gateway/dgmd/recording.h"

namespace fairfeed {

namespace {

constexpr int kDone = 0;
constexpr int kWrongInput = 2;
constexpr std::int64_t kMwhPerWh = 1000;

Json to_json(const Recording& recording, const std::filesystem::path& file) {
    Json homes = Json::array();
    for (const RecordedHome& home : recording.homes())
        homes.push(Json::object()
                       .set("name", home.name)
                       .set("load_wh", home.load.total_mwh() / kMwhPerWh)
                       .set("pv_wh", home.pv.total_mwh() / kMwhPerWh)
                       .set("capacity_w", recording.capacity_w(home.name).value_or(0)));
    return Json::object()
        .set("file", file.string())
        .set("sha256", to_hex(recording.digest().view()))
        .set("starts_s", recording.start_s())
        .set("hours", recording.hours())
        .set("homes", std::move(homes));
}

void print_page(const Recording& recording, const std::filesystem::path& file, std::ostream& out) {
    std::size_t width = 4;
    for (const RecordedHome& home : recording.homes())
        width = std::max(width, home.name.size());
    const auto column = [&out](const auto& value) { out << "  " << std::setw(12) << value; };
    out << file.string() << ": " << recording.homes().size() << " homes, " << recording.hours()
        << " hours from " << utc_text(recording.start_s()) << "\n  SHA-256 "
        << to_hex(recording.digest().view()) << "\n\n  " << std::left
        << std::setw(static_cast<int>(width)) << "home" << std::right;
    for (const char* name : {"load Wh", "PV Wh", "certified W"})
        column(name);
    out << '\n';
    for (const RecordedHome& home : recording.homes()) {
        out << "  " << std::left << std::setw(static_cast<int>(width)) << home.name << std::right;
        column(home.load.total_mwh() / kMwhPerWh);
        column(home.pv.total_mwh() / kMwhPerWh);
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
