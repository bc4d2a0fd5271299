// Messages between nodes and to meters, without transactions and votes. All are signed COSE
// envelopes; wire/message_codec gives the bytes, wire/topics the channels.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/model/block.h"

namespace fairfeed {

// To a meter: this member holds the reading on disk (committee rule 1).
struct Receipt {
    MeterId meter;
    Window window = 0;
    std::uint64_t sequence = 0;
    Digest reading;
    bool operator==(const Receipt&) const = default;
};

// To a meter: a reading was refused, with the reason. The meter keeps the reading and reports it.
struct Refusal {
    MeterId meter;
    Window window = 0;
    std::uint64_t sequence = 0;
    std::string reason;  // name of the Reject
    bool operator==(const Refusal&) const = default;
};

// To a meter, retained: its share settled in `window`, and the time from which it binds (rule 13).
// Under `share_resolution: quarter` the power, and the factors of the window that it is for
// (told_schedule); a meter without a share is told no factors.
struct ShareStatement {
    MeterId meter;
    Window window = 0;
    Digest settlement;
    std::int64_t mes_w = 0;
    std::int64_t from_s = 0;  // grid seconds
    Factors factors = {};
    bool operator==(const ShareStatement&) const = default;
};

// A node's STATUS: its height and state. Peers treat it as a claim (R14).
struct NodeStatus {
    Height height = 0;  // of the tip
    Digest tip;
    Digest app_hash;
    Height deciding = 0;
    Round round = 0;
    bool operator==(const NodeStatus&) const = default;
};

// Why a member does not endorse.
struct Objection {
    ClusterId cluster;
    Window window = 0;
    std::uint32_t version = 0;
    Digest batch;
    std::string reason;
    Bytes reading;  // envelope of a reading the batch marks missing; may be empty
    bool operator==(const Objection&) const = default;
};

// A request goes to one peer, the answer back to the asker. Everything in an answer is signed
// itself.
struct BlocksRequest {
    Height from = 0;
    std::uint32_t count = 0;
    bool operator==(const BlocksRequest&) const = default;
};
struct BodiesRequest {
    std::vector<Digest> transactions;
    bool operator==(const BodiesRequest&) const = default;
};
struct ReadingsRequest {
    std::vector<Digest> readings;
    bool operator==(const ReadingsRequest&) const = default;
};
// ATTEST (R22): a validator that has just started asks the others for its own earlier votes.
struct AttestRequest {
    Height deciding = 0;  // the height after its ledger's tip
    bool operator==(const AttestRequest&) const = default;
};
using Request = std::variant<BlocksRequest, BodiesRequest, ReadingsRequest, AttestRequest>;

struct CommittedBlock {
    Block block;
    QuorumCertificate certificate;
    bool operator==(const CommittedBlock&) const = default;
};
struct BlocksAnswer {
    std::vector<CommittedBlock> blocks;
    bool operator==(const BlocksAnswer&) const = default;
};
struct BodiesAnswer {
    std::vector<Transaction> transactions;
    bool operator==(const BodiesAnswer&) const = default;
};
struct ReadingsAnswer {
    std::vector<SignedReading> readings;
    bool operator==(const ReadingsAnswer&) const = default;
};
// The asker's newest signed statements that this peer holds, and the peer's own tip. The statements
// carry their own proof; the height is a claim.
struct AttestAnswer {
    Digest question;  // SHA-256 of the request's envelope: an older answer is ignored
    Height height = 0;
    std::vector<Vote> votes;
    std::vector<Proposal> proposals;
    bool operator==(const AttestAnswer&) const = default;
};
using Answer = std::variant<BlocksAnswer, BodiesAnswer, ReadingsAnswer, AttestAnswer>;

// On tx/-: transactions that wait for a block.
struct TransactionBundle {
    std::vector<Transaction> transactions;
    bool operator==(const TransactionBundle&) const = default;
};

// POLKA and COMMIT: a certificate with the outline of its block, so that a late node can request
// the bodies.
struct CertifiedOutline {
    BlockOutline outline;
    QuorumCertificate certificate;
    bool operator==(const CertifiedOutline&) const = default;
};

}  // namespace fairfeed
