// A bill as JSON: sums, bands, corrections and every window. Pure.
#pragma once

#include "core/io/json.h"
#include "core/proof/bill.h"

namespace fairfeed {

[[nodiscard]] Json bill_json(const Bill& bill);

}  // namespace fairfeed
