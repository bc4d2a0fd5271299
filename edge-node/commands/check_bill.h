// What `edge-node check-proof` says of a bill file that holds.
#pragma once

#include <iosfwd>

#include "core/proof/bill_proof.h"

namespace fairfeed {

void print_bill(const BillFindings& findings, bool json, std::ostream& out);

}  // namespace fairfeed
