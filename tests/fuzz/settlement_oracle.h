// The contract a second time: settles a window from the definitions of docs/contract.md, figure by
// figure, in rationals of any size; bands, days and money in whole thousandths of a micro
// (tests/support/billing_by_hand.h). Uses no optimisation of core/contract and calls nothing of it.
// The product's results must be equal to these, and the product must refuse exactly the windows
// that this oracle refuses.
#pragma once

#include <optional>

#include "core/contract/settlement.h"

namespace fairfeed::fuzz {

// Only the figures below are computed: totals, and per meter load, credit, share and posting.
struct OracleMeter {
    std::int64_t load_wh = 0;
    std::int64_t credited_wh = 0;
    std::int64_t mes_w = 0;
    std::int64_t import_amount_micro = 0;
    std::int64_t export_amount_micro = 0;
    std::int64_t balance_micro = 0;
    BandEnergies bands = {};  // one for each band of the tariff, also where there is one
};
struct OracleSettlement {
    std::vector<OracleMeter> meters;
    std::int64_t d_wh = 0;
    std::int64_t df_ppm = 0;
    std::int64_t mes_w = 0;
    std::int64_t residual_surplus_wh = 0;
    std::int64_t conventional_wh = 0;
    std::int64_t grid_amount_micro = 0;
    BandEnergies bands = {};
};

// nullopt: some figure is outside the range of a window.
[[nodiscard]] std::optional<OracleSettlement> settle_by_definition(const SettlementInput& input);

}  // namespace fairfeed::fuzz
