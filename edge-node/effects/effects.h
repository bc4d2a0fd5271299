// What a node wants done. The runtime performs effects in order; whatever a Publish promises is
// durable before it leaves, because the Persist* that makes it so stands before it (protocol,
// "durable before sent"). The same list is what a simulation performs on its virtual disk and
// network.
#pragma once

#include <map>
#include <variant>
#include <vector>

#include "core/model/message.h"
#include "core/wire/topics.h"

namespace fairfeed {

struct PersistReading {
    SignedReading reading;
};
struct PersistBatch {
    ClusterId cluster;
    Transaction batch;
};
struct PersistEndorsement {
    Endorsement endorsement;
    Signature signature;
    Transaction batch;
};
// A block this node proposes or judged valid: durable before the safety record refers to it.
struct PersistBlock {
    Digest id;
    Block block;
};
// An inbox was lost: this node does not know what it promised in these windows and those before.
// Replaces all that was noted of the kind.
struct PersistSilencedWindows {
    std::map<ClusterId, Window> up_to;
};
struct PersistSafety {
    Bytes record;
};
// Into the ledger: block, certificate and what the inbox may forget, before anybody hears of it.
struct CommitBlock {
    CommittedBlock block;
};
// The chain has the window: what was said about it, readings of windows before keep_from, and of
// later ones those named.
struct ForgetWindow {
    ClusterId cluster;
    Window window = 0;
    Window keep_from = 0;
    std::vector<std::pair<MeterId, Window>> readings{};
};
struct Publish {
    Topic topic;
    Bytes message;
};
// Blocks are read from the ledger, which a node does not hold in memory.
struct AnswerBlocks {
    NodeId to;
    BlocksRequest request;
};
// A block of the ledger that was damaged on the disk, as a peer has it; its id is the certified
// one.
struct MendBlock {
    CommittedBlock block;
};
using Effect = std::variant<PersistReading, PersistBatch, PersistEndorsement, PersistBlock,
                            PersistSafety, CommitBlock, ForgetWindow, Publish, AnswerBlocks,
                            MendBlock, PersistSilencedWindows>;
using Effects = std::vector<Effect>;

}  // namespace fairfeed
