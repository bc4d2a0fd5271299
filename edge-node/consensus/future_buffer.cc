#include "edge-node/consensus/future_buffer.h"

#include <algorithm>

namespace fairfeed::consensus {

namespace {

// The size of a vote, rounded up to leave room for what the allocator adds.
constexpr std::size_t kVoteBytes = 320;

}  // namespace

// Two votes with the same content count as one vote, whatever their signatures.
void FutureBuffer::add(const Vote& vote) {
    std::vector<Vote>& held = votes_[vote.validator];
    if ((held.size() + 1) * kVoteBytes > kBytesPerSender) return;
    const auto same = [&](const Vote& other) { return other.content == vote.content; };
    if (std::none_of(held.begin(), held.end(), same)) held.push_back(vote);
}

std::vector<Vote> FutureBuffer::take(Height height) {
    std::vector<Vote> out;
    for (auto& [sender, held] : votes_) {
        for (const Vote& vote : held)
            if (vote.content.height == height) out.push_back(vote);
        std::erase_if(held, [&](const Vote& vote) { return vote.content.height <= height; });
    }
    return out;
}

std::vector<Vote> FutureBuffer::of(const NodeId& sender) const {
    const auto held = votes_.find(sender);
    return held == votes_.end() ? std::vector<Vote>{} : held->second;
}

std::size_t FutureBuffer::bytes() const {
    std::size_t votes = 0;
    for (const auto& [sender, held] : votes_)
        votes += held.size();
    return votes * kVoteBytes;
}

}  // namespace fairfeed::consensus
