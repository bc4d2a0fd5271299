// Bills as JSON and as CSV, the forms in which other tools take them. Pure.
#pragma once

#include <string>

#include "core/io/json.h"
#include "gateway/bills/bill_run.h"

namespace fairfeed {

[[nodiscard]] Json dated_bill_json(const DatedBill& dated);  // with its status
// One row for each bill; the head line first.
[[nodiscard]] std::string bills_csv(const BillRun& run);

}  // namespace fairfeed
