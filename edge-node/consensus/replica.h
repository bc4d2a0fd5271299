// PROPOSAL of the lead; the consensus engineer owns and refines this file.
//
// Tendermint (arXiv:1807.04938, Algorithm 1) with the rules R1-R13, R15-R18, R20 of docs/protocol.md, as a
// pure value-blind function: it agrees on a block id and knows no reading. step() returns effects;
// they are performed in order, and PersistSafety is durable before any later effect leaves.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <variant>
#include <vector>

#include "core/base/units.h"
#include "core/crypto/signing.h"
#include "core/model/certificate.h"
#include "core/model/network.h"

namespace fairfeed::consensus {

// ---- events. Signatures and membership were checked by the caller (A0-A1). ----
struct ProposalSeen { Proposal proposal; };      // its outline is kept by the caller
struct VoteSeen { Vote vote; };
struct CertificateSeen { Certificate certificate; };  // POLKA (prevotes) or COMMIT (precommits)
// The caller holds the whole body and has executed it on the tip's state. `timely`: R20's upper bound.
struct BlockJudged { Digest block; bool valid = false; bool timely = false; };
// Answer to RequestBlock for this height and round.
struct BlockBuilt { Height height = 0; Round round = 0; Digest block; };
struct WorkExists {};  // R16: a pending transaction or a due deadline
struct TimePassed {};
// The caller has committed the decided block; validators of the next height in proposer order.
struct HeightStarts { Height height = 0; std::vector<NodeId> validators; };
using Event = std::variant<ProposalSeen, VoteSeen, CertificateSeen, BlockJudged, BlockBuilt,
                           WorkExists, TimePassed, HeightStarts>;

// ---- effects ----
struct PersistSafety { Bytes record; };  // payload of the safety record slot
struct SendProposal { Proposal proposal; };   // with the outline the caller holds for it
struct SendVote { Vote vote; };
struct SendPolka { Certificate certificate; };
// The caller builds a block if it has work (R17 decides when) and answers with BlockBuilt.
struct RequestBlock { Height height = 0; Round round = 0; };
// A block id that matters whose verdict is not known: fetch its bodies and judge it.
struct JudgeBlock { Digest block; };
struct Decide { Digest block; Certificate certificate; };
struct ReportEquivocation { NodeId validator; VoteContent first; VoteContent second; };
using Effect = std::variant<PersistSafety, SendProposal, SendVote, SendPolka, RequestBlock,
                            JudgeBlock, Decide, ReportEquivocation>;

}  // namespace fairfeed::consensus
