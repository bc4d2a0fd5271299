#include "edge-node/storage/storage.h"

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/io/clock.h"
#include "core/io/file.h"
#include "core/io/log.h"
#include "core/io/set_aside.h"
#include "core/ledger/ledger_salvage.h"
#include "core/ledger/replay.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::size_t kEnoughBytes = 1'000'000;  // of several blocks; a single one may be larger
constexpr std::size_t kMendAtOnce = 8;           // blocks executed

// Of several safety records in one turn only the last is written, because nothing leaves before the
// turn ends.
std::optional<std::size_t> last_safety_record(const Effects& turn) {
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < turn.size(); ++i) {
        if (std::holds_alternative<PersistSafety>(turn[i])) last = i;
    }
    return last;
}

// Completes replacements that a power cut interrupted during an earlier start.
Result<void, IoError> finish_replacements(const DataDirectory& config,
                                          std::vector<std::string>& mishaps) {
    for (const std::filesystem::path& file : {config.ledger(), config.inbox()}) {
        const auto aside = finish_replacement(file);
        if (!aside) return unexpected(aside.error());
        if (*aside)
            mishaps.push_back(concat(file.string(), " was damaged: it is kept as ",
                                     (*aside)->string(),
                                     "; a power cut interrupted its replacement"));
    }
    return {};
}

// Reads the damaged inboxes beside the file, until the node has written down what it recovered.
InboxContents salvage_inbox(const DataDirectory& config, std::vector<std::string>& mishaps) {
    InboxContents salvaged;
    for (const std::filesystem::path& aside : damaged_copies(config.inbox())) {
        InboxContents more = Inbox::salvage(aside);
        std::ranges::move(more.readings, std::back_inserter(salvaged.readings));
        std::ranges::move(more.blocks, std::back_inserter(salvaged.blocks));
    }
    mishaps.push_back(concat("the inbox was lost; ", salvaged.readings.size(),
                             " readings could be read; this node endorses nothing in windows that "
                             "have ended until the others have settled them"));
    return salvaged;
}

Result<Inbox, IoError> open_sound_inbox(const DataDirectory& config, InboxContents& salvaged,
                                        std::vector<std::string>& mishaps) {
    auto inbox = Inbox::open(config.inbox());
    if (!inbox) return inbox;
    const auto contents = inbox->load();
    if (!contents) return unexpected(contents.error());
    if (contents->all_in_doubt) salvaged = salvage_inbox(config, mishaps);
    return inbox;
}

// Sets a damaged inbox aside and begins a new one that records the loss.
Result<Inbox, IoError> open_inbox(const DataDirectory& config, InboxContents& salvaged,
                                  std::vector<std::string>& mishaps) {
    auto inbox = open_sound_inbox(config, salvaged, mishaps);
    if (inbox || !inbox.error().damage) return inbox;
    const std::string reason = inbox.error().message;
    const auto aside = Inbox::begin_anew(config.inbox(), Clock().now().real_ms);
    if (!aside) return unexpected(aside.error());
    mishaps.push_back(
        concat("the inbox was damaged (", reason, "): it is kept as ", aside->string()));
    return open_sound_inbox(config, salvaged, mishaps);
}

// Sets a safety record without a sound slot aside. Its content is lost, so the node is silent
// (R23).
Result<SlotFile, IoError> open_safety(const DataDirectory& config,
                                      std::vector<std::string>& mishaps) {
    auto safety = SlotFile::open(config.safety_record());
    if (safety || !safety.error().damage) return safety;
    const std::string reason = safety.error().message;
    const auto aside = SlotFile::begin_anew(config.safety_record(), Clock().now().real_ms);
    if (!aside) return unexpected(aside.error());
    mishaps.push_back(concat(reason, ": it is kept as ", aside->string(),
                             "; this node signs nothing until the others have committed two more "
                             "heights"));
    return SlotFile::open(config.safety_record());
}

// A node that has signed before must not start as one that never did (R23). A file that was never
// written to counts as missing, because it may just have been created in place of another.
SafetyTrust trust_in(const SlotFile& safety, Height ledger) {
    if (safety.in_doubt()) return safety.sequence() > 0 ? SafetyTrust::in_doubt : SafetyTrust::lost;
    if (safety.sequence() > 0) return SafetyTrust::sound;
    return ledger > 0 ? SafetyTrust::lost : SafetyTrust::fresh;
}

}  // namespace

Storage::Storage(const DataDirectory& config, const LoadedGenesis& genesis, FileLock lock,
                 Ledger ledger, Inbox inbox, SlotFile safety)
    : lock_(std::move(lock)),
      ledger_(std::move(ledger)),
      inbox_(std::move(inbox)),
      safety_(std::move(safety)),
      scrub_(config.ledger(), genesis.network, Scrub::pass_ms(genesis.content.parameters.speed)),
      mending_(genesis) {}

Result<std::string, IoError> Storage::rebuild_ledger(const DataDirectory& config,
                                                     const LoadedGenesis& genesis,
                                                     std::string_view reason) {
    const auto salvage = salvage_ledger(config.ledger(), genesis, Clock().now().real_ms);
    if (!salvage) return unexpected(salvage.error());
    return concat("the ledger was damaged (", reason, "): it is kept as ", salvage->aside.string(),
                  "; its blocks up to ", salvage->height,
                  " were taken over, the rest comes from the peers");
}

Result<Storage, IoError> Storage::open(const DataDirectory& config, const LoadedGenesis& genesis) {
    if (auto made = make_directories(config.data, 0700); !made) return unexpected(made.error());
    // Takes the lock before reading, because writes of a running node would look like damage.
    auto lock =
        FileLock::take(config.data / "node", "the data directory '" + config.data.string() + "'");
    if (!lock) return unexpected(lock.error());
    std::vector<std::string> mishaps;
    if (auto done = finish_replacements(config, mishaps); !done) return unexpected(done.error());
    auto ledger = Ledger::open(config.ledger(), genesis);
    if (!ledger && ledger.error().damage) {
        auto rebuilt = rebuild_ledger(config, genesis, ledger.error().message);
        if (!rebuilt) return unexpected(rebuilt.error());
        mishaps.push_back(std::move(*rebuilt));
        ledger = Ledger::open(config.ledger(), genesis);
    }
    if (!ledger) return unexpected(ledger.error());
    InboxContents salvaged;
    auto inbox = open_inbox(config, salvaged, mishaps);
    if (!inbox) return unexpected(inbox.error());
    auto safety = open_safety(config, mishaps);
    if (!safety) return unexpected(safety.error());
    const Height height = ledger->height();
    Storage storage(config, genesis, std::move(*lock), std::move(*ledger), std::move(*inbox),
                    std::move(*safety));
    storage.mishaps_ = std::move(mishaps);
    storage.salvaged_ = std::move(salvaged);
    storage.trust_ = config.accept_lost_safety_record ? SafetyTrust::accepted
                                                      : trust_in(storage.safety_, height);
    return storage;
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
            const auto& [block, certificate] = *commit->block;
            if (auto done = ledger_.commit(block, certificate, real_ms); !done) return done;
            if (chain_.size() == block.header.height) learn(block_id(block.header));
            if (auto done = begin_inbox(); !done) return done;
            if (auto done = inbox_.forget_blocks(block.header.height); !done) return done;
        } else if (const auto* whole = std::get_if<MendBlock>(&turn[i])) {
            if (auto done = flush_inbox(); !done) return done;
            if (auto done = mend(whole->block, real_ms); !done) return done;
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
        return inbox_.put_batch(batch->cluster, std::get<Settlement>(batch->batch->content).window,
                                encode_transaction(batch->batch));
    }
    if (const auto* row = std::get_if<PersistEndorsement>(&effect)) {
        return inbox_.put_endorsement(
            {row->endorsement, row->signature, encode_transaction(row->batch)});
    }
    if (const auto* doubts = std::get_if<PersistSilencedWindows>(&effect)) {
        return inbox_.put_doubts(doubts->up_to);
    }
    if (const auto* block = std::get_if<PersistBlock>(&effect)) {
        return inbox_.put_block(block->id, block->block->header.height, encode_block(block->block));
    }
    const auto& forget = std::get<ForgetWindow>(effect);
    return inbox_.forget_window(forget.cluster, forget.window, forget.keep_from, forget.readings);
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

Result<RecoveredState, IoError> Storage::recall(const Digest& network) {
    auto contents = inbox_.load();
    if (!contents) return unexpected(contents.error());
    RecoveredState recovered;
    recovered.readings = std::move(contents->readings);
    recovered.safety_record = safety_.record();
    recovered.safety = trust_;
    for (const Bytes& bytes : contents->batches) {
        auto batch = decode_transaction(bytes, network);
        if (!batch) return unexpected(IoError{"the inbox holds a batch that is damaged"});
        recovered.batches.push_back(std::move(*batch));
    }
    for (const EndorsementRow& row : contents->endorsements) {
        auto batch = decode_transaction(row.batch, network);
        if (!batch) return unexpected(IoError{"the inbox holds an endorsement that is damaged"});
        recovered.endorsements.push_back({row.endorsement, row.signature, std::move(*batch)});
    }
    for (const Bytes& bytes : contents->blocks) {
        auto block = decode_block(bytes, network);
        if (!block) return unexpected(IoError{"the inbox holds a block that is damaged"});
        recovered.blocks.push_back(std::move(*block));
    }
    recovered.doubts = std::move(contents->doubts);
    recovered.inbox_lost = contents->all_in_doubt;
    if (recovered.inbox_lost) add_salvaged(recovered, network);
    return recovered;
}

// Salvaged items need no trust: the committee checks readings, and the decided id checks blocks.
void Storage::add_salvaged(RecoveredState& recovered, const Digest& network) {
    for (Bytes& reading : std::exchange(salvaged_.readings, {}))
        recovered.readings.push_back(std::move(reading));
    for (const Bytes& bytes : std::exchange(salvaged_.blocks, {}))
        if (auto block = decode_block(bytes, network))
            recovered.blocks.push_back(std::move(*block));
}

Result<BlocksAnswer, IoError> Storage::blocks(const BlocksRequest& request) {
    BlocksAnswer answer;
    std::size_t bytes = 0;
    // The range comes from a peer and may lie anywhere. Every node has block 0.
    const Height tip = ledger_.height();
    const Height first = std::max<Height>(request.from, 1);
    for (Height height = first; height <= tip && height - first < request.count; ++height) {
        auto block = ledger_.block(height);
        if (!block && !block.error().damage) return unexpected(block.error());
        if (!block) found_.push_back({height, block.error().message});
        if (!block || !*block) break;
        bytes += encode_committed_block(**block).size();
        if (height > first && bytes > kEnoughBytes) break;
        answer.blocks.push_back(std::move(**block));
    }
    return answer;
}

void Storage::learn(const Digest& id) {
    chain_.push_back(id);
    ids_ = sha256({ids_.view(), id.view()});
}

bool Storage::learn_up_to(Height height, const Digest& expected) {
    unlearn();
    const auto ids = ledger_.ids(height);
    if (!ids) return false;
    for (const Digest& id : *ids)
        learn(id);
    if (ids_ == expected) return true;
    unlearn();
    return false;
}

void Storage::unlearn() {
    chain_.clear();
    ids_ = {};
}

Result<std::vector<DamagedBlock>, IoError> Storage::scrub(Instant now) {
    auto found = scrub_.look(chain_, now);
    if (!found) return unexpected(found.error());
    for (DamagedBlock& served : std::exchange(found_, {}))
        if (served.height < chain_.size()) found->push_back(std::move(served));
    return found;
}

// The id covers the content but no signature. The signatures are right if the bytes are those
// committed and the certificate is the one in the next block; otherwise both are verified.
Result<void, IoError> Storage::mend(const CommittedBlock& offered, std::int64_t real_ms) {
    const Height height = offered.block.header.height;
    if (height < 1 || height >= chain_.size()) return {};
    if (std::find(mended_.begin(), mended_.end(), height) != mended_.end()) return {};
    Mending::Offer offer{.block = offered};
    const auto wrote = ledger_.wrote(offered.block);
    if (!wrote) return unexpected(wrote.error());
    offer.wrote = *wrote;
    const auto next = ledger_.block(height + 1);
    offer.certified = next && *next && (*next)->block.parent_certificate;
    if (offer.certified) offer.block.certificate = *(*next)->block.parent_certificate;
    const VoteContent& content = offer.block.certificate.content;
    const bool fits = content.type == VoteType::precommit && content.height == height &&
                      content.block == chain_[height] &&
                      block_id(offered.block.header) == chain_[height];
    if (!fits) return {};
    if (offer.certified && offer.wrote) return write_mended(offer.block, real_ms);
    mending_.offer(std::move(offer));
    return {};
}

Result<void, IoError> Storage::mend_on(std::int64_t real_ms) {
    const auto proven = mending_.work(ledger_, chain_, kMendAtOnce);
    return proven ? write_mended(*proven, real_ms) : Result<void, IoError>();
}

Result<void, IoError> Storage::write_mended(const CommittedBlock& block, std::int64_t real_ms) {
    const Height height = block.block.header.height;
    if (auto done = ledger_.mend(block, real_ms); !done) return done;
    if (auto whole = scrub_.look_at(chain_, height); !whole) return whole;
    mended_.push_back(height);
    return {};
}

}  // namespace fairfeed
