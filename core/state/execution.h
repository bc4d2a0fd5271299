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

// Executes these transactions, in this order, as part of a block with that header time. A READING
// is valid only in front of the SETTLEMENT of the same block that lists it. On a fault `state` is
// unspecified, so pass a copy.
[[nodiscard]] Result<void, ExecutionFault> execute_transactions(
    ChainState& state, std::span<const Transaction> transactions, Height height,
    std::int64_t time_ms, SignatureChecker& signatures);

// Executes a whole block: its header against the state (height, parent, time, validators, root,
// count, app hash of the state before), the parent's certificate, and the transactions. On success
// `state` is the state after the block.
[[nodiscard]] Result<void, ExecutionFault> execute_block(ChainState& state, const Block& block,
                                                         SignatureChecker& signatures);

// Checks for a quorum of distinct validators, one content and strict signatures. The validators are
// those that decide the height after `state`, or the ones given; `state` must know their keys.
[[nodiscard]] Result<void, Reject> check_certificate(const ChainState& state,
                                                     const QuorumCertificate& certificate);
[[nodiscard]] Result<void, Reject> check_certificate(const ChainState& state,
                                                     const std::vector<NodeId>& validators,
                                                     const QuorumCertificate& certificate);

// Whether the fault lies outside the header. Such a fault is in signatures or endorsements, which a
// block's id does not cover, or in a body that does not belong to the header. Then the sender of
// the body is to blame; otherwise the validators that decided the block are.
[[nodiscard]] bool is_about_witnesses(const ExecutionFault& fault);

// Chooses waiting transactions for the next block, in an order that is valid (R15): evidence,
// DGMD's notices by sequence, handovers, certified batches (readings before their settlement) by
// cluster and window, events. The choice stays within max_block_transactions and BlockSize, and
// leaves out every transaction that is not valid on this state. Batches come first if a settlement
// would otherwise have no room: a settlement may need a block for itself (past_room.h), and
// evidence could arrive without end. What is returned is part of `waiting`; nothing is null.
[[nodiscard]] std::vector<const Transaction*> select_transactions(
    const ChainState& state, std::span<const Transaction* const> waiting, std::int64_t time_ms,
    SignatureChecker& signatures);

// Earliest header time of a block with these transactions. The time must be above the parent's.
// grid(header.time) must have reached the end of every settled window and of every window that
// evidence concerns (rule 12), and the start of every window that an event concerns. If a notice
// gives a window that has begun to other nodes, the time must also be so late that the cluster
// counts as standing still.
[[nodiscard]] std::int64_t earliest_block_time_ms(const ChainState& state,
                                                  std::span<const Transaction> transactions);

}  // namespace fairfeed
