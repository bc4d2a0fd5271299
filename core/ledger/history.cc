#include "core/ledger/history.h"

#include "core/accounts/cluster_forecast.h"
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

// The readings of the settlement's own window; they stand in its block.
OpenedReadings open_readings(const Block& block, const Settlement& settlement,
                             const KeyRing& keys) {
    OpenedReadings out;
    for (const Transaction& transaction : block.transactions) {
        const auto* reading = std::get_if<SignedReading>(&transaction.content);
        if (reading == nullptr || reading->header.cluster != settlement.cluster ||
            reading->header.window != settlement.window)
            continue;
        if (auto body = open_with(keys, *reading))
            out.insert({reading->header.meter, {*reading, std::move(*body)}});
    }
    return out;
}

std::vector<std::int64_t> generation_of(const std::vector<SettlementLine>& lines,
                                        const OpenedReadings& readings, std::size_t quarters) {
    std::vector<std::int64_t> out(quarters, 0);
    for (const SettlementLine& line : lines) {
        const auto reading = readings.find(line.meter);
        const bool is_read = !line.estimated && reading != readings.end();
        const auto estimate = spread(line.generation_wh, quarters);
        for (std::size_t j = 0; j < quarters; ++j)
            out[j] += is_read ? reading->second.body.profile[j].generation_wh : estimate[j];
    }
    return out;
}

void add_quarters(SettledWindow& window, const ReplayStep& step, const Settlement& settlement,
                  const KeyRing& keys) {
    if (!window.lines) return;
    const auto readings = open_readings(step.committed.block, settlement, keys);
    window.observed = observed_in(step.after, settlement, *window.lines, readings);
    const std::int64_t seconds = step.after.genesis.parameters.window_seconds;
    if (window.observed)
        window.generation_wh = generation_of(
            *window.lines, readings, static_cast<std::size_t>(seconds / kSecondsPerQuarter));
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
    SettledWindow window = {.height = header.height,
                            .header_time_ms = header.time_ms,
                            .id = transaction.id,
                            .proposer = settlement->proposer,
                            .window = settlement->window,
                            .version = settlement->version,
                            .rule = settlement->rule,
                            .basis = settlement->basis,
                            .factors = settlement->factors,
                            .bound = settlement->bound,
                            .endorsements = transaction.endorsements.size(),
                            .entries = settlement->entries,
                            .late = settlement->late,
                            .totals = settlement->totals,
                            .in_force_from_s = share_binds_from_s(
                                step.after.genesis.parameters, settlement->window, header.time_ms),
                            .lines = std::move(*lines),
                            .observed = {},
                            .generation_wh = {}};
    add_quarters(window, step, *settlement, keys);
    history.clusters[settlement->cluster].push_back(std::move(window));
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
        if (grants && holder != nullptr) keys.learn(step.after, *holder);
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
