#include "core/contract/execution.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/contract/accusations.h"
#include "core/contract/registry.h"
#include "core/contract/settlement_rules.h"
#include "core/contract/validators.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {

namespace {

using Verdict = Result<void, ExecutionFault>;

Unexpected<ExecutionFault> fault_at(Reject reason, std::size_t transaction) {
    return unexpected(ExecutionFault{reason, transaction});
}

Unexpected<ExecutionFault> header_fault(Reject reason) {
    return unexpected(ExecutionFault{reason, std::nullopt});
}

// One block being executed: where it stands and who checks signatures.
struct Execution {
    ChainState& state;
    std::span<const Transaction> transactions;
    Height height = 0;
    std::int64_t time_ms = 0;
    SignatureChecker& signatures;
    std::size_t evidence_bytes = 0;  // so far
};

bool is_settlement(const Transaction& transaction) {
    return transaction.kind == TransactionKind::settlement &&
           std::holds_alternative<Settlement>(transaction.content);
}

bool is_reading(const Transaction& transaction) {
    return transaction.kind == TransactionKind::reading &&
           std::holds_alternative<SignedReading>(transaction.content);
}

bool is_evidence(const Transaction& transaction) {
    return transaction.kind == TransactionKind::evidence &&
           std::holds_alternative<Evidence>(transaction.content);
}

bool is_event(const Transaction& transaction) {
    return transaction.kind == TransactionKind::event &&
           std::holds_alternative<MeterAlarm>(transaction.content);
}

Result<void, Reject> check_dgmd(const ChainState& state, const Transaction& transaction,
                                Height height, std::int64_t time_ms, SignatureChecker& signatures) {
    const auto allowed = check_registry(state, transaction, height, time_ms);
    if (!allowed) return allowed;
    const auto key = VerifyKey::from_point(state.genesis.dgmd_key);
    if (!key) return unexpected(Reject::wrong_signature);
    return signatures.transaction(transaction, state.network, *key);
}

Result<void, Reject> check_accusation(const ChainState& state, const Transaction& transaction,
                                      Height height, std::int64_t time_ms,
                                      SignatureChecker& signatures) {
    const VerifyKey* key = nullptr;
    if (const auto* evidence = std::get_if<Evidence>(&transaction.content)) {
        const auto newer = check_evidence(state, *evidence, height, time_ms);
        if (!newer) return newer;
        key = key_of_culprit(state, *evidence);
    } else if (const auto* event = std::get_if<MeterAlarm>(&transaction.content)) {
        if (const auto fits = check_event(state, *event, time_ms); !fits) return fits;
        key = state.meter_key(event->meter);
    }
    if (!transaction.endorsements.empty()) return unexpected(Reject::malformed);
    if (!key) return unexpected(Reject::wrong_signature);
    return signatures.transaction(transaction, state.network, *key);
}

void apply_accusation(ChainState& state, const Transaction& transaction, Height height) {
    if (is_evidence(transaction)) {
        apply_evidence(state, transaction, height);
    } else {
        apply_event(state, transaction, height);
    }
}

// Executes the group that begins here; the index after it.
Result<std::size_t, ExecutionFault> execute_group(Execution& run, std::size_t first) {
    std::size_t last = first;
    while (last < run.transactions.size() && is_reading(run.transactions[last]))
        ++last;
    if (last == run.transactions.size() || !is_settlement(run.transactions[last])) {
        return fault_at(Reject::wrong_entries, first);
    }
    const SettlementGroup group{run.transactions.subspan(first, last - first),
                                run.transactions[last]};
    const auto checked = check_group(run.state, group, run.time_ms, run.signatures);
    if (!checked) return fault_at(checked.error().reason, first + checked.error().transaction);
    apply_group(run.state, group, run.height);
    return last + 1;
}

Result<std::size_t, ExecutionFault> execute_accusation(Execution& run, std::size_t index) {
    const Transaction& transaction = run.transactions[index];
    if (is_evidence(transaction)) run.evidence_bytes += transaction.envelope.size();
    if (run.evidence_bytes > kMaxBlockEvidenceBytes) return fault_at(Reject::oversized, index);
    const auto checked =
        check_accusation(run.state, transaction, run.height, run.time_ms, run.signatures);
    if (!checked) return fault_at(checked.error(), index);
    apply_accusation(run.state, transaction, run.height);
    return index + 1;
}

// Executes what begins here: readings and settlements in groups, everything else alone.
Result<std::size_t, ExecutionFault> execute_next(Execution& run, std::size_t index) {
    const Transaction& transaction = run.transactions[index];
    if (is_reading(transaction) || is_settlement(transaction)) return execute_group(run, index);
    if (is_evidence(transaction) || is_event(transaction)) return execute_accusation(run, index);
    const auto checked =
        check_dgmd(run.state, transaction, run.height, run.time_ms, run.signatures);
    if (!checked) return fault_at(checked.error(), index);
    apply_registry(run.state, transaction, run.height);
    return index + 1;
}

Result<void, Reject> check_parent_certificate(const ChainState& state, const Block& block) {
    const auto& certificate = block.parent_certificate;
    if (certificate_hash(certificate) != block.header.parent_certificate) {
        return unexpected(Reject::wrong_certificate);
    }
    if (certificate.has_value() != (block.header.height > 1)) {
        return unexpected(Reject::wrong_certificate);
    }
    if (!certificate) return {};
    if (certificate->content.type != VoteType::precommit ||
        certificate->content.height != state.height || certificate->content.block != state.tip) {
        return unexpected(Reject::wrong_certificate);
    }
    return check_certificate(state, state.tip_validators, *certificate);
}

Result<void, Reject> check_header(const ChainState& state, const Block& block) {
    const BlockHeader& header = block.header;
    if (header.version != 1) return unexpected(Reject::unsupported_version);
    if (header.network != state.network) return unexpected(Reject::wrong_network);
    if (header.height != state.height + 1) return unexpected(Reject::wrong_height);
    if (header.parent != state.tip) return unexpected(Reject::wrong_parent);
    if (!may_follow(state.tip_time_ms, header.time_ms)) return unexpected(Reject::wrong_time);
    if (header.epoch != state.validator_epoch || header.validators != state.validators_hash) {
        return unexpected(Reject::wrong_validators);
    }
    if (!state.is_validator(header.proposer)) {
        return unexpected(Reject::wrong_proposer_turn);
    }
    if (header.transaction_count != block.transactions.size() ||
        header.transactions_root != transactions_root(block)) {
        return unexpected(Reject::wrong_root);
    }
    if (header.app_hash != app_hash(state)) return unexpected(Reject::wrong_app_hash);
    return check_parent_certificate(state, block);
}

std::vector<const Transaction*> registry_by_sequence(std::span<const Transaction> waiting) {
    std::vector<const Transaction*> found;
    for (const Transaction& transaction : waiting) {
        if (is_dgmd_kind(transaction.kind)) found.push_back(&transaction);
    }
    std::stable_sort(found.begin(), found.end(), [](const Transaction* a, const Transaction* b) {
        return registry_sequence(a->content) < registry_sequence(b->content);
    });
    return found;
}

std::vector<const Transaction*> settlements_by_place(std::span<const Transaction> waiting) {
    std::vector<const Transaction*> found;
    for (const Transaction& transaction : waiting) {
        if (is_settlement(transaction)) found.push_back(&transaction);
    }
    const auto place = [](const Transaction* transaction) {
        const auto& settlement = std::get<Settlement>(transaction->content);
        return std::tuple(settlement.cluster, settlement.window, settlement.version,
                          transaction->id);
    };
    std::stable_sort(found.begin(), found.end(),
                     [&place](const auto* a, const auto* b) { return place(a) < place(b); });
    return found;
}

// A block being filled from what waits.
class Selection {
  public:
    Selection(const ChainState& state, std::span<const Transaction> waiting, std::int64_t time_ms,
              SignatureChecker& signatures)
        : state_(state),
          room_(static_cast<std::size_t>(state.genesis.parameters.max_block_transactions)),
          height_(state.height + 1),
          time_ms_(time_ms),
          signatures_(signatures) {
        for (const Transaction& transaction : waiting) {
            if (is_reading(transaction)) readings_.emplace(transaction.id, &transaction);
        }
    }

    void add_accusation(const Transaction& transaction) {
        if (selected_.size() == room_) return;
        const std::size_t bytes = is_evidence(transaction) ? transaction.envelope.size() : 0;
        if (evidence_bytes_ + bytes > kMaxBlockEvidenceBytes) return;
        if (!check_accusation(state_, transaction, height_, time_ms_, signatures_)) return;
        apply_accusation(state_, transaction, height_);
        evidence_bytes_ += bytes;
        selected_.push_back(transaction);
    }

    void add_registry(const Transaction& transaction) {
        if (selected_.size() == room_) return;
        if (!check_dgmd(state_, transaction, height_, time_ms_, signatures_)) return;
        apply_registry(state_, transaction, height_);
        selected_.push_back(transaction);
    }

    void add_settlement(const Transaction& transaction) {
        std::vector<Transaction> listed;
        for (const ListedReading& each :
             listed_readings(std::get<Settlement>(transaction.content))) {
            const Transaction* reading = find_reading(each);
            if (!reading) return;
            listed.push_back(*reading);
        }
        if (selected_.size() + listed.size() + 1 > room_) return;
        const SettlementGroup group{listed, transaction};
        if (!check_group(state_, group, time_ms_, signatures_)) return;
        apply_group(state_, group, height_);
        selected_.insert(selected_.end(), listed.begin(), listed.end());
        selected_.push_back(transaction);
    }

    [[nodiscard]] std::vector<Transaction> take() { return std::move(selected_); }

  private:
    // An id leaves the signature open: of several envelopes take one that verifies.
    [[nodiscard]] const Transaction* find_reading(const ListedReading& listed) const {
        const VerifyKey* key = state_.meter_key(listed.meter);
        if (!key) return nullptr;
        const auto [first, last] = readings_.equal_range(listed.reading);
        for (auto held = first; held != last; ++held) {
            if (signatures_.transaction(*held->second, state_.network, *key)) return held->second;
        }
        return nullptr;
    }

    ChainState state_;
    std::size_t room_;
    Height height_;
    std::int64_t time_ms_;
    SignatureChecker& signatures_;
    std::size_t evidence_bytes_ = 0;
    std::multimap<Digest, const Transaction*> readings_;
    std::vector<Transaction> selected_;
};

}  // namespace

Result<void, Reject> PlainSignatureChecker::transaction(const Transaction& transaction,
                                                        const Digest& network,
                                                        const VerifyKey& key) {
    return verify_transaction(transaction, network, key);
}

Result<void, Reject> PlainSignatureChecker::endorsement(const Endorsement& endorsement,
                                                        const Witness& witness,
                                                        const Digest& network,
                                                        const VerifyKey& key) {
    const Bytes said = endorsement_to_be_signed(endorsement, witness.node, network);
    switch (key.verify_strict(said, witness.signature)) {
        case SignatureFault::none:
            return {};
        case SignatureFault::wrong:
            return unexpected(Reject::wrong_signature);
        case SignatureFault::high_s:
            return unexpected(Reject::high_s);
    }
    return unexpected(Reject::wrong_signature);
}

Verdict execute_transactions(ChainState& state, std::span<const Transaction> transactions,
                             Height height, std::int64_t time_ms, SignatureChecker& signatures) {
    if (transactions.empty()) return header_fault(Reject::empty_block);
    const auto most = static_cast<std::size_t>(state.genesis.parameters.max_block_transactions);
    if (transactions.size() > most) return header_fault(Reject::too_many_transactions);
    Execution run{state, transactions, height, time_ms, signatures};
    for (std::size_t next = 0; next < transactions.size();) {
        const auto executed = execute_next(run, next);
        if (!executed) return unexpected(executed.error());
        next = *executed;
    }
    return {};
}

Verdict execute_block(ChainState& state, const Block& block, SignatureChecker& signatures) {
    if (const auto checked = check_header(state, block); !checked) {
        return header_fault(checked.error());
    }
    const auto executed = execute_transactions(state, block.transactions, block.header.height,
                                               block.header.time_ms, signatures);
    if (!executed) return executed;
    state.height = block.header.height;
    state.tip = block_id(block.header);
    state.tip_time_ms = block.header.time_ms;
    state.tip_validators = state.validators;
    advance_validators(state, state.height + 1);
    return {};
}

Result<void, Reject> check_certificate(const ChainState& state, const Certificate& certificate) {
    return check_certificate(state, state.validators, certificate);
}

bool is_about_witnesses(const ExecutionFault& fault) {
    if (!fault.transaction) {
        return fault.reason == Reject::wrong_root || fault.reason == Reject::wrong_certificate;
    }
    return fault.reason == Reject::wrong_signature || fault.reason == Reject::high_s ||
           fault.reason == Reject::no_quorum || fault.reason == Reject::not_a_member ||
           fault.reason == Reject::not_canonical || fault.reason == Reject::unknown_node ||
           fault.reason == Reject::malformed;
}

Result<void, Reject> check_certificate(const ChainState& state,
                                       const std::vector<NodeId>& validators,
                                       const Certificate& certificate) {
    const auto& witnesses = certificate.witnesses;
    for (std::size_t i = 0; i < witnesses.size(); ++i) {
        const NodeId& node = witnesses[i].node;
        if (std::find(validators.begin(), validators.end(), node) == validators.end()) {
            return unexpected(Reject::wrong_validators);
        }
        if (i > 0 && !(witnesses[i - 1].node < node)) return unexpected(Reject::not_canonical);
    }
    if (witnesses.size() < quorum(validators.size())) return unexpected(Reject::no_quorum);
    for (const Witness& witness : witnesses) {
        const VerifyKey* key = state.node_key(witness.node);
        if (!key) return unexpected(Reject::unknown_node);
        const Vote vote{certificate.content, witness.node, witness.signature};
        const auto valid = verify_vote(vote, state.network, *key);
        if (!valid) return valid;
    }
    return {};
}

std::vector<Transaction> select_transactions(const ChainState& state,
                                             std::span<const Transaction> waiting,
                                             std::int64_t time_ms, SignatureChecker& signatures) {
    Selection selection(state, waiting, time_ms, signatures);
    for (const Transaction& transaction : waiting) {
        if (is_evidence(transaction)) selection.add_accusation(transaction);
    }
    for (const Transaction* transaction : registry_by_sequence(waiting)) {
        selection.add_registry(*transaction);
    }
    for (const Transaction* transaction : settlements_by_place(waiting)) {
        selection.add_settlement(*transaction);
    }
    for (const Transaction& transaction : waiting) {
        if (is_event(transaction)) selection.add_accusation(transaction);
    }
    return selection.take();
}

std::int64_t earliest_block_time_ms(const ChainState& state,
                                    std::span<const Transaction> transactions) {
    const GridClock grid = state.grid();
    std::int64_t earliest_ms = state.tip_time_ms + 1;
    for (const Transaction& transaction : transactions) {
        const auto& content = transaction.content;
        if (const auto* settlement = std::get_if<Settlement>(&content)) {
            earliest_ms = std::max(earliest_ms, grid.end_real_ms(settlement->window));
        } else if (const auto* evidence = std::get_if<Evidence>(&content)) {
            const bool of_height = evidence->offence == Offence::two_votes ||
                                   evidence->offence == Offence::two_proposals;
            if (of_height) continue;
            earliest_ms = std::max(earliest_ms, grid.end_real_ms(evidence->place.window));
        } else if (const auto* event = std::get_if<MeterAlarm>(&content)) {
            earliest_ms = std::max(earliest_ms, grid.real_ms(grid.start_s(event->window)));
        }
    }
    return earliest_ms;
}

}  // namespace fairfeed
