// Proof files from the office's ledger, made and then checked as their reader will check them.
// Errors: one line. One thread for each ledger.
#pragma once

#include <string>

#include "core/proof/bill_proof.h"
#include "core/proof/proof.h"

namespace fairfeed {

// A whole bill, as `edge-node check-proof` takes it.
[[nodiscard]] Result<Bytes, std::string> proved_bill(const Ledger& ledger,
                                                     const LoadedGenesis& genesis,
                                                     const Keyholder& holder, const MeterId& meter,
                                                     const BillMonth& month);
// A reading and the line that bills it.
[[nodiscard]] Result<Bytes, std::string> proved_reading(const Ledger& ledger,
                                                        const LoadedGenesis& genesis,
                                                        const Keyholder& holder,
                                                        const MeterId& meter, Window window);

}  // namespace fairfeed
