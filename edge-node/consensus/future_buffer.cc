#include "edge-node/consensus/future_buffer.h"

#include <algorithm>
#include <iterator>
#include <optional>

namespace fairfeed::consensus {

namespace {

// Rounded up, so that the bound holds whatever the allocator adds.
constexpr std::size_t kStatementBytes = 320;

struct Entry {
    NodeId sender;
    Height height = 0;
};

std::optional<Entry> describe(const Event& event) {
    if (const auto* seen = std::get_if<ProposalSeen>(&event)) {
        return Entry{seen->proposal.proposer, seen->proposal.content.height};
    }
    if (const auto* seen = std::get_if<VoteSeen>(&event)) {
        return Entry{seen->vote.validator, seen->vote.content.height};
    }
    return std::nullopt;
}

// Signatures are witnesses: two messages that say the same are one.
bool says_the_same(const Event& a, const Event& b) {
    if (a.index() != b.index()) return false;
    if (const auto* seen = std::get_if<ProposalSeen>(&a)) {
        return seen->proposal.content == std::get_if<ProposalSeen>(&b)->proposal.content;
    }
    const auto* seen = std::get_if<VoteSeen>(&a);
    return seen != nullptr && seen->vote.content == std::get_if<VoteSeen>(&b)->vote.content;
}

}  // namespace

void FutureBuffer::add(const Event& event) {
    const auto entry = describe(event);
    if (!entry) return;
    Share& share = shares_[entry->sender];
    if (share.bytes + kStatementBytes > kBytesPerSender) return;
    std::vector<Event>& held = share.events[entry->height];
    const auto same = [&](const Event& other) { return says_the_same(event, other); };
    if (std::any_of(held.begin(), held.end(), same)) return;
    held.push_back(event);
    share.bytes += kStatementBytes;
}

std::vector<Event> FutureBuffer::take(Height height) {
    std::vector<Event> out;
    for (auto& [sender, share] : shares_) {
        const auto end = share.events.upper_bound(height);
        for (auto at = share.events.begin(); at != end; ++at) {
            share.bytes -= at->second.size() * kStatementBytes;
            if (at->first == height) {
                out.insert(out.end(), at->second.begin(), at->second.end());
            }
        }
        share.events.erase(share.events.begin(), end);
    }
    return out;
}

std::vector<Event> FutureBuffer::of(const NodeId& sender) const {
    std::vector<Event> out;
    const auto share = shares_.find(sender);
    if (share == shares_.end()) return out;
    for (const auto& [height, events] : share->second.events)
        out.insert(out.end(), events.begin(), events.end());
    return out;
}

std::size_t FutureBuffer::bytes() const {
    std::size_t total = 0;
    for (const auto& [sender, share] : shares_)
        total += share.bytes;
    return total;
}

}  // namespace fairfeed::consensus
