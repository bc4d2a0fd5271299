#include "edge-node/commands/settle.h"

#include <algorithm>
#include <array>
#include <iomanip>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "core/contract/availability.h"
#include "core/contract/settlement.h"
#include "core/io/json.h"
#include "core/io/yaml_file.h"
#include "edge-node/commands/figures.h"

namespace fairfeed {

namespace {

constexpr int kDone = 0;
constexpr int kWrongInput = 2;

// ---- the file a person wrote ----

std::string refusal(SettlementReason reason, const std::string& detail) {
    return std::string(to_string(reason)) + ": " + detail;
}

// One figure of the file; no value: missing or refused.
struct Figure {
    std::string_view key;
    std::optional<std::int64_t> value;
};

Figure optional_figure(const YamlView& view, std::string_view key, std::int64_t limit) {
    const auto value = view.optional_int(key, INT64_MIN, INT64_MAX);
    if (!value || (*value >= 0 && *value <= limit)) return {key, value};
    const std::string shown = std::string(key) + " is " + std::to_string(*value);
    if (*value < 0) {
        view.fail(key, refusal(SettlementReason::negative, shown));
    } else {
        view.fail(key, refusal(SettlementReason::overflow,
                               shown + ", the limit is " + std::to_string(limit)));
    }
    return {key, std::nullopt};
}

Figure required_figure(const YamlView& view, std::string_view key, std::int64_t limit) {
    if (view.has(key)) return optional_figure(view, key, limit);
    (void)view.require_int(key, 0, limit);  // reports that it is missing
    return {key, std::nullopt};
}

std::int64_t figure(const YamlView& view, std::string_view key, std::int64_t limit) {
    return required_figure(view, key, limit).value.value_or(0);
}

std::int64_t read_window_seconds(const YamlView& root) {
    constexpr std::string_view kKey = "window_seconds";
    const std::int64_t seconds = figure(root, kKey, kMaxWindowSeconds);
    if (seconds % kSecondsPerQuarter != 0) {
        root.fail(kKey, refusal(SettlementReason::window_not_whole_quarters,
                                std::to_string(seconds) + " s is not a multiple of 900 s"));
    }
    return seconds;
}

Tariff read_tariff(const YamlView& root) {
    const YamlView view = root.require_map("tariff");
    return {figure(view, "import_micro_per_kwh", INT64_MAX),
            figure(view, "export_micro_per_kwh", INT64_MAX)};
}

// A part above its whole is refused at the part's place.
void refuse_excess(const YamlView& view, SettlementReason reason, const Figure& part,
                   const Figure& whole) {
    if (!part.value || !whole.value || *part.value <= *whole.value) return;
    view.fail(
        part.key,
        refusal(reason, std::string(part.key) + " is " + std::to_string(*part.value) + ", " +
                            std::string(whole.key) + " only " + std::to_string(*whole.value)));
}

MeterTotals read_meter(const YamlView& view, std::int64_t window_seconds) {
    constexpr std::int64_t kMost = kMaxClusterWattHours;
    const Figure exported = required_figure(view, "export_wh", kMost);
    const Figure generation = required_figure(view, "generation_wh", kMost);
    const Figure available = optional_figure(view, "available_wh", kMost);
    const Figure share = optional_figure(view, "share_in_force_w", kMaxClusterWatts);
    refuse_excess(view, SettlementReason::export_above_generation, exported, generation);
    refuse_excess(view, SettlementReason::generation_above_available, generation, available);
    MeterTotals meter;
    meter.meter = view.require_name<MeterId>("id");
    meter.capacity_w = figure(view, "capacity_w", kMaxClusterWatts);
    meter.import_wh = figure(view, "import_wh", kMost);
    meter.export_wh = exported.value.value_or(0);
    meter.generation_wh = generation.value.value_or(0);
    const std::int64_t share_w = std::min(meter.capacity_w, share.value.value_or(meter.capacity_w));
    const auto through_window_wh = [window_seconds](std::int64_t power_w) {
        return static_cast<std::int64_t>(Int128{power_w} * window_seconds / kSecondsPerHour);
    };
    const std::int64_t cap_wh = through_window_wh(share_w);
    const std::int64_t load_wh = meter.import_wh + meter.generation_wh - meter.export_wh;
    meter.credited_wh = credited_export_wh(cap_wh, load_wh, meter.export_wh);
    const bool is_curtailed =
        share_w < meter.capacity_w &&
        stands_at_cap(cap_wh, {meter.import_wh, meter.export_wh, meter.generation_wh});
    const std::int64_t room_wh =
        is_curtailed ? through_window_wh(meter.capacity_w) - meter.generation_wh : 0;
    meter.available_wh = counted_available_wh(meter.generation_wh,
                                              std::max(room_wh, std::int64_t{0}), available.value);
    return meter;
}

std::vector<MeterTotals> read_meters(const YamlView& root, std::int64_t window_seconds) {
    std::vector<MeterTotals> meters;
    for (const YamlView& view : root.require_list("meters")) {
        const MeterTotals meter = read_meter(view, window_seconds);
        const auto same = [&meter](const MeterTotals& other) { return other.meter == meter.meter; };
        if (!meter.meter.empty() && std::any_of(meters.begin(), meters.end(), same)) {
            view.fail("id", refusal(SettlementReason::duplicate_meter, meter.meter.str()));
        }
        if (meter.meter.str() == kGridAccount) {
            view.fail("id", refusal(SettlementReason::reserved_name,
                                    "the account 'grid' is the cluster's other side"));
        }
        meters.push_back(meter);
    }
    std::sort(meters.begin(), meters.end(),
              [](const MeterTotals& a, const MeterTotals& b) { return a.meter < b.meter; });
    return meters;
}

Result<SettlementTotalsInput, YamlErrors> read_input(const SettleOptions& options) {
    const auto document = YamlDocument::load(options.input);
    if (!document) return unexpected(document.error());
    SettlementTotalsInput input;
    input.rule = options.rule.value_or(ShareRule::paper);
    input.window_seconds = read_window_seconds(document->root());
    input.tariff = read_tariff(document->root());
    input.meters = read_meters(document->root(), input.window_seconds);
    YamlErrors errors = document->finish();
    if (!errors.empty()) return unexpected(std::move(errors));
    return input;
}

// ---- JSON ----

Json meters_json(const SettlementResult& result) {
    Json meters = Json::array();
    for (const MeterSettlement& meter : result.meters) {
        meters.push(Json::object()
                        .set("meter", meter.meter.str())
                        .set("load_wh", meter.load_wh)
                        .set("import_wh", meter.import_wh)
                        .set("export_wh", meter.export_wh)
                        .set("credited_wh", meter.credited_wh)
                        .set("uncredited_wh", meter.uncredited_wh)
                        .set("curtailed_wh", meter.curtailed_wh));
    }
    return meters;
}

Json posting_json(std::string_view account, std::int64_t amount_micro) {
    return Json::object().set("account", account).set("amount_micro", amount_micro);
}

Json to_json(const SettlementTotalsInput& input, const SettlementResult& result) {
    Json shares = Json::array();
    Json postings = Json::array();
    for (const MeterSettlement& meter : result.meters) {
        shares.push(Json::object().set("meter", meter.meter.str()).set("mes_w", meter.mes_w));
        postings.push(posting_json(meter.meter.str(), meter.posting_micro));
    }
    const SettlementTotals& totals = result.totals;
    postings.push(posting_json(kGridAccount, totals.grid_amount_micro));
    return Json::object()
        .set("rule", to_string(input.rule))
        .set("window_seconds", input.window_seconds)
        .set("load_wh", totals.load_wh)
        .set("available_wh", totals.available_wh)
        .set("generation_wh", totals.generation_wh)
        .set("d_wh", totals.d_wh)
        .set("df_ppm", totals.df_ppm)
        .set("psa_ppm", totals.psa_ppm)
        .set("residual_surplus_wh", totals.residual_surplus_wh)
        .set("conventional_wh", totals.conventional_wh)
        .set("mes_sum_w", totals.mes_w)
        .set("shares", std::move(shares))
        .set("postings", std::move(postings))
        .set("meters", meters_json(result));
}

// ---- a page for a person ----

std::string duration(std::int64_t seconds) {
    const std::int64_t hours = seconds / kSecondsPerHour;
    const std::int64_t minutes = seconds % kSecondsPerHour / 60;
    if (hours == 0) return std::to_string(minutes) + " min";
    return std::to_string(hours) + " h" + (minutes ? " " + std::to_string(minutes) + " min" : "");
}

constexpr std::size_t kColumns = 10;
using Row = std::array<std::string, kColumns>;

Row row_of(const MeterSettlement& meter) {
    return {meter.meter.str(),
            std::to_string(meter.capacity_w),
            std::to_string(meter.load_wh),
            std::to_string(meter.import_wh),
            std::to_string(meter.export_wh),
            std::to_string(meter.credited_wh),
            std::to_string(meter.generation_wh),
            std::to_string(meter.curtailed_wh),
            std::to_string(meter.mes_w),
            money_text(meter.posting_micro)};
}

Row sum_row(const SettlementResult& result) {
    std::int64_t capacity_w = 0;
    for (const MeterSettlement& meter : result.meters)
        capacity_w += meter.capacity_w;
    const SettlementTotals& totals = result.totals;
    return {"all",
            std::to_string(capacity_w),
            std::to_string(totals.load_wh),
            std::to_string(totals.import_wh),
            std::to_string(totals.export_wh),
            std::to_string(totals.credited_wh),
            std::to_string(totals.generation_wh),
            std::to_string(totals.available_wh - totals.generation_wh),
            std::to_string(totals.mes_w),
            money_text(-totals.grid_amount_micro)};
}

void print_table(const SettlementResult& result, std::ostream& out) {
    std::vector<Row> rows = {{"meter", "capacity", "load", "import", "export", "credited",
                              "generated", "curtailed", "MES", "posting"},
                             {"", "W", "Wh", "Wh", "Wh", "Wh", "Wh", "Wh", "W", "currency"}};
    for (const MeterSettlement& meter : result.meters)
        rows.push_back(row_of(meter));
    rows.push_back(sum_row(result));
    rows.push_back(
        {"grid", "", "", "", "", "", "", "", "", money_text(result.totals.grid_amount_micro)});
    std::array<std::size_t, kColumns> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < kColumns; ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    for (const Row& row : rows) {
        out << "  " << std::left << std::setw(static_cast<int>(widths[0])) << row[0] << std::right;
        for (std::size_t i = 1; i < kColumns; ++i) {
            out << "  " << std::setw(static_cast<int>(widths[i])) << row[i];
        }
        out << '\n';
    }
}

std::string meaning(const SettlementTotals& totals) {
    if (totals.d_wh < 0) {
        return "deficit: everybody may generate all they can, the grid adds " +
               std::to_string(totals.conventional_wh) + " Wh";
    }
    if (totals.d_wh == 0) return "an exact balance: everybody may generate all they can";
    if (totals.mes_w == 0) return "surplus, and no share of it to give";
    return "surplus: the next shares are the MES column";
}

void print_page(const SettlementTotalsInput& input, const SettlementResult& result,
                std::ostream& out) {
    const SettlementTotals& totals = result.totals;
    out << "One window of " << duration(input.window_seconds) << ", rule " << to_string(input.rule)
        << ", import " << money_text(input.tariff.import_micro_per_kwh) << " and export "
        << money_text(input.tariff.export_micro_per_kwh) << " per kWh\n\n"
        << "  L  load                 " << totals.load_wh << " Wh\n"
        << "  G  available generation " << totals.available_wh << " Wh\n"
        << "  D  = G - L              " << totals.d_wh << " Wh, " << meaning(totals) << '\n'
        << "  DF                      " << percent_text(totals.df_ppm) << '\n'
        << "  PSA = 1 - DF            " << percent_text(totals.psa_ppm) << '\n'
        << "  residual surplus        " << totals.residual_surplus_wh
        << " Wh that these shares would still let through\n\n";
    print_table(result, out);
    out << "\nA positive posting is owed; with the grid's they add up to nothing.\n";
}

}  // namespace

int run_settle(const SettleOptions& options, std::ostream& out, std::ostream& err) {
    const auto input = read_input(options);
    if (!input) {
        for (const std::string& line : input.error())
            err << line << '\n';
        return kWrongInput;
    }
    const auto result = settle_totals(*input);
    if (!result) {
        err << options.input.string() << ": " << describe(result.error()) << '\n';
        return kWrongInput;
    }
    if (options.json) {
        out << to_json(*input, *result).dump(2) << '\n';
    } else {
        print_page(*input, *result, out);
    }
    return kDone;
}

}  // namespace fairfeed
