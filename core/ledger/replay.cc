#include "core/ledger/replay.h"
#include "core/ledger/signatures_ahead.h"
#include "core/wire/genesis_file_codec.h"

#include <array>
#include <deque>
#include <memory>

namespace fairfeed {
namespace {

Unexpected<ReplayFault> fault(Height height, std::string_view reason, std::string explanation) {
    return unexpected(ReplayFault{height, std::string(reason), std::move(explanation)});
}

std::string in_words(Reject reason) {
    std::string text(to_string(reason));
    std::replace(text.begin(), text.end(), '_', ' ');
    return text;
}

struct HeaderSentence {
    Reject reason;
    std::string_view sentence;
};
constexpr std::array kHeaderSentences{
    HeaderSentence{Reject::wrong_height, "its height is not one above its parent's"},
    HeaderSentence{Reject::wrong_parent, "it does not name the block before as its parent"},
    HeaderSentence{Reject::wrong_time,
                   "its time does not follow its parent's, or is before the end of "
                   "a window that it settles"},
    HeaderSentence{Reject::wrong_root, "its Merkle root is not that of its transactions"},
    HeaderSentence{Reject::wrong_app_hash, "its app hash is not that of the state before it"},
    HeaderSentence{Reject::wrong_validators, "its validators are not those of the network"},
    HeaderSentence{Reject::wrong_certificate,
                   "the certificate it carries for its parent is not that of its header or does "
                   "not certify the parent"},
};

Result<CommittedBlock, ReplayFault> load(const Ledger& ledger, Height height) {
    auto block = ledger.block(height);
    if (!block) return fault(height, "damaged", block.error().message);
    if (!*block)
        return fault(height, "missing_block",
                     "block " + std::to_string(height) + " of the ledger is missing");
    if ((*block)->block.header.height != height)
        return fault(height, to_string(Reject::wrong_height),
                     "the block stored at height " + std::to_string(height) +
                         " is that of height " + std::to_string((*block)->block.header.height));
    return std::move(**block);
}

// Blocks of the ledger in order, some of them ahead of those that are executed, so that several
// threads can verify signatures meanwhile. `threads`: 0: trust all signatures.
class BlocksAhead {
  public:
    BlocksAhead(const Ledger& ledger, Height first, Height last, std::size_t threads,
                std::size_t bytes_ahead)
        : ledger_(ledger), next_(first), last_(last), bytes_ahead_(bytes_ahead) {
        if (threads > 1) ahead_.emplace(threads);
        plain_ = threads == 1;
    }
    [[nodiscard]] bool at_end() const { return next_ > last_ && read_.size() <= taken_ && !fault_; }
    // The next block; it stays until the one after it is taken. `state`: of the block before it.
    [[nodiscard]] Result<const CommittedBlock*, ReplayFault> take(const ChainState& state) {
        if (taken_ > 0) drop();
        const std::size_t enough = ahead_ ? kSignaturesAhead : 0;
        while (next_ <= last_ && !fault_ &&
               (read_.empty() || (signatures_ahead() < enough && read_.size() < kBlocksAhead &&
                                  bytes_ < bytes_ahead_)))
            read(state);
        if (read_.empty()) return unexpected(*fault_);
        taken_ = 1;
        return read_.front().get();
    }
    [[nodiscard]] SignatureChecker& signatures() {
        if (ahead_) return *ahead_;
        return plain_ ? static_cast<SignatureChecker&>(verifying_) : trusting_;
    }

  private:
    static constexpr std::size_t kSignaturesAhead = 2'000;
    // Blocks may hold no signature whose key is known yet.
    static constexpr std::size_t kBlocksAhead = 256;

    static std::size_t bytes_of(const CommittedBlock& committed) {
        BlockSize size;
        size.add(committed.block.transactions);
        return size.envelopes;
    }

    [[nodiscard]] std::size_t signatures_ahead() const { return ahead_ ? ahead_->waiting() : 0; }
    // A block that cannot be read is a fault only when its turn comes.
    void read(const ChainState& state) {
        auto loaded = load(ledger_, next_++);
        if (!loaded) {
            fault_ = std::move(loaded.error());
            return;
        }
        bytes_ += bytes_of(*loaded);
        read_.push_back(std::make_unique<CommittedBlock>(std::move(*loaded)));
        if (ahead_) ahead_->begin(read_.back()->block, state);
    }
    void drop() {
        if (ahead_) ahead_->forget(read_.front()->block);
        bytes_ -= bytes_of(*read_.front());
        read_.pop_front();
        taken_ = 0;
    }

    const Ledger& ledger_;
    Height next_;
    Height last_;
    std::size_t bytes_ahead_;
    std::optional<ReplayFault> fault_;
    std::deque<std::unique_ptr<CommittedBlock>> read_;
    std::size_t bytes_ = 0;  // of envelopes in read_
    std::size_t taken_ = 0;
    bool plain_ = false;
    PlainSignatureChecker verifying_;
    TrustingSignatureChecker trusting_;
    std::optional<SignaturesAhead> ahead_;  // last: its threads end before their blocks go
};

// The stored certificate must be about this block and by a quorum.
Result<void, ReplayFault> check_stored_certificate(const ChainState& before,
                                                   const CommittedBlock& committed) {
    const Height height = committed.block.header.height;
    const VoteContent& content = committed.certificate.content;
    if (content.type != VoteType::precommit || content.height != height ||
        content.block != block_id(committed.block.header))
        return fault(height, to_string(Reject::wrong_certificate),
                     "the certificate stored with block " + std::to_string(height) +
                         " is about something else");
    if (const auto checked = check_certificate(before, committed.certificate); !checked)
        return fault(height, to_string(checked.error()),
                     "the certificate stored with block " + std::to_string(height) + ": " +
                         in_words(checked.error()));
    return {};
}

}  // namespace

std::string describe(const Block& block, const ExecutionFault& fault) {
    if (fault.transaction && *fault.transaction < block.transactions.size())
        return "transaction " + std::to_string(*fault.transaction + 1) + " of " +
               std::to_string(block.transactions.size()) + ", the " +
               describe(block.transactions[*fault.transaction]) + ": " + in_words(fault.reason);
    for (const HeaderSentence& known : kHeaderSentences)
        if (known.reason == fault.reason) return "the header: " + std::string(known.sentence);
    return "the header: " + in_words(fault.reason);
}

bool is_damage(const ReplayFault& fault) {
    return fault.reason == "damaged" || fault.reason == "missing_block" ||
           fault.reason == "wrong_index";
}

Result<void, ReplayFault> check_index(const Ledger& ledger, const Block& block) {
    const auto found = ledger.examine_index(block);
    if (found) return {};
    return fault(block.header.height, "wrong_index", found.error().message);
}

Result<void, Reject> TrustingSignatureChecker::transaction(const Transaction&, const Digest&,
                                                           const VerifyKey&) {
    return {};
}

Result<void, Reject> TrustingSignatureChecker::endorsement(const Endorsement&, const Witness&,
                                                           const Digest&, const VerifyKey&) {
    return {};
}

Result<ChainState, ReplayFault> replay(const Ledger& ledger, const LoadedGenesis& genesis,
                                       const ReplayOptions& options, const ReplayVisitor& visitor) {
    auto first = load(ledger, 0);
    if (!first) return unexpected(first.error());
    if (first->block != genesis.block.block)
        return fault(0, "wrong_genesis", "block 0 of the ledger is not the genesis file's");
    auto founded = state_from_genesis(genesis);
    if (!founded)
        return fault(0, to_string(founded.error()), "genesis: " + in_words(founded.error()));
    ChainState state = std::move(*founded);
    if (auto seen = visitor({*first, state, state}); !seen) return unexpected(seen.error());
    return replay_from(std::move(state), ledger, options, visitor);
}

Result<ChainState, ReplayFault> replay_from(ChainState state, const Ledger& ledger,
                                            const ReplayOptions& options,
                                            const ReplayVisitor& visitor) {
    BlocksAhead blocks(ledger, state.height + 1, options.up_to.value_or(ledger.height()),
                       options.trust_signatures ? 0 : options.threads, options.bytes_ahead);
    while (!blocks.at_end()) {
        const auto committed = blocks.take(state);
        if (!committed) return unexpected(committed.error());
        const Block& block = (*committed)->block;
        if (auto sound = check_stored_certificate(state, **committed); !sound)
            return unexpected(sound.error());
        std::optional<ChainState> before;
        if (options.keep_before) before = state;
        if (const auto done = execute_block(state, block, blocks.signatures()); !done)
            return fault(block.header.height, to_string(done.error().reason),
                         describe(block, done.error()));
        if (auto seen = visitor({**committed, before ? *before : state, state}); !seen)
            return unexpected(seen.error());
    }
    return state;
}

}  // namespace fairfeed
