#include "core/ledger/history.h"
#include "core/ledger/replay.h"

#include "core/wire/genesis_file_codec.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {
namespace {

// nullopt: a key is missing.
Result<std::optional<std::vector<SettlementLine>>, Reject> open_lines(const Settlement& settlement,
                                                                      const KeyRing& keys) {
    std::vector<SettlementLine> lines;
    for (const SealedLine& sealed : settlement.lines) {
        const SymmetricKey* data_key = keys.find(sealed.meter, sealed.key_epoch);
        if (data_key == nullptr) return std::optional<std::vector<SettlementLine>>();
        auto line = open_line(settlement, sealed, line_key(settlement, sealed, *data_key));
        if (!line) return unexpected(line.error());
        lines.push_back(std::move(*line));
    }
    return std::optional(std::move(lines));
}

Result<void, ReplayFault> collect(LedgerHistory& history, const ReplayStep& step,
                                  const Transaction& transaction, const KeyRing& keys) {
    const auto* settlement = std::get_if<Settlement>(&transaction.content);
    if (settlement == nullptr) return {};
    const BlockHeader& header = step.committed.block.header;
    auto lines = open_lines(*settlement, keys);
    if (!lines)
        return unexpected(ReplayFault{header.height, std::string(to_string(lines.error())),
                                      "the " + describe(transaction) + ": a line does not open"});
    history.clusters[settlement->cluster].push_back(
        {.height = header.height,
         .header_time_ms = header.time_ms,
         .id = transaction.id,
         .proposer = settlement->proposer,
         .window = settlement->window,
         .version = settlement->version,
         .rule = settlement->rule,
         .endorsements = transaction.endorsements.size(),
         .entries = settlement->entries,
         .late = settlement->late,
         .totals = settlement->totals,
         .in_force_from_s =
             share_binds_from_s(step.after.genesis.parameters, settlement->window, header.time_ms),
         .lines = std::move(*lines)});
    return {};
}

}  // namespace

Result<LedgerHistory, ReplayFault> read_history(const Ledger& ledger, const LoadedGenesis& genesis,
                                                const Keyholder* holder) {
    LedgerHistory history;
    KeyRing keys;
    const auto visit = [&](const ReplayStep& step) -> Result<void, ReplayFault> {
        bool grants = step.committed.block.header.height == 0;
        for (const Transaction& transaction : step.committed.block.transactions)
            grants = grants || transaction.kind == TransactionKind::key_grant;
        if (grants && holder != nullptr) keys.learn(step.after, holder->node, holder->agreement);
        for (const Transaction& transaction : step.committed.block.transactions)
            if (auto done = collect(history, step, transaction, keys); !done) return done;
        return {};
    };
    auto state = replay(ledger, genesis, {.trust_signatures = true, .keep_before = false}, visit);
    if (!state) return unexpected(state.error());
    history.state = std::move(*state);
    return history;
}

}  // namespace fairfeed
