#include "gateway/readmodel/tables.h"

#include "core/base/check.h"

namespace fairfeed {
namespace {

OfficeColumn text(std::string_view name) {
    return {name, true};
}
OfficeColumn whole(std::string_view name) {
    return {name, false};
}

std::vector<OfficeLayout> chain_tables() {
    return {
        {OfficeTable::blocks,
         "blocks",
         1,
         {whole("height"), text("id"), text("parent"), text("proposer"), whole("time_ms"),
          whole("round"), whole("transactions"), whole("validators")}},
        {OfficeTable::transactions,
         "transactions",
         2,
         {whole("height"), whole("position"), text("id"), text("kind"), text("signer")}},
        {OfficeTable::nodes,
         "nodes",
         1,
         {text("node"), whole("height"), whole("east_m"), whole("north_m"), whole("revoked_from")}},
        {OfficeTable::committees,
         "committees",
         2,
         {text("cluster"), whole("epoch"), whole("height"), whole("effective"), text("parent"),
          text("members"), whole("east_m"), whole("north_m")}}};
}

std::vector<OfficeLayout> meter_tables() {
    return {{OfficeTable::meters,
             "meters",
             1,
             {text("meter"), whole("height"), text("cluster"), text("service_point"),
              whole("effective"), whole("amperes"), whole("phases"), whole("volts"),
              whole("installed_import_wh"), whole("installed_export_wh"),
              whole("installed_generation_wh"), whole("tampered_from")}},
            {OfficeTable::capacities,
             "capacities",
             2,
             {text("meter"), whole("height"), whole("effective"), whole("capacity_w"),
              whole("sequence")}},
            {OfficeTable::tariffs,
             "tariffs",
             1,
             {whole("sequence"), whole("height"), whole("effective"), whole("import_micro_per_kwh"),
              whole("export_micro_per_kwh"), whole("daily_micro"), text("bands")}},
            {OfficeTable::policies,
             "policies",
             1,
             {whole("sequence"), whole("height"), whole("warn_percent"), whole("exceed_percent"),
              whole("windows"), whole("of_windows"), whole("most_per_week")}},
            {OfficeTable::commands,
             "commands",
             1,
             {whole("sequence"), whole("height"), text("meter"), text("command"), text("reason"),
              whole("effective"), whole("expires"), whole("service_hours")}}};
}

std::vector<OfficeLayout> settlement_tables() {
    return {{OfficeTable::settlements,
             "settlements",
             2,
             {text("cluster"),
              whole("window_no"),
              whole("height"),
              whole("start"),
              text("id"),
              text("proposer"),
              whole("version"),
              text("rule"),
              text("basis"),
              whole("meters"),
              whole("read"),
              whole("late"),
              whole("opened"),
              whole("recomputed"),
              whole("load_wh"),
              whole("available_wh"),
              whole("import_wh"),
              whole("export_wh"),
              whole("generation_wh"),
              whole("credited_wh"),
              whole("d_wh"),
              whole("df_ppm"),
              whole("psa_ppm"),
              whole("mes_w"),
              whole("residual_surplus_wh"),
              whole("conventional_wh"),
              whole("grid_amount_micro"),
              whole("adjusted_grid_amount_micro")}}};
}

std::vector<OfficeLayout> line_tables() {
    return {{OfficeTable::bill_lines,
             "bill_lines",
             2,
             {text("meter"),
              whole("window_no"),
              whole("height"),
              whole("start"),
              text("cluster"),
              whole("estimated"),
              whole("flags"),
              whole("capacity_w"),
              whole("load_wh"),
              whole("import_wh"),
              whole("export_wh"),
              whole("generation_wh"),
              whole("available_wh"),
              whole("credited_wh"),
              whole("curtailed_wh"),
              whole("mes_w"),
              whole("import_amount_micro"),
              whole("export_amount_micro"),
              whole("adjusted_import_wh"),
              whole("adjusted_export_wh"),
              whole("adjusted_generation_wh"),
              whole("adjusted_credited_wh"),
              whole("adjusted_import_amount_micro"),
              whole("adjusted_export_amount_micro"),
              whole("balance_micro")}},
            {OfficeTable::shares,
             "shares",
             2,
             {text("meter"), whole("window_no"), whole("height"), text("cluster"), whole("mes_w"),
              whole("from_s")}},
            {OfficeTable::readings,
             "readings",
             2,
             {text("meter"),
              whole("window_no"),
              whole("height"),
              whole("start"),
              text("cluster"),
              text("id"),
              whole("sequence"),
              whole("settled_in"),
              whole("import_register_wh"),
              whole("export_register_wh"),
              whole("generation_register_wh"),
              whole("import_wh"),
              whole("export_wh"),
              whole("generation_wh"),
              whole("available_wh"),
              whole("peak_demand_w"),
              whole("peak_generation_w"),
              whole("voltage_mv"),
              whole("frequency_mhz"),
              whole("power_factor_milli"),
              whole("flags"),
              whole("executed_command")}}};
}

std::vector<OfficeLayout> finding_tables() {
    return {{OfficeTable::evidence,
             "evidence",
             1,
             {text("id"), whole("height"), text("culprit"), text("offence"), text("cluster"),
              whole("window_no"), whole("at_height")}},
            {OfficeTable::alarms,
             "alarms",
             2,
             {whole("height"), whole("position"), text("kind"), text("subject"), text("cluster"),
              whole("window_no"), text("what")}}};
}

std::vector<OfficeLayout> all_layouts() {
    std::vector<OfficeLayout> all = chain_tables();
    for (auto& part : {meter_tables(), settlement_tables(), line_tables(), finding_tables()})
        all.insert(all.end(), part.begin(), part.end());
    for (std::size_t i = 0; i < all.size(); ++i)
        CHECK(static_cast<std::size_t>(all[i].table) == i);
    return all;
}

}  // namespace

std::span<const OfficeLayout> office_layouts() {
    static const std::vector<OfficeLayout> kAll = all_layouts();
    return kAll;
}

const OfficeLayout& layout_of(OfficeTable table) {
    return office_layouts()[static_cast<std::size_t>(table)];
}

}  // namespace fairfeed
