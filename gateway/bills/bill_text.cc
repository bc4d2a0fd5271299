#include "gateway/bills/bill_text.h"

#include "core/proof/bill_json.h"

namespace fairfeed {

Json dated_bill_json(const DatedBill& dated) {
    return bill_json(dated.bill).set("status", to_string(dated.status));
}

std::string bills_csv(const BillRun& run) {
    std::string text =
        "number,meter,cluster,month,status,windows,estimated_windows,import_wh,export_wh,"
        "credited_wh,uncredited_wh,generation_wh,curtailed_wh,import_micro,export_micro,"
        "fixed_micro,corrected_micro,total_micro,opening_micro,closing_micro\n";
    for (const DatedBill& dated : run.bills) {
        const Bill& bill = dated.bill;
        text += bill.number + "," + bill.meter.str() + "," + bill.cluster.str() + "," +
                month_text(bill.month) + "," + std::string(to_string(dated.status)) + "," +
                std::to_string(bill.windows.size());
        for (const std::int64_t figure :
             {bill.estimated_windows, bill.import_wh, bill.export_wh, bill.credited_wh,
              bill.uncredited_wh, bill.generation_wh, bill.curtailed_wh, bill.import_micro,
              bill.export_micro, bill.fixed_micro, bill.corrected_micro, bill.total_micro,
              bill.opening_micro, bill.closing_micro})
            text += "," + std::to_string(figure);
        text += "\n";
    }
    return text;
}

}  // namespace fairfeed
