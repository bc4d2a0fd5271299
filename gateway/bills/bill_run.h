// All bills of a network, from a ledger and the utility's keys: every meter and every month, or
// some of them, and what account `grid` received for the same windows. Reads, never writes. One
// thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/accounts/keyholder_accounts.h"
#include "core/ledger/ledger.h"
#include "core/proof/bill.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

struct BillOrder {
    std::optional<BillMonth> month;  // none: all
    std::optional<MeterId> meter;    // none: all
};

struct DatedBill {
    Bill bill;
    BillStatus status = BillStatus::open;
};

struct BillRun {
    std::vector<DatedBill> bills;  // ascending month, then meter
    Int128 bills_micro = 0;        // sum of the totals
    // Of account `grid` in the months ordered. With the bills of all meters the two add up to 0.
    Int128 grid_micro = 0;
    // Bills that cannot be made, because a line of the month does not open: who, when and why. They
    // stop nobody else's bill.
    std::vector<std::string> unread;
};

// Errors: one line. `holder`: DGMD, to whom every KEY_GRANT of a network goes.
[[nodiscard]] Result<BillRun, std::string> run_bills(const Ledger& ledger,
                                                     const LoadedGenesis& genesis,
                                                     const Keyholder& holder,
                                                     const BillOrder& order);

}  // namespace fairfeed
