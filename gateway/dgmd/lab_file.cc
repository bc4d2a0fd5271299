#include "gateway/dgmd/lab_file.h"

#include <optional>

#include "core/io/zone_file.h"
#include "core/model/band_hours.h"
#include "core/state/state.h"
#include "gateway/dgmd/lab_members.h"
#include "gateway/dgmd/lab_parameters.h"
#include "gateway/dgmd/recording.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kMaxLatitudeDeg = 60;  // the range of the built-in solar model

BandRates read_rates(const YamlView& view) {
    return {view.require_int("import_micro_per_kwh", 0, kMaxRateMicroPerKwh),
            view.require_int("export_micro_per_kwh", 0, kMaxRateMicroPerKwh)};
}

void read_bands(const YamlView& view, Tariff& tariff) {
    BandWeek week(kQuartersPerWeek);
    for (const YamlView& each : view.optional_list("bands")) {
        tariff.more.push_back({each.require_name<NodeId>("name").str(), read_rates(each)});
        const auto band = static_cast<std::uint8_t>(tariff.more.size());
        const std::string hours = each.require_text("hours");
        if (hours.empty() || tariff.bands() > kMaxBands) continue;
        if (const auto wrong = mark_hours(week, band, hours)) each.fail("hours", *wrong);
    }
    tariff.week = runs_of(week);
}

void read_tariff(const YamlView& root, Tariff& tariff) {
    const YamlView view = root.require_map("tariff");
    const BandRates rates = read_rates(view);
    tariff.import_micro_per_kwh = rates.import_micro_per_kwh;
    tariff.export_micro_per_kwh = rates.export_micro_per_kwh;
    tariff.daily_micro = view.optional_int("daily_charge_micro", 0, kMaxDailyMicro).value_or(0);
    read_bands(view, tariff);
    if (const auto formula = view.optional_map("formula")) {
        RateTerms terms;
        terms.k_ppm = formula->require_int("k_ppm", 0, kMaxTermPpm);
        terms.low_ppm = formula->require_int("low_ppm", 0, kPpm);
        terms.high_ppm = formula->require_int("high_ppm", kPpm, kMaxTermPpm);
        for (std::size_t band = 0; band < tariff.bands(); ++band)
            terms.base.push_back(tariff.rates(band));
        tariff.terms = terms;
    }
    if (const auto fault = fault_of(tariff)) root.fail("tariff", *fault);
}

// The tariff's clock, from the network's zone, as it will be for the years after the first window.
void read_zone(const YamlView& network, LabNetwork& lab) {
    const auto name = network.optional_text("time_zone");
    if (!name) return;
    const auto zone = load_time_zone(*name);
    if (!zone) return network.fail("time_zone", zone.error());
    lab.parameters.time_zone = *name;
    lab.tariff.clock = clock_of(*zone, lab.parameters.grid_epoch_s);
}

void read_source(const YamlView& root, MeterSource& source) {
    const YamlView view = root.require_map("meter_source");
    source.seed = view.optional_int("seed", 0, INT64_MAX);
    source.latitude_deg = view.optional_int("latitude_deg", -kMaxLatitudeDeg, kMaxLatitudeDeg);
    if (const auto homes = view.optional_path("homes")) {
        std::error_code ignored;
        source.homes = std::filesystem::absolute(*homes, ignored).lexically_normal();
    }
    if (root.has("meter_source") && view.has("seed") == view.has("homes")) {
        view.fail("'meter_source' needs exactly one of 'seed' and 'homes'");
    }
    if (view.has("latitude_deg") && view.has("homes")) {
        view.fail("latitude_deg", "only with 'meter_source.seed'");
    }
}

// Window 0 is the recording's first row, so the grid epoch is the recording's start.
void align_with_recording(const YamlView& network, const Recording& recording, LabNetwork& lab) {
    const std::int64_t start_s = recording.start_s();
    const auto written = network.optional_text("grid_epoch");
    if (written && parse_grid_epoch(*written) && lab.parameters.grid_epoch_s != start_s) {
        network.fail("grid_epoch", "the recording begins at " + std::to_string(start_s) +
                                       " s and its first row is window 0: leave grid_epoch out");
    }
    lab.parameters.grid_epoch_s = start_s;
    lab.source.homes_digest = recording.digest();
    lab.source.homes_quarters = recording.quarters();
}

}  // namespace

Result<LabNetwork, YamlErrors> load_lab_file(const std::filesystem::path& file) {
    const auto document = YamlDocument::load(file);
    if (!document) return unexpected(document.error());
    const YamlView root = document->root();
    LabNetwork lab;
    const YamlView network = root.require_map("network");
    read_parameters(network, lab);
    read_tariff(root, lab.tariff);
    read_source(root, lab.source);
    CsvErrors recording_errors;
    std::optional<Recording> recording;
    if (!lab.source.homes.empty()) {
        auto loaded = Recording::load(lab.source.homes);
        if (loaded) {
            recording = std::move(*loaded);
            align_with_recording(network, *recording, lab);
        } else {
            recording_errors = loaded.error();  // these errors name the recording itself
        }
    } else if (root.has("network") && !network.has("grid_epoch")) {
        (void)network.require_text("grid_epoch");
    }
    read_zone(network, lab);
    LabMembers members(lab);
    members.read_office(root);
    members.read_nodes(root);
    members.read_gateway(root);
    members.read_clusters(root);
    members.read_meters(root, recording ? &*recording : nullptr);
    members.size_blocks(network);
    YamlErrors errors = document->finish();
    errors.insert(errors.end(), recording_errors.begin(), recording_errors.end());
    if (!errors.empty()) return unexpected(std::move(errors));
    return lab;
}

}  // namespace fairfeed
