#include "edge-node/storage/mending.h"

#include <algorithm>
#include <utility>

#include "core/ledger/replay.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMostOffers = 4;  // of one height

}  // namespace

void Mending::offer(Offer offer) {
    std::vector<Offer>& held = offers_[offer.block.block.header.height];
    const bool known = std::find(held.begin(), held.end(), offer) != held.end();
    if (!known && held.size() < kMostOffers) held.push_back(std::move(offer));
}

std::optional<CommittedBlock> Mending::work(const Ledger& ledger, std::span<const Digest> chain,
                                            std::size_t blocks) {
    for (std::size_t i = 0; i < blocks && !is_idle(); ++i) {
        const Height wanted = offers_.begin()->first;
        if (!begin_before(wanted)) break;
        if (state_->height + 1 == wanted) {
            auto offers = std::move(offers_.begin()->second);
            offers_.erase(offers_.begin());
            if (auto proven = judge(std::move(offers))) return proven;
        } else if (!advance(ledger, chain)) {
            give_up();
        }
    }
    if (is_idle()) state_.reset();
    return std::nullopt;
}

// If the state is beyond this height, starts again from genesis, lowest offers first.
bool Mending::begin_before(Height height) {
    if (state_ && state_->height < height) return true;
    auto founded = state_from_genesis(*genesis_);
    if (!founded) {
        give_up();
        return false;
    }
    state_ = std::move(*founded);
    return true;
}

// The header's id is certified, and it covers all transactions. Signatures and certificate beside
// them were verified at the commit.
bool Mending::advance(const Ledger& ledger, std::span<const Digest> chain) {
    const Height height = state_->height + 1;
    const auto next = ledger.block(height);
    if (!next || !*next || height >= chain.size()) return false;
    if (block_id((*next)->block.header) != chain[height]) return false;
    TrustingSignatureChecker trusting;
    return execute_block(*state_, (*next)->block, trusting).has_value();
}

std::optional<CommittedBlock> Mending::judge(std::vector<Offer> offers) {
    for (Offer& offer : offers) {
        if (!offer.certified && !check_certificate(*state_, offer.block.certificate)) continue;
        ChainState after = *state_;
        PlainSignatureChecker verifying;
        TrustingSignatureChecker trusting;
        SignatureChecker& signatures =
            offer.wrote ? static_cast<SignatureChecker&>(trusting) : verifying;
        if (!execute_block(after, offer.block.block, signatures)) continue;
        state_ = std::move(after);
        return std::move(offer.block);
    }
    return std::nullopt;
}

void Mending::give_up() {
    offers_.clear();
    state_.reset();
}

}  // namespace fairfeed
