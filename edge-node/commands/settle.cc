#include "edge-node/commands/settle.h"

#include <algorithm>
#include <array>
#include <iomanip>
#include <string>
#include <vector>

#include "core/base/units.h"
#include "core/io/json.h"
#include "edge-node/commands/factor_text.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/settle_input.h"

namespace fairfeed {

namespace {

constexpr int kDone = 0;
constexpr int kWrongInput = 2;

struct Settled {
    SettlementTotalsInput window;
    SettlementResult result;
    std::vector<QuarterEnergy> quarters;  // of the cluster; empty, like the factors, for one share
    Factors factors;                      // of the whole window
};

std::vector<QuarterEnergy> sums_of(const std::vector<ObservedMeter>& meters, std::size_t quarters) {
    std::vector<QuarterEnergy> out(quarters);
    for (const ObservedMeter& meter : meters)
        for (std::size_t j = 0; j < quarters; ++j) {
            out[j].load_wh += meter.quarters[j].load_wh;
            out[j].available_wh += meter.quarters[j].available_wh;
        }
    return out;
}

// The window as a whole is settled first: that checks the sums from which shares are planned.
Result<Settled, SettlementFault> settled_of(const SettleInput& input, ShareResolution resolution) {
    Settled out{input.window, {}, {}, {}};
    auto result = settle_totals(out.window);
    if (result && resolution == ShareResolution::quarter) {
        const auto quarters =
            static_cast<std::size_t>(out.window.window_seconds / kSecondsPerQuarter);
        PlannedShares planned = plan_from_window(out.window.rule, ShareBasis::previous_window,
                                                 input.observed, quarters);
        out.quarters = sums_of(input.observed, quarters);
        out.factors = std::move(planned.factors);
        out.window.planned = std::move(planned.powers);
        result = settle_totals(out.window);
    }
    if (!result) return unexpected(result.error());
    out.result = std::move(*result);
    return out;
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

Json share_json(const MeterSettlement& meter, const Factors& factors) {
    Json share = Json::object().set("meter", meter.meter.str()).set("mes_w", meter.mes_w);
    if (!factors.empty())
        share.set("quarters_w",
                  whole_numbers_json(shares_by_quarter_w(meter.mes_w, meter.capacity_w, factors)));
    return share;
}

Json quarters_json(const std::vector<QuarterEnergy>& quarters) {
    Json out = Json::array();
    for (const QuarterEnergy& quarter : quarters)
        out.push(Json::object()
                     .set("load_wh", quarter.load_wh)
                     .set("available_wh", quarter.available_wh));
    return out;
}

Json to_json(const Settled& settled) {
    const SettlementTotalsInput& input = settled.window;
    const SettlementResult& result = settled.result;
    Json shares = Json::array();
    Json postings = Json::array();
    for (const MeterSettlement& meter : result.meters) {
        shares.push(share_json(meter, settled.factors));
        postings.push(posting_json(meter.meter.str(), meter.posting_micro));
    }
    const SettlementTotals& totals = result.totals;
    postings.push(posting_json(kGridAccount, totals.grid_amount_micro));
    Json page = Json::object();
    page.set("rule", to_string(input.rule))
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
    if (!settled.factors.empty())
        page.set("factors_ppm", whole_numbers_json(settled.factors))
            .set("quarters", quarters_json(settled.quarters));
    return page;
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

std::string quarter_meaning(const SettlementTotals& totals) {
    if (totals.d_wh < 0)
        return "over the window; the grid adds " + std::to_string(totals.conventional_wh) + " Wh";
    return "over the window";
}

// The factor of each quarter hour, and the shares of all who have capacity.
void print_quarters(const Settled& settled, std::ostream& out) {
    std::string columns = "lrrr";
    std::vector<std::string> names = {"quarter hour", "load", "available", "factor"};
    std::vector<std::string> units = {"", "Wh", "Wh", ""};
    std::vector<std::vector<std::int64_t>> shares_w;
    for (const MeterSettlement& meter : settled.result.meters) {
        if (meter.capacity_w == 0) continue;
        columns += 'r';
        names.push_back(meter.meter.str());
        units.emplace_back("W");
        shares_w.push_back(shares_by_quarter_w(meter.mes_w, meter.capacity_w, settled.factors));
    }
    Table table(columns);
    table.add(std::move(names));
    table.add(std::move(units));
    for (std::size_t j = 0; j < settled.factors.size(); ++j) {
        const QuarterEnergy& quarter = settled.quarters[j];
        std::vector<std::string> row = {duration(static_cast<std::int64_t>(j) * kSecondsPerQuarter),
                                        std::to_string(quarter.load_wh),
                                        std::to_string(quarter.available_wh),
                                        factor_text(settled.factors[j])};
        for (const auto& of_meter : shares_w)
            row.push_back(std::to_string(of_meter[j]));
        table.add(std::move(row));
    }
    out << "\nShares by the quarter hour: MES, a power here, times the factor; '-': nobody is "
           "curtailed.\n";
    table.print(out);
}

void print_page(const Settled& settled, std::ostream& out) {
    const SettlementTotalsInput& input = settled.window;
    const SettlementResult& result = settled.result;
    const SettlementTotals& totals = result.totals;
    const bool is_by_quarter = !settled.factors.empty();
    out << "One window of " << duration(input.window_seconds) << ", rule " << to_string(input.rule)
        << (is_by_quarter ? ", shares by the quarter hour" : "") << ", import "
        << money_text(input.tariff.import_micro_per_kwh) << " and export "
        << money_text(input.tariff.export_micro_per_kwh) << " per kWh\n\n"
        << "  L  load                 " << totals.load_wh << " Wh\n"
        << "  G  available generation " << totals.available_wh << " Wh\n"
        << "  D  = G - L              " << totals.d_wh << " Wh, "
        << (is_by_quarter ? quarter_meaning(totals) : meaning(totals)) << '\n'
        << "  DF                      " << percent_text(totals.df_ppm) << '\n'
        << "  PSA = 1 - DF            " << percent_text(totals.psa_ppm) << '\n'
        << "  residual surplus        " << totals.residual_surplus_wh
        << (is_by_quarter ? " Wh that one share for the whole window would still let through\n\n"
                          : " Wh that these shares would still let through\n\n");
    print_table(result, out);
    if (is_by_quarter) print_quarters(settled, out);
    out << "\nA positive posting is owed; with the grid's they add up to nothing.\n";
}

}  // namespace

int run_settle(const SettleOptions& options, std::ostream& out, std::ostream& err) {
    const auto input = read_settle_input(options);
    if (!input) {
        for (const std::string& line : input.error())
            err << line << '\n';
        return kWrongInput;
    }
    const auto settled = settled_of(*input, options.resolution);
    if (!settled) {
        err << options.input.string() << ": " << describe(settled.error()) << '\n';
        return kWrongInput;
    }
    if (options.json) {
        out << to_json(*settled).dump(2) << '\n';
    } else {
        print_page(*settled, out);
    }
    return kDone;
}

}  // namespace fairfeed
