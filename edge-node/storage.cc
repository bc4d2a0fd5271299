#include "edge-node/storage.h"

#include <algorithm>

#include "core/io/file.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMaxAnswerBytes = 1'000'000;

// Of several safety records in one turn only the last matters: nothing leaves before the turn ends.
std::optional<std::size_t> last_safety_record(const Effects& turn) {
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < turn.size(); ++i) {
        if (std::holds_alternative<PersistSafety>(turn[i])) last = i;
    }
    return last;
}

}  // namespace

Result<Storage, IoError> Storage::open(const NodeConfig& config, const LoadedGenesis& genesis) {
    if (auto made = make_directories(config.data, 0700); !made) return unexpected(made.error());
    auto ledger = Ledger::open(config.ledger(), genesis);
    if (!ledger) return unexpected(ledger.error());
    auto inbox = intake::Inbox::open(config.inbox());
    if (!inbox) return unexpected(inbox.error());
    // A node that has signed before must not start as one that never did (R23).
    if (ledger->height() > 0 && !std::filesystem::exists(config.safety_record())) {
        return unexpected(IoError{config.safety_record().string() +
                                  ": missing beside a ledger that has blocks; this node could vote "
                                  "twice. Restore the file from this machine, or give the node a "
                                  "new identity: never copy another node's or an older one"});
    }
    auto safety = SlotFile::open(config.safety_record());
    if (!safety) return unexpected(safety.error());
    return Storage(std::move(*ledger), std::move(*inbox), std::move(*safety));
}

Result<void, IoError> Storage::write(const Effects& turn, std::int64_t real_ms) {
    const auto last_safety = last_safety_record(turn);
    for (std::size_t i = 0; i < turn.size(); ++i) {
        if (const auto* safety = std::get_if<PersistSafety>(&turn[i])) {
            if (i != last_safety) continue;
            if (auto done = flush_inbox(); !done) return done;
            if (auto done = safety_.write(safety->record); !done) return done;
        } else if (const auto* commit = std::get_if<CommitBlock>(&turn[i])) {
            if (auto done = flush_inbox(); !done) return done;
            const auto& [block, certificate] = commit->block;
            if (auto done = ledger_.commit(block, certificate, real_ms); !done) return done;
            if (auto done = begin_inbox(); !done) return done;
            if (auto done = inbox_.forget_blocks(block.header.height); !done) return done;
        } else if (auto done = into_inbox(turn[i], real_ms); !done) {
            return done;
        }
    }
    return flush_inbox();
}

Result<void, IoError> Storage::into_inbox(const Effect& effect, std::int64_t real_ms) {
    if (std::holds_alternative<Publish>(effect) || std::holds_alternative<AnswerBlocks>(effect)) {
        return {};
    }
    if (auto done = begin_inbox(); !done) return done;
    if (const auto* reading = std::get_if<PersistReading>(&effect)) {
        return inbox_.put_reading(reading->reading, real_ms);
    }
    if (const auto* batch = std::get_if<PersistBatch>(&effect)) {
        return inbox_.put_batch(batch->cluster, std::get<Settlement>(batch->batch.content).window,
                                encode_transaction(batch->batch));
    }
    if (const auto* row = std::get_if<PersistEndorsement>(&effect)) {
        return inbox_.put_endorsement(
            {row->endorsement, row->signature, encode_transaction(row->batch)});
    }
    if (const auto* block = std::get_if<PersistBlock>(&effect)) {
        return inbox_.put_block(block->id, block->block.header.height, encode_block(block->block));
    }
    const auto& forget = std::get<ForgetWindow>(effect);
    return inbox_.forget_window(forget.cluster, forget.window, forget.keep_from);
}

Result<void, IoError> Storage::begin_inbox() {
    if (inbox_open_) return {};
    inbox_open_ = true;
    return inbox_.begin();
}

Result<void, IoError> Storage::flush_inbox() {
    if (!inbox_open_) return {};
    inbox_open_ = false;
    return inbox_.commit();
}

Result<Memory, IoError> Storage::recall(const Digest& network) {
    auto contents = inbox_.load();
    if (!contents) return unexpected(contents.error());
    Memory memory;
    memory.readings = std::move(contents->readings);
    memory.safety_record = safety_.record();
    for (const Bytes& bytes : contents->batches) {
        auto batch = decode_transaction(bytes, network);
        if (!batch) return unexpected(IoError{"the inbox holds a batch that is damaged"});
        memory.batches.push_back(std::move(*batch));
    }
    for (const intake::EndorsementRow& row : contents->endorsements) {
        auto batch = decode_transaction(row.batch, network);
        if (!batch) return unexpected(IoError{"the inbox holds an endorsement that is damaged"});
        memory.endorsements.push_back({row.endorsement, row.signature, std::move(*batch)});
    }
    for (const Bytes& bytes : contents->blocks) {
        auto block = decode_block(bytes, network);
        if (!block) return unexpected(IoError{"the inbox holds a block that is damaged"});
        memory.blocks.push_back(std::move(*block));
    }
    return memory;
}

Result<BlocksAnswer, IoError> Storage::blocks(const BlocksRequest& request) const {
    BlocksAnswer answer;
    std::size_t bytes = 0;
    // The range is a peer's: it may lie anywhere. Block 0 is everybody's own.
    const Height tip = ledger_.height();
    const Height first = std::max<Height>(request.from, 1);
    for (Height height = first; height <= tip && height - first < request.count; ++height) {
        if (bytes >= kMaxAnswerBytes) break;
        auto block = ledger_.block(height);
        if (!block) return unexpected(block.error());
        if (!*block) break;
        bytes += encode_committed_block(**block).size();
        answer.blocks.push_back(std::move(**block));
    }
    return answer;
}

}  // namespace fairfeed
