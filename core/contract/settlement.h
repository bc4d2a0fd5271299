// The settlement of one cluster's window: energy from profiles, credit under the shares in force,
// new shares (share.h), money (billing.h). A pure function of its input: every committee member and
// every verifier computes the same bytes. Knows no chain, no estimates and no keys. Bad figures are
// refused by name; nothing wraps. Re-entrant.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/contract/billing.h"
#include "core/contract/share.h"
#include "core/contract/share_schedule.h"
#include "core/model/profile.h"
#include "core/model/transaction.h"

namespace fairfeed {

// The energy that a share of W allows in quarter hour `index` of a window, in Wh: differences of
// floor(share * k / 4), so that no watt is lost over a window (paper A82, A83). share_w in [0,
// 10^12].
[[nodiscard]] std::int64_t quarter_cap_wh(std::int64_t share_w, std::size_t index);

// The generation allowed in a quarter hour: own use is never capped.
[[nodiscard]] std::int64_t allowed_generation_wh(std::int64_t cap_wh, std::int64_t load_wh);

// The part of an export that is paid for: the room between own load and cap. The rest is
// uncredited.
[[nodiscard]] std::int64_t credited_export_wh(std::int64_t cap_wh, std::int64_t load_wh,
                                              std::int64_t export_wh);

// The share that binds a quarter hour starting at quarter_start_s: the scheduled share, but at most
// the authorised capacity, so that a meter deauthorised meanwhile earns nothing (paper A70).
[[nodiscard]] std::int64_t binding_share_w(const ShareSchedule& schedule, std::int64_t capacity_w,
                                           std::int64_t quarter_start_s);

struct MeterWindow {
    MeterId meter;
    std::int64_t capacity_w = 0;               // authorised; 0 if none or deauthorised
    Profile profile;                           // window_seconds / 900 entries
    std::optional<std::int64_t> available_wh;  // claimed for the window; availability.h
    ShareSchedule shares;                      // ascending by from_s; empty: 100 %
    std::int64_t import_remainder = 0;         // 0..999, carried by billing
    std::int64_t export_remainder = 0;
    std::int64_t balance_micro = 0;  // before this window
};

struct SettlementInput {
    std::int64_t window_seconds = 0;  // a multiple of 900
    std::int64_t window_start_s = 0;  // grid seconds
    ShareRule rule = ShareRule::paper;
    Tariff tariff;
    std::vector<MeterWindow> meters;  // strictly ascending by id
    // The shares to settle, by meter; empty: the rule's, from this window's energy as a whole.
    std::vector<MeterShare> planned = {};
};

// MeterWindow after summing the profile, crediting the export and counting the claim. `edge-node
// settle` starts from these figures.
struct MeterTotals {
    MeterId meter;
    std::int64_t capacity_w = 0;
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t available_wh = 0;
    std::int64_t credited_wh = 0;
    std::int64_t import_remainder = 0;
    std::int64_t export_remainder = 0;
    std::int64_t balance_micro = 0;
    BandEnergies bands = {};  // of import_wh and credited_wh
};

struct SettlementTotalsInput {
    std::int64_t window_seconds = 0;
    ShareRule rule = ShareRule::paper;
    Tariff tariff;
    std::vector<MeterTotals> meters;       // strictly ascending by id
    std::vector<MeterShare> planned = {};  // as in SettlementInput
    WindowBands bands = {};                // of the tariff's
    std::int64_t fixed_micro = 0;          // fixed charge of each meter in this window
};

struct MeterSettlement {
    MeterId meter;
    std::int64_t load_wh = 0;
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t available_wh = 0;
    std::int64_t curtailed_wh = 0;   // available - generation
    std::int64_t credited_wh = 0;    // of the export
    std::int64_t uncredited_wh = 0;  // export - credited
    std::int64_t capacity_w = 0;
    std::int64_t mes_w = 0;  // the share settled in this window, for a later one; or its power
    std::int64_t import_amount_micro = 0;  // with the fixed charge
    std::int64_t export_amount_micro = 0;
    std::int64_t posting_micro = 0;  // import - export amount; positive = owes
    std::int64_t import_remainder = 0;
    std::int64_t export_remainder = 0;
    std::int64_t balance_micro = 0;  // after this window
    BandEnergies bands = {};         // of import_wh and credited_wh

    bool operator==(const MeterSettlement&) const = default;
};

struct SettlementResult {
    std::vector<MeterSettlement> meters;  // in the order of the input
    SettlementTotals totals;              // available_wh is G, generation_wh the metered generation

    bool operator==(const SettlementResult&) const = default;
};

enum class SettlementReason : std::uint8_t {
    window_not_whole_quarters,  // not a positive multiple of 900 s
    meters_not_ascending,
    duplicate_meter,
    reserved_name,  // a meter called `grid`
    negative,
    overflow,  // above the limits of share.h, or money beyond 64 bits
    remainder_out_of_range,
    profile_length,
    shares_not_ascending,
    export_above_generation,
    generation_above_available,
    credit_above_export,
    bands_disagree,  // the tariff has no whole week, or its bands are not those of the energy
};

// The refused figure. meter is empty if the fault is the cluster's; figure is the field's name, a
// literal.
struct SettlementFault {
    SettlementReason reason = SettlementReason::negative;
    MeterId meter;
    std::string_view figure;

    bool operator==(const SettlementFault&) const = default;
};

[[nodiscard]] std::string_view to_string(SettlementReason reason);
[[nodiscard]] std::string describe(const SettlementFault& fault);

// The settlement, or the first fault in the order of the meters.
[[nodiscard]] Result<SettlementResult, SettlementFault> settle_window(const SettlementInput& input);
[[nodiscard]] Result<SettlementResult, SettlementFault> settle_totals(
    const SettlementTotalsInput& input);

}  // namespace fairfeed
