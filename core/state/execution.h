// Executes blocks on the public state: every rule a node without keys can check (docs/state.md,
// R15, R20). Deterministic: the same state and block give the same result everywhere.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/model/block.h"
#include "core/model/reject.h"
#include "core/state/block_size.h"
#include "core/state/signature_checker.h"
#include "core/state/state.h"

namespace fairfeed {

struct ExecutionFault {
    Reject reason;
    std::optional<std::size_t> transaction;  // index in the block; nullopt: the header
};

// Can these transactions, in this order, enter a block on this state with that header time? Applies
// them to `state` as far as they are valid; on a fault `state` is unspecified: use a copy.
// A READING is valid only in front of the SETTLEMENT of the same block that lists it.
[[nodiscard]] Result<void, ExecutionFault> execute_transactions(
    ChainState& state, std::span<const Transaction> transactions, Height height,
    std::int64_t time_ms, SignatureChecker& signatures);

// The whole block: header against state (height, parent, time, validators, root, count, app hash of
// the state before), parent's certificate, transactions. On success `state` is the state after the
// block.
[[nodiscard]] Result<void, ExecutionFault> execute_block(ChainState& state, const Block& block,
                                                         SignatureChecker& signatures);

// Quorum of distinct validators, one content, every signature strict. The validators are those that
// decide the height after `state`, or the ones given; `state` must know their keys.
[[nodiscard]] Result<void, Reject> check_certificate(const ChainState& state,
                                                     const QuorumCertificate& certificate);
[[nodiscard]] Result<void, Reject> check_certificate(const ChainState& state,
                                                     const std::vector<NodeId>& validators,
                                                     const QuorumCertificate& certificate);

// Is this fault about what came beside the header: signatures and endorsements, which a block's id
// does not cover, or transactions and a parent's certificate that are not those it names? Then
// whoever sent the body is to blame; otherwise those who decided the block.
[[nodiscard]] bool is_about_witnesses(const ExecutionFault& fault);

// Which of these waiting transactions fit into the next block, in an order that is valid (R15):
// evidence, DGMD's by sequence, handovers, certified batches (readings before their settlement) by
// cluster and window, events; at most max_block_transactions, within BlockSize; whatever is not
// valid on this state is left out. Where what comes first would leave a settlement no room, batches
// come first: a settlement may need a block for itself (past_room.h), and evidence never ends.
[[nodiscard]] std::vector<Transaction> select_transactions(const ChainState& state,
                                                           std::span<const Transaction> waiting,
                                                           std::int64_t time_ms,
                                                           SignatureChecker& signatures);

// Earliest header time a block with these transactions may have: grid(header.time) must have
// reached the end of every settled window (rule 12), and of those that evidence is about and the
// start of those that events are about, be above the parent's, and be so late that a cluster stands
// still of which a window that has begun is given to others.
[[nodiscard]] std::int64_t earliest_block_time_ms(const ChainState& state,
                                                  std::span<const Transaction> transactions);

}  // namespace fairfeed
