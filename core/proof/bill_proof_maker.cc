#include <algorithm>

#include "core/accounts/key_grants.h"
#include "core/ledger/replay.h"
#include "core/proof/bill_proof.h"
#include "core/proof/proof_parts.h"
#include "core/proof/proof_registry.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {
namespace {

Unexpected<ProofRefusal> refuse(std::string explanation) {
    return unexpected(ProofRefusal{std::move(explanation)});
}

// The results of a walk along the ledger for one meter and month.
struct BillWalk {
    const Keyholder& holder;
    const MeterId& meter;
    const BillMonth& month;
    KeyRing keys;
    std::vector<BillPiece> pieces;  // of the month, and the one before
    std::optional<CommittedBlock> last_block;
    std::size_t last_index = 0;
    std::optional<KeyEpoch> missing;  // a key epoch that the holder has not
    std::vector<RegistryEvidence> registry;
    std::size_t registry_to_last = 0;  // of them up to the last block
    ChainState state;                  // after the last block

    void see(const ReplayStep& step);
    void take(const ReplayStep& step, std::size_t index);
};

void BillWalk::see(const ReplayStep& step) {
    const auto& transactions = step.committed.block.transactions;
    collect_registry(registry, step.committed);
    if (grants_keys(step.committed.block)) keys.learn(step.after, holder.node, holder.agreement);
    for (std::size_t i = 0; i < transactions.size(); ++i)
        if (transactions[i].kind == TransactionKind::settlement) take(step, i);
}

void BillWalk::take(const ReplayStep& step, std::size_t index) {
    const Transaction& transaction = step.committed.block.transactions[index];
    const auto& settlement = std::get<Settlement>(transaction.content);
    const auto entry =
        std::find_if(settlement.entries.begin(), settlement.entries.end(),
                     [&](const SettlementEntry& each) { return each.meter == meter; });
    if (entry == settlement.entries.end()) return;
    const BillMonth of_window = month_of(step.after, settlement.window);
    if (of_window > month) return;
    if (of_window < month) pieces.clear();
    const auto at = static_cast<std::size_t>(entry - settlement.entries.begin());
    const SealedLine& line = settlement.lines[at];
    const SymmetricKey* key = keys.find(meter, line.key_epoch);
    if (of_window < month && key == nullptr) return;  // the bill does without it
    if (key == nullptr) {
        missing = line.key_epoch;
        return;
    }
    SettlementExcerpt excerpt = cut_out(transaction, at, std::nullopt);
    if (!pieces.empty()) pieces.back().settlement.endorsements.clear();
    pieces.push_back({std::move(excerpt.transaction), std::move(excerpt.rows.front()),
                      line_key(settlement, line, *key)});
    if (of_window < month) return;
    last_block = step.committed;
    last_index = index;
    registry_to_last = registry.size();
    state = step.after;
}

// The tariffs of all windows of the file.
RegistrySubjects subjects_of(const BillWalk& walk) {
    const auto& last = std::get<Settlement>(walk.pieces.back().settlement.content);
    const auto& first = std::get<Settlement>(walk.pieces.front().settlement.content);
    RegistrySubjects subjects{.meters = {walk.meter}, .clusters = {last.cluster}, .sequences = {}};
    const TariffNotice* before = nullptr;
    for (const RegistryEvidence& evidence : walk.registry) {
        const auto* tariff = std::get_if<TariffNotice>(&evidence.included.transaction.content);
        if (tariff == nullptr || tariff->effective > last.window + 1) continue;
        if (tariff->effective <= first.window) before = tariff;
        if (tariff->effective > first.window) subjects.sequences.insert(tariff->sequence);
    }
    if (before != nullptr) subjects.sequences.insert(before->sequence);
    return subjects;
}

}  // namespace

Result<BillProof, ProofRefusal> make_bill_proof(const Ledger& ledger, const LoadedGenesis& genesis,
                                                const Keyholder& holder, const MeterId& meter,
                                                const BillMonth& month) {
    BillWalk walk{.holder = holder,
                  .meter = meter,
                  .month = month,
                  .keys = {},
                  .pieces = {},
                  .last_block = {},
                  .missing = {},
                  .registry = {},
                  .state = {}};
    const auto end = replay(ledger, genesis, {.trust_signatures = true, .keep_before = false},
                            [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                                walk.see(step);
                                return {};
                            });
    if (!end)
        return refuse("the ledger is not sound at height " + std::to_string(end.error().height) +
                      ": " + end.error().explanation);
    if (!end->meters.contains(meter))
        return refuse("meter " + meter.str() + " is not registered on this network");
    const std::string what = "meter " + meter.str() + ", " + month_text(month);
    if (walk.missing)
        return refuse(what + ": " + holder.node.str() + " holds no data key of key epoch " +
                      std::to_string(*walk.missing));
    if (!walk.last_block) return refuse(what + ": no window of it is settled in this ledger");
    walk.registry.resize(walk.registry_to_last);
    IncludedTransaction last = include(walk.last_block->block, walk.last_index);
    auto registry = needed_registry(walk.registry, subjects_of(walk), walk.state);
    return BillProof{.network = walk.state.network,
                     .meter = meter,
                     .month = month,
                     .header = walk.last_block->block.header,
                     .certificate = walk.last_block->certificate,
                     .index = last.index,
                     .path = std::move(last.path),
                     .pieces = std::move(walk.pieces),
                     .registry = std::move(registry)};
}

}  // namespace fairfeed
