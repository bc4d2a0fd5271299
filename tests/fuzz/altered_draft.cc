#include "tests/fuzz/altered_draft.h"

#include <iterator>

#include "core/contract/share.h"

namespace fairfeed::fuzz {
namespace {

using LineFigure = std::int64_t SettlementLine::*;
using TotalFigure = std::int64_t SettlementTotals::*;

constexpr LineFigure kLineFigures[] = {
    &SettlementLine::capacity_w,
    &SettlementLine::load_wh,
    &SettlementLine::import_wh,
    &SettlementLine::export_wh,
    &SettlementLine::generation_wh,
    &SettlementLine::available_wh,
    &SettlementLine::credited_wh,
    &SettlementLine::curtailed_wh,
    &SettlementLine::mes_w,
    &SettlementLine::import_amount_micro,
    &SettlementLine::export_amount_micro,
};
constexpr TotalFigure kTotalFigures[] = {
    &SettlementTotals::load_wh,
    &SettlementTotals::available_wh,
    &SettlementTotals::import_wh,
    &SettlementTotals::export_wh,
    &SettlementTotals::generation_wh,
    &SettlementTotals::credited_wh,
    &SettlementTotals::d_wh,
    &SettlementTotals::df_ppm,
    &SettlementTotals::psa_ppm,
    &SettlementTotals::mes_w,
    &SettlementTotals::conventional_wh,
    &SettlementTotals::residual_surplus_wh,
    &SettlementTotals::grid_amount_micro,
};

}  // namespace

void alter(SettlementDraft& draft, Input& input) {
    SettlementLine& line = draft.lines[input.below(draft.lines.size())];
    SettlementEntry& entry = draft.entries[input.below(draft.entries.size())];
    switch (input.byte() % 6) {
        case 0:
            line.*kLineFigures[input.below(std::size(kLineFigures))] = input.figure(INT64_MAX);
            return;
        case 1:
            draft.totals.*kTotalFigures[input.below(std::size(kTotalFigures))] =
                input.figure(INT64_MAX);
            return;
        case 2:
            entry.status = static_cast<EntryStatus>(input.byte() % 3);
            if (entry.status != EntryStatus::reading) entry.reading = {};
            return;
        case 3:
            line.estimated = input.byte() % 2 == 1;
            line.closing.unread_from = input.byte();
            return;
        case 4:
            line.closing.balance_micro = input.figure(INT64_MAX);
            line.closing.import_remainder = input.figure(999);
            return;
        default:
            line.closing.shares.push_back({input.figure(kMaxClusterWatts), input.figure(1000)});
    }
}

}  // namespace fairfeed::fuzz
