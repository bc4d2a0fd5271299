#include "edge-node/chain/candidate_blocks.h"

#include <algorithm>

#include "core/state/next_block.h"
#include "core/wire/chain_codec.h"
#include "edge-node/effects/open_requests.h"

namespace fairfeed {
namespace {

// Of one height and from one sender: a proposer can be late by as many rounds. A sender that
// describes more blocks pushes out its own oldest outline, and no other sender's.
constexpr std::size_t kMaxOutlinesPerSender = 16;

// The block with the bodies that the pool holds. `size` is that of these bodies: enough to see that
// a block is too large before all its bodies are there.
Block assemble(const BlockOutline& outline, const TransactionPool& pool,
               std::vector<Digest>& missing, BlockSize& size) {
    Block block{outline.header, {}, outline.parent_certificate};
    block.transactions.reserve(outline.transactions.size());
    for (const Digest& id : outline.transactions) {
        if (const Transaction* body = pool.find(id)) {
            block.transactions.push_back(*body);
            size.add({body, 1});
        } else {
            missing.push_back(id);
        }
    }
    return block;
}

}  // namespace

bool is_of_its_header(const BlockOutline& outline) {
    const BlockHeader& header = outline.header;
    return header.transaction_count == outline.transactions.size() &&
           header.transactions_root == transactions_root(outline.transactions) &&
           header.parent_certificate == certificate_hash(outline.parent_certificate);
}

Result<void, Reject> check_outline(const BlockOutline& outline,
                                   std::int64_t max_block_transactions) {
    const std::vector<Digest>& ids = outline.transactions;
    if (ids.empty()) return unexpected(Reject::empty_block);
    const auto most = static_cast<std::size_t>(max_block_transactions);
    if (auto listed = check_wanted_ids(ids, most); !listed) return listed;
    const auto& parent = outline.parent_certificate;
    if (parent && parent->witnesses.size() > kMaxValidators) {
        return unexpected(Reject::wrong_certificate);
    }
    if (!is_of_its_header(outline)) return unexpected(Reject::wrong_root);
    return {};
}

// An outline that is not of its header is refused: a wrong list under a true header would make the
// block invalid here, or would keep it incomplete for ever.
Result<void, Reject> CandidateBlocks::describe(const NodeId& sender, const BlockOutline& outline) {
    if (auto sound = check_outline(outline, max_block_transactions_); !sound) return sound;
    const Digest id = block_id(outline.header);
    if (outlines_.contains(id)) return {};
    outlines_.try_emplace(id, sender, outline);
    std::deque<Digest>& own = described_[sender];
    own.push_back(id);
    if (own.size() <= kMaxOutlinesPerSender) return {};
    if (!valid_.contains(own.front())) outlines_.erase(own.front());
    own.pop_front();
    return {};
}

bool CandidateBlocks::add(const NodeId& self, Block block, const ChainState& state,
                          SignatureChecker& signatures) {
    return try_block(self, std::move(block), state, signatures).has_value();
}

Result<void, ExecutionFault> CandidateBlocks::try_block(const NodeId& source, Block block,
                                                        const ChainState& state,
                                                        SignatureChecker& signatures) {
    ChainState after = state;
    if (auto executed = execute_block(after, block, signatures); !executed) return executed;
    const Digest id = block_id(block.header);
    outlines_.try_emplace(id, source, outline_of(block));
    valid_.try_emplace(id, Valid{std::move(block), std::move(after)});
    return {};
}

CandidateBlocks::Verdict CandidateBlocks::judge(const Digest& id, const ChainState& state,
                                                const TransactionPool& pool,
                                                SignatureChecker& signatures) {
    Verdict verdict;
    if (const Valid* known = valid(id)) {
        verdict.known = verdict.valid = true;
        verdict.time_ms = known->block->header.time_ms;
        return verdict;
    }
    const auto described = outlines_.find(id);
    if (described == outlines_.end()) return verdict;
    BlockSize size;
    Block block = assemble(described->second.second, pool, verdict.missing, size);
    const bool fits = size.is_allowed(max_block_bytes(state.genesis.parameters));
    if (!verdict.missing.empty() && fits) return verdict;
    verdict.known = true;
    verdict.time_ms = block.header.time_ms;
    if (!fits) {
        verdict.missing.clear();
        verdict.fault = ExecutionFault{Reject::oversized, std::nullopt};
        return verdict;
    }
    const auto tried = try_block(described->second.first, std::move(block), state, signatures);
    verdict.valid = verdict.fresh = tried.has_value();
    if (!tried) verdict.fault = tried.error();
    return verdict;
}

const BlockOutline* CandidateBlocks::outline(const Digest& id) const {
    const auto found = outlines_.find(id);
    return found == outlines_.end() ? nullptr : &found->second.second;
}

const CandidateBlocks::Valid* CandidateBlocks::valid(const Digest& id) const {
    const auto found = valid_.find(id);
    return found == valid_.end() ? nullptr : &found->second;
}

CandidateBlocks::Valid CandidateBlocks::take(const Digest& id) {
    auto found = valid_.extract(id);
    CHECK(!found.empty());
    return std::move(found.mapped());
}

const NodeId& CandidateBlocks::source(const Digest& id) const {
    const auto found = outlines_.find(id);
    CHECK(found != outlines_.end());
    return found->second.first;
}

void CandidateBlocks::clear() {
    outlines_.clear();
    described_.clear();
    valid_.clear();
}

Block make_next_block(const ChainState& state, const NodeId& proposer,
                      std::vector<Transaction> transactions,
                      const std::optional<QuorumCertificate>& parent_certificate,
                      std::int64_t now_ms) {
    const std::int64_t time_ms =
        sets_time_back(state.tip_time_ms, now_ms)
            ? now_ms
            : std::max(earliest_block_time_ms(state, transactions), now_ms);
    return next_block(state, proposer, std::move(transactions), parent_certificate, time_ms);
}

}  // namespace fairfeed
