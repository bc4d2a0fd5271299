#include "edge-node/commands/check_bill.h"

#include <ostream>

#include "core/io/json_texts.h"
#include "core/proof/bill_json.h"
#include "edge-node/commands/figures.h"

namespace fairfeed {
namespace {

Json to_json(const BillFindings& findings) {
    Json page = Json::object().set("valid", true).set("status", to_string(findings.status));
    if (findings.final_with) page.set("final_with_window", *findings.final_with);
    return page.set("bill", bill_json(findings.bill))
        .set("unchecked_corrections", static_cast<std::int64_t>(findings.unchecked_corrections))
        .set("height", findings.height)
        .set("block", to_hex(findings.block.view()))
        .set("proved", texts_json(findings.proved))
        .set("not_proved", texts_json(findings.not_proved));
}

std::string status_text(const BillFindings& findings) {
    if (findings.status == BillStatus::closed) return "final, no correction can come any more";
    if (!findings.final_with) return "open, the month is not settled to its end here";
    return "open, final with the settlement of window " + std::to_string(*findings.final_with) +
           " at the earliest";
}

void print_sums(const Bill& bill, std::ostream& out) {
    Table table("lrlr");
    for (const BillRow& row : bill.rows)
        table.add({row.band + " from window " + std::to_string(row.tariff_from),
                   kwh_text(row.import_wh) + " kWh",
                   "at " + money_text(row.rates.import_micro_per_kwh),
                   kwh_text(row.credited_wh) + " kWh credited"});
    table.add(
        {"import", kwh_text(bill.import_wh) + " kWh", "costs", money_text(bill.import_micro)});
    table.add({"export, credited", kwh_text(bill.credited_wh) + " kWh", "earns",
               money_text(bill.export_micro)});
    table.add({"export, uncredited", kwh_text(bill.uncredited_wh) + " kWh", "fixed charge",
               money_text(bill.fixed_micro)});
    table.add({"curtailed", kwh_text(bill.curtailed_wh) + " kWh", "corrections",
               money_text(bill.corrected_micro)});
    table.add(
        {"balance before", money_text(bill.opening_micro), "TOTAL", money_text(bill.total_micro)});
    table.add({"balance after", money_text(bill.closing_micro), "", ""});
    table.print(out);
}

}  // namespace

void print_bill(const BillFindings& findings, bool json, std::ostream& out) {
    if (json) {
        out << to_json(findings).dump(2) << '\n';
        return;
    }
    const Bill& bill = findings.bill;
    out << "The bill holds.\n\nBill " << bill.number << ": meter " << bill.meter.str()
        << ", cluster " << bill.cluster.str() << ", windows " << bill.windows.front().window
        << " to " << bill.windows.back().window << ", " << bill.estimated_windows
        << " of them estimated\nStatus: " << status_text(findings) << '\n';
    print_sums(bill, out);
    out << "\nProved, trusting nothing but the genesis file:\n";
    for (const std::string& line : findings.proved)
        out << "  + " << line << '\n';
    out << "\nNot proved by this file:\n";
    for (const std::string& line : findings.not_proved)
        out << "  - " << line << '\n';
}

}  // namespace fairfeed
