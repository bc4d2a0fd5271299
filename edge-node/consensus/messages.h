// What goes into the replica and what comes out: plain data, no behaviour. Signatures were checked
// by the caller before an event is made (A0, A1); the replica checks membership, turn and height
// again, so that a wrong event is dropped, never obeyed. Effects are performed in the order given,
// and the bytes of PersistSafety are durable before any effect after it leaves the node.
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
// The caller keeps the outline that came with it; the replica knows only the block's id.
struct ProposalSeen {
    Proposal proposal;
};
struct VoteSeen {
    Vote vote;
};
// POLKA (prevotes) or COMMIT (precommits): a quorum of valid signatures of one content.
struct CertificateSeen {
    QuorumCertificate certificate;
};
// The caller holds the whole body and has executed it on the tip's state (R15): the answer to
// JudgeBlock, welcome unasked. Wrong blocks get valid = false. `time_ms` is the header's time (Unix
// ms), which the replica holds against R20.
struct BlockJudged {
    Digest block;
    bool valid = false;
    std::int64_t time_ms = 0;
};
// Answer to RequestBlock. The body is durable and valid. Ignored when the round has passed.
struct BlockBuilt {
    Height height = 0;
    Round round = 0;
    Digest block;
};
// R16: a transaction is pending or a deadline is due. Said again after HeightStarts while true.
struct WorkExists {};
// next_deadline_ms() has come. Any other event fires what is due as well.
struct TimePassed {};
// The ledger's tip is height - 1, committed. Validators in proposer order (R3): the proposer of
// round r is validators[(height + r) mod n]. The only thing that moves the height.
struct HeightStarts {
    Height height = 0;
    std::vector<NodeId> validators;
    ParentTime parent;
};
// R23: the safety record may not hold all that was signed. Nothing is signed from now on, not even
// after a restart, until Trusted has said for how long and that height is behind.
struct RecordMistrusted {
    SilenceReason reason = SilenceReason::lost;
};
// R23: everything that may have been signed and forgotten was about heights up to this one.
struct Trusted {
    Height until = 0;
};
// R23: a person takes the risk: what the doubt was about is forgotten.
struct MistrustForgiven {};
// R23: somebody holds this statement with our own valid signature.
struct OwnVoteShown {
    Vote vote;
};
struct OwnProposalShown {
    Proposal proposal;
};
// R24, R23: this node signs no more.
struct Halted {
    Halt halt;
};
using Event = std::variant<ProposalSeen, VoteSeen, CertificateSeen, BlockJudged, BlockBuilt,
                           WorkExists, TimePassed, HeightStarts, RecordMistrusted, Trusted,
                           MistrustForgiven, OwnVoteShown, OwnProposalShown, Halted>;

// ---- effects ----
// The record for the safety slot. If it cannot be made durable the process ends (R12).
struct PersistSafety {
    Bytes record;
    bool operator==(const PersistSafety&) const = default;
};
// Publish with the outline the caller holds for the block (retained).
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
// It is our turn. Build when R17 says so and if there is work at all; answer with BlockBuilt. A
// later RequestBlock replaces an earlier one.
struct RequestBlock {
    Height height = 0;
    Round round = 0;
    bool operator==(const RequestBlock&) const = default;
};
// Fetch the block's bodies, judge it and answer with BlockJudged. Votes may ask for a block whose
// outline has not come yet: it is asked for again with every proposal or certificate that brings
// the outline, until it is judged. Otherwise once; the caller keeps trying until the height ends.
struct JudgeBlock {
    Digest block;
    bool operator==(const JudgeBlock&) const = default;
};
// Final. Said once per height, with a quorum of precommits of one round; the caller commits block,
// certificate and state in one transaction and answers with HeightStarts.
struct Decide {
    Digest block;
    QuorumCertificate certificate;
    bool operator==(const Decide&) const = default;
};
// Two votes of one validator in one slot (A2); once per validator, type and round.
struct ReportEquivocation {
    Vote first;
    Vote second;
    bool operator==(const ReportEquivocation&) const = default;
};
// The same for two proposals of one round; once per round.
struct ReportProposals {
    Proposal first;
    Proposal second;
    bool operator==(const ReportProposals&) const = default;
};
// A quorum of precommits for a block that was judged invalid here (R24); once per block.
struct Contradicted {
    QuorumCertificate certificate;
    bool operator==(const Contradicted&) const = default;
};
using Effect = std::variant<PersistSafety, SendProposal, SendVote, SendPolka, RequestBlock,
                            JudgeBlock, Decide, ReportEquivocation, ReportProposals, Contradicted>;
using Effects = std::vector<Effect>;

}  // namespace fairfeed::consensus
