// A meter's bill of one calendar month of the local zone (paper A62), folded from its lines in the
// order of their windows. A window belongs to the month in which it begins, by the clock of its
// tariff. What a later settlement trues up stands on the bill of that settlement, with the windows
// that it corrects: so a bill is the movement of the meter's account, and all bills of a network
// and the account `grid` add up to nothing, to the micro. Pure: gateway, holders of keys and
// checkers of a proof fold alike.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/model/transaction.h"
#include "core/state/state.h"

namespace fairfeed {

using BillMonth = std::chrono::year_month;
[[nodiscard]] std::optional<BillMonth> parse_month(std::string_view text);  // "2016-08"
[[nodiscard]] std::string month_text(const BillMonth& month);

// The month of a window, by the tariffs of the state.
[[nodiscard]] BillMonth month_of(const ChainState& state, Window window);

// Open: a later settlement may still true up a window of the month. Closed ("final"): none can.
enum class BillStatus : std::uint8_t { open, closed };
[[nodiscard]] std::string_view to_string(BillStatus status);
// Open as well while a window of the month is in a run without a reading that later registers may
// close.
[[nodiscard]] BillStatus status_of(const ChainState& state, const MeterId& meter,
                                   const ClusterId& cluster, const BillMonth& month);
// The first window whose settlement is the last that may list a late reading of this one.
[[nodiscard]] std::int64_t last_correction(const ChainState& state, Window window);

struct BilledWindow {
    Window window = 0;
    std::int64_t start_s = 0;
    std::int64_t fixed_micro = 0;  // in the line's import amount
    SettlementLine line;
};

// The energy of one band under one tariff, and what it comes to before remainders are carried.
struct BillRow {
    Window tariff_from = 0;
    std::string band;
    BandRates rates;
    std::int64_t import_wh = 0;
    std::int64_t credited_wh = 0;
    bool operator==(const BillRow&) const = default;
};

// What the settlement of `settled` trued up of windows before.
struct BillCorrection {
    Window settled = 0;
    // The windows that it corrects; nullopt: the lines before are not at hand.
    std::optional<std::pair<Window, Window>> windows;
    Adjustment figures;
    bool operator==(const BillCorrection&) const = default;
};

struct Bill {
    std::string number;
    MeterId meter;
    ClusterId cluster;
    BillMonth month{};
    bool begins_with_month = false;  // whether its first window is the month's
    bool ends_with_month = false;
    std::vector<BilledWindow> windows;  // ascending, none left out
    std::vector<BillRow> rows;
    std::vector<BillCorrection> corrections;
    std::int64_t estimated_windows = 0;
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t credited_wh = 0;
    std::int64_t uncredited_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t curtailed_wh = 0;
    std::int64_t import_micro = 0;  // without the fixed charge
    std::int64_t export_micro = 0;
    std::int64_t fixed_micro = 0;
    std::int64_t corrected_micro = 0;
    std::int64_t total_micro = 0;  // import - export + fixed + corrected; positive: the meter owes
    std::int64_t opening_micro = 0;
    std::int64_t closing_micro = 0;
};

// What the network and the office know of a bill's subject.
struct BillSubject {
    MeterId meter;
    ClusterId cluster;
    BillMonth month{};
};

// Folds the lines of the month, ascending, and `before`: the line of the window before the first
// one if there is one. Refuses, in one line, lines that do not follow from each other: a window
// left out, amounts that are not energy times tariff, a balance that does not move by them.
[[nodiscard]] Result<Bill, std::string> fold_bill(
    const ChainState& state, const BillSubject& subject,
    const std::optional<SettlementLine>& before,
    const std::vector<std::pair<Window, SettlementLine>>& lines);

}  // namespace fairfeed
