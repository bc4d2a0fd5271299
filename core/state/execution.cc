#include "core/state/execution.h"

#include <algorithm>
#include <map>

#include "core/state/accusations.h"
#include "core/state/handover_rules.h"
#include "core/state/office_rules.h"
#include "core/state/registry.h"
#include "core/state/selection_order.h"
#include "core/state/settlement_rules.h"
#include "core/state/validators.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"

namespace fairfeed {

namespace {

using Verdict = Result<void, ExecutionFault>;

Unexpected<ExecutionFault> fault_at(Reject reason, std::size_t transaction) {
    return unexpected(ExecutionFault{reason, transaction});
}

Unexpected<ExecutionFault> header_fault(Reject reason) {
    return unexpected(ExecutionFault{reason, std::nullopt});
}

// The execution of one block: the position in the block, and the signature checker.
struct Execution {
    ChainState& state;
    std::span<const Transaction> transactions;
    Height height = 0;
    std::int64_t time_ms = 0;
    SignatureChecker& signatures;
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

// Executes the group that begins at this index; returns the index after the group.
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
    apply_group(run.state, group, run.height, run.time_ms);
    return last + 1;
}

Result<std::size_t, ExecutionFault> execute_accusation(Execution& run, std::size_t index) {
    const Transaction& transaction = run.transactions[index];
    const auto checked =
        check_accusation(run.state, transaction, run.height, run.time_ms, run.signatures);
    if (!checked) return fault_at(checked.error(), index);
    apply_accusation(run.state, transaction, run.height);
    return index + 1;
}

Result<std::size_t, ExecutionFault> execute_handover(Execution& run, std::size_t index) {
    const Transaction& transaction = run.transactions[index];
    const auto checked = check_signed_handover(run.state, transaction, run.signatures);
    if (!checked) return fault_at(checked.error(), index);
    apply_handover(run.state, transaction);
    return index + 1;
}

// Executes the next unit: a group of readings and their settlement, or one other transaction.
Result<std::size_t, ExecutionFault> execute_next(Execution& run, std::size_t index) {
    const Transaction& transaction = run.transactions[index];
    if (is_reading(transaction) || is_settlement(transaction)) return execute_group(run, index);
    if (is_evidence(transaction) || is_event(transaction)) return execute_accusation(run, index);
    if (is_handover(transaction)) return execute_handover(run, index);
    const auto checked =
        check_notice(run.state, transaction, run.height, run.time_ms, run.signatures);
    if (!checked) return fault_at(checked.error(), index);
    apply_registry(run.state, transaction, run.height, run.time_ms);
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

// Fills a block from the waiting transactions.
class Selection {
  public:
    Selection(const ChainState& state, std::span<const Transaction* const> waiting,
              std::int64_t time_ms, SignatureChecker& signatures)
        : state_(state),
          room_(static_cast<std::size_t>(state.genesis.parameters.max_block_transactions)),
          max_bytes_(max_block_bytes(state.genesis.parameters)),
          height_(state.height + 1),
          time_ms_(time_ms),
          signatures_(signatures) {
        for (const Transaction* transaction : waiting) {
            if (is_reading(*transaction)) readings_.emplace(transaction->id, transaction);
        }
    }

    void add_accusation(const Transaction& transaction) {
        const auto size = size_with({&transaction, 1});
        if (!size) return;
        if (!check_accusation(state_, transaction, height_, time_ms_, signatures_)) return;
        apply_accusation(state_, transaction, height_);
        take_in(transaction, *size);
    }

    void add_registry(const Transaction& transaction) {
        const auto size = size_with({&transaction, 1});
        if (!size) return;
        if (!check_notice(state_, transaction, height_, time_ms_, signatures_)) return;
        apply_registry(state_, transaction, height_, time_ms_);
        take_in(transaction, *size);
    }

    void add_handover(const Transaction& transaction) {
        const auto size = size_with({&transaction, 1});
        if (!size) return;
        if (!check_signed_handover(state_, transaction, signatures_)) return;
        apply_handover(state_, transaction);
        take_in(transaction, *size);
    }

    void add_settlement(const Transaction& transaction) {
        std::vector<const Transaction*> places;
        for (const ListedReading& each :
             listed_readings(std::get<Settlement>(transaction.content))) {
            const Transaction* reading = find_reading(each);
            if (!reading) return;
            places.push_back(reading);
        }
        places.push_back(&transaction);
        std::vector<Transaction> group;  // in one piece, as in a block
        group.reserve(places.size());
        for (const Transaction* place : places)
            group.push_back(*place);
        const auto size = size_with(group);
        if (!size) {
            is_crowded_out_ = is_crowded_out_ || fits_beside_settlements(group);
            return;
        }
        const SettlementGroup parts{std::span(group).first(group.size() - 1), group.back()};
        if (!check_group(state_, parts, time_ms_, signatures_)) return;
        apply_group(state_, parts, height_, time_ms_);
        size_ = *size;
        settled_.add(group);
        settled_transactions_ += group.size();
        std::ranges::copy(places, std::back_inserter(selected_));
    }

    [[nodiscard]] std::vector<const Transaction*> take() { return std::move(selected_); }
    // Whether a settlement found no room because of evidence or notices.
    [[nodiscard]] bool is_crowded_out() const { return is_crowded_out_; }

  private:
    // The block's size with these transactions added; nullopt: they do not fit.
    [[nodiscard]] std::optional<BlockSize> size_with(std::span<const Transaction> more) const {
        if (selected_.size() + more.size() > room_) return std::nullopt;
        BlockSize size = size_;
        size.add(more);
        return size.is_allowed(max_bytes_) ? std::optional(size) : std::nullopt;
    }

    // Whether the group would fit if the block held only settlements so far.
    [[nodiscard]] bool fits_beside_settlements(std::span<const Transaction> group) const {
        BlockSize size = settled_;
        size.add(group);
        return settled_transactions_ + group.size() <= room_ && size.is_allowed(max_bytes_);
    }

    void take_in(const Transaction& transaction, const BlockSize& size) {
        size_ = size;
        selected_.push_back(&transaction);
    }

    // An id does not cover the signature, so several envelopes may have one id: takes one that
    // verifies.
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
    std::size_t room_;  // transactions
    std::size_t max_bytes_;
    Height height_;
    std::int64_t time_ms_;
    SignatureChecker& signatures_;
    BlockSize size_;
    std::multimap<Digest, const Transaction*> readings_;
    std::vector<const Transaction*> selected_;
    BlockSize settled_;  // share of the groups in size_
    std::size_t settled_transactions_ = 0;
    bool is_crowded_out_ = false;
};

Selection select(const ChainState& state, std::span<const Transaction* const> waiting,
                 std::int64_t time_ms, SignatureChecker& signatures, bool settlements_first) {
    Selection selection(state, waiting, time_ms, signatures);
    const auto add_settlements = [&] {
        for (const Transaction* transaction : settlements_by_place(waiting))
            selection.add_settlement(*transaction);
    };
    if (settlements_first) add_settlements();
    for (const Transaction* transaction : waiting) {
        if (is_evidence(*transaction)) selection.add_accusation(*transaction);
    }
    for (const Transaction* transaction : registry_by_sequence(waiting))
        selection.add_registry(*transaction);
    for (const Transaction* transaction : waiting) {
        if (is_handover(*transaction)) selection.add_handover(*transaction);
    }
    if (!settlements_first) add_settlements();
    for (const Transaction* transaction : waiting) {
        if (is_event(*transaction)) selection.add_accusation(*transaction);
    }
    return selection;
}

}  // namespace

Verdict execute_transactions(ChainState& state, std::span<const Transaction> transactions,
                             Height height, std::int64_t time_ms, SignatureChecker& signatures) {
    if (transactions.empty()) return header_fault(Reject::empty_block);
    const auto most = static_cast<std::size_t>(state.genesis.parameters.max_block_transactions);
    if (transactions.size() > most) return header_fault(Reject::too_many_transactions);
    BlockSize size;
    size.add(transactions);
    if (!size.is_allowed(max_block_bytes(state.genesis.parameters)))
        return header_fault(Reject::oversized);
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

Result<void, Reject> check_certificate(const ChainState& state,
                                       const QuorumCertificate& certificate) {
    return check_certificate(state, state.validators, certificate);
}

bool is_about_witnesses(const ExecutionFault& fault) {
    if (!fault.transaction) {
        return fault.reason == Reject::wrong_root || fault.reason == Reject::wrong_certificate;
    }
    return fault.reason == Reject::wrong_signature || fault.reason == Reject::retired_key ||
           fault.reason == Reject::high_s || fault.reason == Reject::no_quorum ||
           fault.reason == Reject::not_a_member || fault.reason == Reject::not_canonical ||
           fault.reason == Reject::unknown_node || fault.reason == Reject::malformed;
}

Result<void, Reject> check_certificate(const ChainState& state,
                                       const std::vector<NodeId>& validators,
                                       const QuorumCertificate& certificate) {
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

std::vector<const Transaction*> select_transactions(const ChainState& state,
                                                    std::span<const Transaction* const> waiting,
                                                    std::int64_t time_ms,
                                                    SignatureChecker& signatures) {
    Selection selection = select(state, waiting, time_ms, signatures, false);
    if (!selection.is_crowded_out()) return selection.take();
    return select(state, waiting, time_ms, signatures, true).take();
}

}  // namespace fairfeed
