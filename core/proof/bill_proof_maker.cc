#include <algorithm>

#include "core/accounts/key_grants.h"
#include "core/base/check.h"
#include "core/ledger/replay.h"
#include "core/proof/bill_proof.h"
#include "core/proof/proof_parts.h"
#include "core/proof/proof_registry.h"
#include "core/state/late_rules.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {
namespace {

Unexpected<ProofRefusal> refuse(std::string explanation) {
    return unexpected(ProofRefusal{std::move(explanation)});
}

// The results of a walk along the ledger for one meter and month.
class BillWalk {
  public:
    BillWalk(const Keyholder& holder, const MeterId& meter, const BillMonth& month)
        : holder_(holder), meter_(meter), month_(month) {}

    void see(const ReplayStep& step);
    // After the last block.
    [[nodiscard]] Result<BillProof, ProofRefusal> assemble();

  private:
    void take(const CommittedBlock& committed, const ChainState& after, std::size_t index);
    void take_end(const CommittedBlock& committed, const ChainState& after, std::size_t index);
    [[nodiscard]] bool add_late(const CommittedBlock& committed, BillPiece& piece);
    void forget_earlier(const ChainState& after);
    [[nodiscard]] RegistrySubjects subjects() const;
    [[nodiscard]] Window earliest() const;

    const Keyholder& holder_;
    const MeterId& meter_;
    const BillMonth& month_;
    KeyRing keys_;
    std::vector<BillPiece> earlier_;       // of the months before
    std::vector<BillPiece> pieces_;        // of the month
    std::optional<ClosingState> opening_;  // before the month, if a line before it opens
    std::optional<ClosingState> closing_;  // of the last piece
    std::optional<CommittedBlock> last_block_;
    std::size_t last_index_ = 0;
    std::optional<KeyEpoch> missing_;  // a key epoch that the holder has not
    std::vector<RegistryEvidence> registry_;
    std::size_t needed_registry_ = 0;  // of them up to the last block, or the end
    std::optional<BillEnd> end_;
    ChainState state_;  // after the last block, or the end
};

void BillWalk::see(const ReplayStep& step) {
    const auto& transactions = step.committed.block.transactions;
    collect_registry(registry_, step.committed);
    if (grants_keys(step.committed.block)) keys_.learn(step.after, holder_);
    for (std::size_t i = 0; i < transactions.size(); ++i)
        if (transactions[i].kind == TransactionKind::settlement)
            take(step.committed, step.after, i);
}

std::optional<std::size_t> place_of(const Settlement& settlement, const MeterId& meter) {
    const auto entry =
        std::find_if(settlement.entries.begin(), settlement.entries.end(),
                     [&](const SettlementEntry& each) { return each.meter == meter; });
    if (entry == settlement.entries.end()) return std::nullopt;
    return static_cast<std::size_t>(entry - settlement.entries.begin());
}

void BillWalk::take(const CommittedBlock& committed, const ChainState& after, std::size_t index) {
    const Transaction& transaction = committed.block.transactions[index];
    const auto& settlement = std::get<Settlement>(transaction.content);
    const BillMonth of_window = month_of(after, settlement.window);
    if (of_window > month_) return take_end(committed, after, index);
    const auto at = place_of(settlement, meter_);
    if (!at) return;
    const SealedLine& line = settlement.lines[*at];
    const SymmetricKey* key = keys_.find(meter_, line.key_epoch);
    if (key == nullptr) {
        // Without a line before, the bill does without its closing state.
        if (of_window == month_) missing_ = line.key_epoch;
        earlier_.clear();
        opening_.reset();
        return;
    }
    std::vector<std::size_t> late;
    for (std::size_t i = 0; i < settlement.late.size(); ++i)
        if (of_window == month_ && settlement.late[i].meter == meter_) late.push_back(i);
    SettlementExcerpt excerpt = cut_out(transaction, *at, late);
    BillPiece piece{std::move(excerpt.transaction),
                    std::move(excerpt.rows),
                    line_key(settlement, line, *key),
                    {}};
    if (!add_late(committed, piece)) return;
    if (const auto opened = open_line(settlement, line, piece.line_key)) closing_ = opened->closing;
    std::vector<BillPiece>& pieces = of_window < month_ ? earlier_ : pieces_;
    if (!earlier_.empty()) earlier_.back().settlement.endorsements.clear();
    if (!pieces_.empty()) pieces_.back().settlement.endorsements.clear();
    pieces.push_back(std::move(piece));
    if (of_window < month_) {
        opening_ = closing_;
        return forget_earlier(after);
    }
    last_block_ = committed;
    last_index_ = index;
    needed_registry_ = registry_.size();
    state_ = after;
}

// The readings that the excerpt lists stand in front of the settlement in its block.
bool BillWalk::add_late(const CommittedBlock& committed, BillPiece& piece) {
    for (const ListedReading& listed : std::get<Settlement>(piece.settlement.content).late) {
        const auto& transactions = committed.block.transactions;
        const auto found =
            std::find_if(transactions.begin(), transactions.end(),
                         [&](const Transaction& each) { return each.id == listed.reading; });
        CHECK(found != transactions.end());  // the block was executed
        const auto& reading = std::get<SignedReading>(found->content);
        const SymmetricKey* key = keys_.find(meter_, reading.header.key_epoch);
        if (key == nullptr) {
            missing_ = reading.header.key_epoch;
            return false;
        }
        piece.late.push_back({reading, reading_key(reading.header, *key)});
    }
    return true;
}

// Of the months before the bill needs the last piece, and the factors of windows that may still be
// read late.
void BillWalk::forget_earlier(const ChainState& after) {
    const bool has_factors = after.genesis.parameters.resolution == ShareResolution::quarter;
    const auto last = std::get<Settlement>(earlier_.back().settlement.content).window;
    const Window oldest = has_factors ? oldest_late(after, last + 1) : last;
    std::erase_if(earlier_, [&](const BillPiece& piece) {
        return std::get<Settlement>(piece.settlement.content).window < oldest;
    });
}

// The first settlement after the month that ends its corrections.
void BillWalk::take_end(const CommittedBlock& committed, const ChainState& after,
                        std::size_t index) {
    if (end_ || pieces_.empty() || !closing_) return;
    const Transaction& transaction = committed.block.transactions[index];
    const auto& settlement = std::get<Settlement>(transaction.content);
    const auto& last = std::get<Settlement>(pieces_.back().settlement.content);
    if (settlement.cluster != last.cluster || month_of(after, last.window + 1) == month_ ||
        settlement.window < last_correction(after, last.window) ||
        status_of(after, meter_, last.cluster, month_) == BillStatus::open)
        return;
    BillEnd end{
        committed.block.header, committed.certificate, include(committed.block, index), {}, {}, {}};
    std::optional<std::size_t> at;
    if (closing_->unread_from <= last.window) {
        at = place_of(settlement, meter_);
        if (!at) return;
        const SealedLine& line = settlement.lines[*at];
        const SymmetricKey* key = keys_.find(meter_, line.key_epoch);
        if (key == nullptr) return;
        end.closing_key = closing_key(settlement, line, line_key(settlement, line, *key));
    }
    SettlementExcerpt excerpt = cut_out(transaction, at, {});
    end.settlement.transaction = std::move(excerpt.transaction);
    end.rows = std::move(excerpt.rows);
    end_ = std::move(end);
    needed_registry_ = registry_.size();
    state_ = after;
}

// The first window whose tariff and capacity the file needs.
Window BillWalk::earliest() const {
    const auto& pieces = earlier_.empty() ? pieces_ : earlier_;
    Window first = std::get<Settlement>(pieces.front().settlement.content).window;
    if (!opening_) return std::min(first, state_.meters.at(meter_).registration.reads_from());
    first = std::min(first, opening_->unread_from);
    if (!opening_->gaps.empty()) first = std::min(first, opening_->gaps.front().first);
    return first;
}

// The tariffs of all windows of the file and of those that it corrects, and every capacity of the
// meter.
RegistrySubjects BillWalk::subjects() const {
    const auto& last = std::get<Settlement>(pieces_.back().settlement.content);
    const Window first = earliest();
    RegistrySubjects subjects{.meters = {meter_}, .clusters = {last.cluster}, .sequences = {}};
    const std::set<MeterId> line = lineage(state_, meter_);
    // The permit that closes the account.
    if (const auto& replaced = state_.meters.at(meter_).replaced)
        subjects.meters.insert(replaced->by);
    const TariffNotice* before = nullptr;
    for (const RegistryEvidence& evidence : registry_) {
        const TransactionContent& content = evidence.included.transaction.content;
        if (const auto* capacity = std::get_if<CapacityCertificate>(&content))
            if (line.contains(capacity->meter)) subjects.sequences.insert(capacity->sequence);
        if (const auto* taken = std::get_if<Deauthorisation>(&content))
            if (line.contains(taken->meter)) subjects.sequences.insert(taken->sequence);
        const auto* tariff = std::get_if<TariffNotice>(&content);
        if (tariff == nullptr || tariff->effective > last.window + 1) continue;
        if (tariff->effective <= first) before = tariff;
        if (tariff->effective > first) subjects.sequences.insert(tariff->sequence);
    }
    if (before != nullptr) subjects.sequences.insert(before->sequence);
    return subjects;
}

Result<BillProof, ProofRefusal> BillWalk::assemble() {
    const std::string what = "meter " + meter_.str() + ", " + month_text(month_);
    if (missing_)
        return refuse(what + ": " + holder_.node.str() + " holds no data key of key epoch " +
                      std::to_string(*missing_));
    if (!last_block_) return refuse(what + ": no window of it is settled in this ledger");
    registry_.resize(needed_registry_);
    const RegistrySubjects needed = subjects();
    auto registry = needed_registry(std::move(registry_), needed, state_);
    const BlockHeader& header = last_block_->block.header;
    const auto behind = std::find_if(
        registry.begin(), registry.end(),
        [&](const RegistryEvidence& each) { return each.header.height > header.height; });
    if (end_) end_->registry.assign(behind, registry.end());
    registry.erase(behind, registry.end());
    // The newest of those before the month, as many as the file has room for.
    const std::size_t room = kMaxBillPieces - std::min(kMaxBillPieces, pieces_.size());
    const std::size_t kept = std::min(room, earlier_.size());
    std::vector<BillPiece> pieces(earlier_.end() - static_cast<std::ptrdiff_t>(kept),
                                  earlier_.end());
    std::move(pieces_.begin(), pieces_.end(), std::back_inserter(pieces));
    IncludedTransaction last = include(last_block_->block, last_index_);
    return BillProof{.network = state_.network,
                     .meter = meter_,
                     .month = month_,
                     .header = header,
                     .certificate = last_block_->certificate,
                     .index = last.index,
                     .path = std::move(last.path),
                     .pieces = std::move(pieces),
                     .registry = std::move(registry),
                     .end = std::move(end_)};
}

}  // namespace

Result<BillProof, ProofRefusal> make_bill_proof(const Ledger& ledger, const LoadedGenesis& genesis,
                                                const Keyholder& holder, const MeterId& meter,
                                                const BillMonth& month) {
    BillWalk walk(holder, meter, month);
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
    return walk.assemble();
}

}  // namespace fairfeed
