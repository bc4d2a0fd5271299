// The actions that a node requests. The runtime performs the durable effects of a turn first, in
// their order, and lets messages leave after that, in their order: what a message promises is
// durable before it leaves (protocol, "durable before sent"). A simulation performs the same list
// on its virtual disk and network.
#pragma once

#include <map>
#include <variant>
#include <vector>

#include "core/base/shared.h"
#include "core/model/message.h"
#include "core/wire/topics.h"

namespace fairfeed {

struct PersistReading {
    SignedReading reading;
};
struct PersistBatch {
    ClusterId cluster;
    Shared<Transaction> batch;
};
struct PersistEndorsement {
    Endorsement endorsement;
    Signature signature;
    Shared<Transaction> batch;
};
// A block that this node proposes or judged valid: durable before the safety record refers to it.
struct PersistBlock {
    Digest id;
    Shared<Block> block;
};
// An inbox was lost: this node does not know what it promised in these windows and earlier ones.
// Replaces all earlier effects of this kind.
struct PersistSilencedWindows {
    std::map<ClusterId, Window> up_to;
};
struct PersistSafety {
    Bytes record;
};
// Writes block and certificate to the ledger, and removes from the inbox what the block makes
// superfluous, before any message of the block leaves.
struct CommitBlock {
    Shared<CommittedBlock> block;
};
// The chain has settled the window. Removes from the inbox what was signed for it, the readings of
// windows before keep_from, and the readings of later windows that are named.
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
// The runtime reads the blocks from the ledger, because a node does not hold them in memory.
struct AnswerBlocks {
    NodeId to;
    BlocksRequest request;
};
// A peer's copy of a block that was damaged on the disk; its id is the certified one.
struct MendBlock {
    Shared<CommittedBlock> block;
};
using Effect = std::variant<PersistReading, PersistBatch, PersistEndorsement, PersistBlock,
                            PersistSafety, CommitBlock, ForgetWindow, Publish, AnswerBlocks,
                            MendBlock, PersistSilencedWindows>;
using Effects = std::vector<Effect>;

}  // namespace fairfeed
