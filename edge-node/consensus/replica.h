// One validator of the chain: Tendermint (arXiv:1807.04938, Algorithm 1) with the rules R1-R13,
// R15-R18 and R20-R24 of docs/chain-rules.md, as a pure function of events and time. A replica
// agrees on a block's id and does not know what the block says. It has three parts: HeightInstance
// decides one height, Signatory signs, FutureBuffer holds votes of the next heights. No I/O, no
// clock, no thread. The node owns the replica and performs its effects in order.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/units.h"
#include "core/crypto/signing.h"
#include "core/model/network.h"
#include "edge-node/consensus/future_buffer.h"
#include "edge-node/consensus/height_instance.h"
#include "edge-node/consensus/messages.h"
#include "edge-node/consensus/signatory.h"
#include "edge-node/consensus/snapshot.h"

namespace fairfeed::consensus {

struct ReplicaConfig {
    NodeId self;
    Digest network;
    Timers timers;
    std::int64_t share_notice_ms = 0;  // real time (R20)
};

class Replica {
  public:
    // The signer must outlive the replica. A self that is no validator follows and never signs.
    Replica(ReplicaConfig config, const Signer& signer);

    // Reads the record of the safety slot, before the first HeightStarts. Empty: nothing was ever
    // signed. The record takes effect when its height starts. If the ledger is beyond that height,
    // only SignGuard keeps the record's statements. If the ledger is behind, the replica signs
    // nothing until the ledger has reached the record's height. Errors: those of
    // decode_safety_record, wrong_network.
    [[nodiscard]] Result<void, Reject> restore(ByteView record);

    // Evaluates the rules to their fixpoint. At most one PersistSafety, before everything sent.
    [[nodiscard]] Effects step(const Event& event, Instant now);

    // Steady time at which TimePassed is wanted; nullopt: nothing to wait for (R16).
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;
    [[nodiscard]] Snapshot snapshot() const;
    // Of the votes kept for the next heights; bounded (A2).
    [[nodiscard]] std::size_t buffered_bytes() const { return future_.bytes(); }
    [[nodiscard]] const std::optional<Halt>& halt() const { return signatory_.halt(); }
    [[nodiscard]] const std::optional<Silence>& silence() const { return signatory_.silence(); }
    // The newest statements of a validator about the height being decided or the next heights, for
    // ATTEST (R22): at most one of each kind and place.
    [[nodiscard]] Statements statements_of(const NodeId& validator) const;
    // Whose turn a round is at the height being decided. The height must have started.
    [[nodiscard]] const NodeId& proposer(Round round) const;

  private:
    void take(const Event& event, Turn& turn);
    void take_vote(const Vote& vote, Turn& turn);
    void start_height(const HeightStarts& event, Turn& turn);
    [[nodiscard]] Height height() const { return instance_ ? instance_->height() : 0; }

    ReplicaConfig config_;
    Signatory signatory_;
    FutureBuffer future_;
    std::optional<HeightInstance> instance_;  // none before the first HeightStarts
};

}  // namespace fairfeed::consensus
