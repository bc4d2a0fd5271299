#include "gateway/bills/bill_run.h"

#include <algorithm>
#include <map>

#include "core/accounts/key_grants.h"
#include "core/ledger/replay.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {
namespace {

struct MonthOfMeter {
    ClusterId cluster;
    std::optional<SettlementLine> before;
    std::vector<std::pair<Window, SettlementLine>> lines;
};

class BillCollector {
  public:
    BillCollector(const Keyholder& holder, const BillOrder& order)
        : holder_(holder), order_(order) {}

    void see(const ReplayStep& step) {
        const auto& transactions = step.committed.block.transactions;
        if (grants_keys(step.committed.block)) keys_.learn(step.after, holder_);
        for (const Transaction& each : transactions) {
            const auto* settlement = std::get_if<Settlement>(&each.content);
            if (settlement == nullptr) continue;
            take(step, *settlement);
        }
    }

    Result<BillRun, std::string> finish(const ChainState& state) {
        BillRun out;
        out.grid_micro = grid_micro_;
        for (const auto& [key, why] : unread_)
            out.unread.push_back("meter " + key.second.str() + ", " + month_text(key.first) + ": " +
                                 why);
        for (const auto& [key, of_meter] : months_) {
            const auto& [month, meter] = key;
            if (unread_.contains(key)) continue;
            auto bill =
                fold_bill(state, {meter, of_meter.cluster, month}, of_meter.before, of_meter.lines);
            if (!bill) {  // one account that cannot be billed holds up no other
                out.unread.push_back("meter " + meter.str() + ", " + month_text(month) + ": " +
                                     bill.error());
                continue;
            }
            out.bills_micro += bill->total_micro;
            const BillStatus status = status_of(state, meter, of_meter.cluster, month);
            out.bills.push_back({std::move(*bill), status});
        }
        return out;
    }

  private:
    [[nodiscard]] bool is_ordered(const MeterId& meter) const {
        return !order_.meter || *order_.meter == meter;
    }

    void take(const ReplayStep& step, const Settlement& settlement) {
        const BillMonth month = month_of(step.after, settlement.window);
        const bool in_month = !order_.month || *order_.month == month;
        const SettlementTotals& totals = settlement.totals;
        if (in_month)
            grid_micro_ += Int128{totals.grid_amount_micro} + totals.adjusted.grid_amount_micro;
        for (const SealedLine& sealed : settlement.lines) {
            if (!is_ordered(sealed.meter)) continue;
            auto line = open(settlement, sealed);
            if (line) {
                add(settlement, month, in_month, std::move(*line));
                continue;
            }
            last_[sealed.meter].reset();
            if (in_month) unread_.emplace(std::pair(month, sealed.meter), line.error());
        }
    }

    [[nodiscard]] Result<SettlementLine, std::string> open(const Settlement& settlement,
                                                           const SealedLine& sealed) const {
        const std::string who = "the line of window " + std::to_string(settlement.window) + ": ";
        const SymmetricKey* key = keys_.find(sealed.meter, sealed.key_epoch);
        if (key == nullptr)
            return unexpected(who + holder_.node.str() + " holds no data key of epoch " +
                              std::to_string(sealed.key_epoch));
        auto line = open_line(settlement, sealed, line_key(settlement, sealed, *key));
        if (!line) return unexpected(who + std::string(to_string(line.error())));
        return std::move(*line);
    }

    void add(const Settlement& settlement, const BillMonth& month, bool in_month,
             SettlementLine line) {
        std::optional<SettlementLine>& last = last_[line.meter];
        if (in_month) {
            MonthOfMeter& of_meter = months_[{month, line.meter}];
            if (of_meter.lines.empty()) of_meter.before = last;
            of_meter.cluster = settlement.cluster;
            of_meter.lines.emplace_back(settlement.window, line);
        }
        last = std::move(line);
    }

    const Keyholder& holder_;
    const BillOrder& order_;
    KeyRing keys_;
    Int128 grid_micro_ = 0;
    std::map<MeterId, std::optional<SettlementLine>> last_;
    std::map<std::pair<BillMonth, MeterId>, MonthOfMeter> months_;
    std::map<std::pair<BillMonth, MeterId>, std::string> unread_;  // the first reason
};

}  // namespace

Result<BillRun, std::string> run_bills(const Ledger& ledger, const LoadedGenesis& genesis,
                                       const Keyholder& holder, const BillOrder& order) {
    BillCollector collector(holder, order);
    const auto end = replay(ledger, genesis, {.trust_signatures = false, .keep_before = false},
                            [&collector](const ReplayStep& step) {
                                collector.see(step);
                                return Result<void, ReplayFault>();
                            });
    if (!end)
        return unexpected("height " + std::to_string(end.error().height) + ": " +
                          end.error().explanation);
    return collector.finish(*end);
}

}  // namespace fairfeed
