// The events that a replica takes and the effects that it returns: plain data without behaviour.
// The caller checks signatures before it makes an event (A0, A1). The replica checks membership,
// turn and height, and drops an event that fails. The caller performs effects in the order given,
// and makes the bytes of PersistSafety durable before any later effect leaves the node.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/model/certificate.h"
#include "edge-node/consensus/block_time.h"
#include "edge-node/consensus/safety_record.h"

namespace fairfeed::consensus {

// ---- events ----
// The caller keeps the outline that came with the proposal.
struct ProposalSeen {
    Proposal proposal;
};
struct VoteSeen {
    Vote vote;
};
// POLKA (prevotes) or COMMIT (precommits): a quorum of valid signatures on one content.
struct CertificateSeen {
    QuorumCertificate certificate;
};
// The answer to JudgeBlock; the caller may also send it unasked. The caller holds the whole body
// and has executed it on the tip's state (R15). valid = false: the block is wrong. `time_ms` is the
// header's time (Unix ms), which the replica judges by R20.
struct BlockJudged {
    Digest block;
    bool valid = false;
    std::int64_t time_ms = 0;
};
// The answer to RequestBlock. The body is durable and valid. An answer after the round is ignored.
struct BlockBuilt {
    Height height = 0;
    Round round = 0;
    Digest block;
};
// R16: a transaction is pending or a deadline is due. The caller repeats this event after every
// HeightStarts while it is true.
struct WorkExists {};
// The time next_deadline_ms() has come. Every other event also fires the timers that are due.
struct TimePassed {};
// The block of height - 1 is committed. Validators are in proposer order (R3): the proposer of
// round r is validators[(height + r) mod n]. No other event changes the height.
struct HeightStarts {
    Height height = 0;
    std::vector<NodeId> validators;
    ParentTime parent;
};
// R23: the safety record may lack statements that were signed. The replica signs nothing from now
// on, also after a restart, until MistrustBounded has named a height and that height is decided.
struct RecordMistrusted {
    SilenceReason reason = SilenceReason::lost;
};
// R23: the statements that the safety record may lack are about heights up to this one.
struct MistrustBounded {
    Height until = 0;
};
// R23: a person takes the risk that the safety record lacks statements. Ends the silence. Allowed
// before the first HeightStarts only.
struct MistrustForgiven {};
// R23: somebody holds this statement with this node's valid signature.
struct OwnVoteShown {
    Vote vote;
};
struct OwnProposalShown {
    Proposal proposal;
};
// R23, R24: this node signs nothing any more.
struct Halted {
    Halt halt;
};
using Event = std::variant<ProposalSeen, VoteSeen, CertificateSeen, BlockJudged, BlockBuilt,
                           WorkExists, TimePassed, HeightStarts, RecordMistrusted, MistrustBounded,
                           MistrustForgiven, OwnVoteShown, OwnProposalShown, Halted>;

// ---- effects ----
// The record for the safety slot. If the write fails, the process ends (R12).
struct PersistSafety {
    Bytes record;
    bool operator==(const PersistSafety&) const = default;
};
// Publish with the outline that the caller holds for the block (retained).
struct SendProposal {
    Proposal proposal;
    bool operator==(const SendProposal&) const = default;
};
struct SendVote {
    Vote vote;
    bool operator==(const SendVote&) const = default;
};
// Publish with the outline of the block (retained).
struct SendPolka {
    QuorumCertificate certificate;
    bool operator==(const SendPolka&) const = default;
};
// It is this validator's turn. The caller builds a block when R17 says so, if there is work, and
// answers with BlockBuilt. A later RequestBlock replaces an earlier one.
struct RequestBlock {
    Height height = 0;
    Round round = 0;
    bool operator==(const RequestBlock&) const = default;
};
// The caller fetches the block's bodies, judges the block and answers with BlockJudged. It tries on
// until the height ends. The replica asks once for a block, and once more after every proposal or
// certificate that brings the block's outline, until the block is judged: votes can name a block
// before its outline has come.
struct JudgeBlock {
    Digest block;
    bool operator==(const JudgeBlock&) const = default;
};
// The block is final. Once per height, with a quorum of precommits of one round. The caller commits
// block, certificate and state in one transaction and answers with HeightStarts.
struct Decide {
    Digest block;
    QuorumCertificate certificate;
    bool operator==(const Decide&) const = default;
};
// Two votes of one validator in one slot (A2). Once per validator, type and round.
struct ReportEquivocation {
    Vote first;
    Vote second;
    bool operator==(const ReportEquivocation&) const = default;
};
// Two proposals of one round (A2). Once per round.
struct ReportProposals {
    Proposal first;
    Proposal second;
    bool operator==(const ReportProposals&) const = default;
};
// A quorum has precommitted a block that this node judged invalid (R24). Once per block.
struct Contradicted {
    QuorumCertificate certificate;
    bool operator==(const Contradicted&) const = default;
};
using Effect = std::variant<PersistSafety, SendProposal, SendVote, SendPolka, RequestBlock,
                            JudgeBlock, Decide, ReportEquivocation, ReportProposals, Contradicted>;
using Effects = std::vector<Effect>;

}  // namespace fairfeed::consensus
