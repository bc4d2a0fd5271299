#include "core/ledger/chain_verifier.h"
#include "core/ledger/replay.h"
#include "core/wire/genesis_file_codec.h"

#include <algorithm>

namespace fairfeed {
namespace {

class Verification {
  public:
    Verification(const Ledger& ledger, const Keyholder* holder, const VerifyProgress& progress)
        : ledger_(ledger), progress_(progress) {
        if (holder != nullptr) accounts_ = KeyholderAccounts(*holder);
        report_.ledger_height = ledger.height();
    }

    [[nodiscard]] Result<void, ReplayFault> see(const ReplayStep& step) {
        const Block& block = step.committed.block;
        if (auto indexed = check_index(ledger_, block); !indexed) return indexed;
        const auto recomputed = accounts_.follow(step);
        if (!accounts_.faults().empty()) return unexpected(accounts_.faults().front());
        if (auto held = check_invariants(step, recomputed); !held) return held;
        count(block, recomputed);
        note_closed(block, recomputed);
        report_.checked_height = block.header.height;
        report_.tip = step.after.tip;
        report_.app_hash = app_hash(step.after);
        if (progress_) progress_(block.header.height, ledger_.height());
        return {};
    }

    [[nodiscard]] VerifyReport finish(std::optional<ReplayFault> fault) {
        report_.fault = std::move(fault);
        report_.invariants = monitor_.reports();
        return std::move(report_);
    }

  private:
    [[nodiscard]] Result<void, ReplayFault> check_invariants(
        const ReplayStep& step, const std::vector<RecomputedSettlement>& recomputed) {
        if (step.committed.block.header.height == 0) return {};
        for (const TakenOver& taken : accounts_.taken_over()) {
            for (std::size_t i = 0; i < taken.meters.size(); ++i)
                monitor_.take_over(taken.meters[i], taken.closings[i].state);
        }
        std::vector<OpenedSettlement> opened;
        for (const RecomputedSettlement& settlement : recomputed)
            opened.push_back(settlement.opened);
        monitor_.observe(step.before, step.committed.block, step.after, opened);
        for (const InvariantReport& report : monitor_.reports())
            if (report.applicable && !report.ok)
                return unexpected(ReplayFault{step.committed.block.header.height, report.name,
                                              "invariant " + report.name + " (" +
                                                  report.checked_by + "): " + report.explanation});
        return {};
    }

    void count(const Block& block, const std::vector<RecomputedSettlement>& recomputed) {
        VerifyCounts& counts = report_.counts;
        if (block.header.height > 0) {
            ++counts.blocks;
            counts.certificates += block.parent_certificate ? 2 : 1;
        }
        counts.transactions += block.transactions.size();
        for (const Transaction& transaction : block.transactions) {
            counts.endorsements += transaction.endorsements.size();
            if (transaction.kind == TransactionKind::reading) ++counts.readings;
            if (transaction.kind == TransactionKind::settlement) ++counts.settlements;
        }
        for (const RecomputedSettlement& settlement : recomputed) {
            if (settlement.judged) ++counts.settlements_recomputed;
            for (const auto& [window, readings] : settlement.readings)
                counts.readings_opened += readings.size();
            if (settlement.judged) counts.lines_opened += settlement.opened.lines.size();
        }
    }

    void note_closed(const Block& block, const std::vector<RecomputedSettlement>& recomputed) {
        for (const NodeId& sender : accounts_.false_handovers())
            report_.false_handovers.push_back({block.header.height, sender});
        for (const Transaction& transaction : block.transactions) {
            const auto* settlement = std::get_if<Settlement>(&transaction.content);
            if (settlement == nullptr) continue;
            const bool is_judged =
                std::any_of(recomputed.begin(), recomputed.end(), [&](const auto& each) {
                    return each.judged && each.opened.cluster == settlement->cluster;
                });
            if (is_judged) continue;
            auto& runs = report_.closed[settlement->cluster];
            if (runs.empty() || runs.back().last + 1 != settlement->window)
                runs.push_back({settlement->window, settlement->window});
            runs.back().last = settlement->window;
        }
    }

    const Ledger& ledger_;
    const VerifyProgress& progress_;
    KeyholderAccounts accounts_;
    InvariantMonitor monitor_;
    VerifyReport report_;
};

}  // namespace

VerifyReport verify_ledger(const Ledger& ledger, const LoadedGenesis& genesis,
                           const Keyholder* holder, const VerifyProgress& progress,
                           std::size_t threads) {
    Verification verification(ledger, holder, progress);
    const auto end = replay(ledger, genesis,
                            {.trust_signatures = false, .keep_before = true, .threads = threads},
                            [&](const ReplayStep& step) { return verification.see(step); });
    return verification.finish(end ? std::nullopt : std::optional(end.error()));
}

}  // namespace fairfeed
