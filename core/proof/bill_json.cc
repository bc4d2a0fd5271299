#include "core/proof/bill_json.h"

namespace fairfeed {
namespace {

Json rows_json(const Bill& bill) {
    Json rows = Json::array();
    for (const BillRow& row : bill.rows)
        rows.push(Json::object()
                      .set("tariff_from_window", row.tariff_from)
                      .set("band", row.band)
                      .set("import_micro_per_kwh", row.rates.import_micro_per_kwh)
                      .set("export_micro_per_kwh", row.rates.export_micro_per_kwh)
                      .set("import_wh", row.import_wh)
                      .set("credited_wh", row.credited_wh));
    return rows;
}

Json corrections_json(const Bill& bill) {
    Json out = Json::array();
    for (const BillCorrection& each : bill.corrections) {
        const Adjustment& figures = each.figures;
        Json one = Json::object()
                       .set("settled_with_window", each.settled)
                       .set("import_wh", figures.import_wh)
                       .set("export_wh", figures.export_wh)
                       .set("generation_wh", figures.generation_wh)
                       .set("credited_wh", figures.credited_wh)
                       .set("import_amount_micro", figures.import_amount_micro)
                       .set("export_amount_micro", figures.export_amount_micro);
        if (each.windows) {
            one.set("first_window", each.windows->first);
            one.set("last_window", each.windows->second);
        }
        out.push(std::move(one));
    }
    return out;
}

Json windows_json(const Bill& bill) {
    Json out = Json::array();
    for (const BilledWindow& each : bill.windows) {
        const SettlementLine& line = each.line;
        Json bands = Json::array();
        for (const BandEnergy& band : line.bands)
            bands.push(Json::array().push(band.import_wh).push(band.credited_wh));
        out.push(Json::object()
                     .set("window", each.window)
                     .set("start", each.start_s)
                     .set("estimated", line.estimated)
                     .set("import_wh", line.import_wh)
                     .set("export_wh", line.export_wh)
                     .set("credited_wh", line.credited_wh)
                     .set("generation_wh", line.generation_wh)
                     .set("curtailed_wh", line.curtailed_wh)
                     .set("bands", std::move(bands))
                     .set("fixed_micro", each.fixed_micro)
                     .set("import_amount_micro", line.import_amount_micro)
                     .set("export_amount_micro", line.export_amount_micro)
                     .set("balance_micro", line.closing.balance_micro));
    }
    return out;
}

}  // namespace

Json bill_json(const Bill& bill) {
    return Json::object()
        .set("number", bill.number)
        .set("meter", bill.meter.str())
        .set("cluster", bill.cluster.str())
        .set("month", month_text(bill.month))
        .set("whole_month", bill.begins_with_month && bill.ends_with_month)
        .set("estimated_windows", bill.estimated_windows)
        .set("import_wh", bill.import_wh)
        .set("export_wh", bill.export_wh)
        .set("credited_wh", bill.credited_wh)
        .set("uncredited_wh", bill.uncredited_wh)
        .set("generation_wh", bill.generation_wh)
        .set("curtailed_wh", bill.curtailed_wh)
        .set("import_micro", bill.import_micro)
        .set("export_micro", bill.export_micro)
        .set("fixed_micro", bill.fixed_micro)
        .set("corrected_micro", bill.corrected_micro)
        .set("total_micro", bill.total_micro)
        .set("opening_micro", bill.opening_micro)
        .set("closing_micro", bill.closing_micro)
        .set("bands", rows_json(bill))
        .set("corrections", corrections_json(bill))
        .set("windows", windows_json(bill));
}

}  // namespace fairfeed
