// The faulty validators of the world. They hear everything and may say anything to anybody, each in
// its own name only.
#include <algorithm>
#include <iterator>

#include "tests/unit/consensus/world.h"

namespace fairfeed::consensus {

void World::lie(std::size_t i) {
    if (now_ >= liars_fall_silent_) return;
    at(now_ + 60 + dice_.below(300), [this, i] { lie(i); });
    const std::int64_t lies = 2 + dice_.below(3);
    for (std::int64_t k = 0; k < lies; ++k) {
        const auto target = static_cast<std::size_t>(dice_.below(std::ssize(nodes_)));
        const Node& node = nodes_[target];
        if (node.lies || !node.replica) continue;
        const Height height = deciding(node);
        if (height > options_.height) continue;
        const Round ahead = dice_.chance(850) ? 0 : static_cast<Round>(dice_.below(3));
        const Round round = node.replica->snapshot().round + ahead;
        const std::int64_t kind = dice_.below(10);
        if (kind == 0) {
            lie_by_proposal(i, target, height, round);
        } else if (kind < 3) {
            lie_by_certificate(i, target, height, round);
        } else {
            lie_by_vote(i, target, height, round);
        }
    }
}

std::optional<Digest> World::any_block(Height height) {
    std::vector<Digest> known;
    for (const auto& [block, info] : blocks_) {
        if (info.height == height) known.push_back(block);
    }
    if (known.empty() || dice_.chance(150)) return std::nullopt;
    return known[static_cast<std::size_t>(dice_.below(std::ssize(known)))];
}

std::optional<Digest> World::popular(const VoteContent& slot) const {
    std::optional<Digest> best;
    std::size_t most = 0;
    VoteContent first = slot;
    first.block.reset();
    for (auto entry = tally_.lower_bound(first); entry != tally_.end(); ++entry) {
        VoteContent content = entry->first;
        content.block.reset();
        if (content != first) break;
        if (!entry->first.block || entry->second.size() <= most) continue;
        best = entry->first.block;
        most = entry->second.size();
    }
    return best;
}

void World::lie_by_vote(std::size_t i, std::size_t target, Height height, Round round) {
    const VoteType type = dice_.chance(500) ? VoteType::prevote : VoteType::precommit;
    VoteContent content{type, height, round, any_block(height)};
    if (dice_.chance(700)) {
        if (const auto block = popular(content)) content.block = block;
    }
    const Vote vote{content, nodes_[i].name, Signature{}};
    send(i, target, [this, target, vote] { feed(target, VoteSeen{vote}); });
}

void World::lie_by_proposal(std::size_t i, std::size_t target, Height height, Round round) {
    while (names_[(height + round) % names_.size()] != nodes_[i].name)
        ++round;
    auto block = dice_.chance(500) ? any_block(height) : std::nullopt;
    if (!block) block = new_block(height, dice_.chance(800));
    ProposalContent content{height, round, std::nullopt, *block};
    if (round > 0 && dice_.chance(500)) {
        content.valid_round = static_cast<Round>(dice_.below(round));
    }
    const Proposal proposal{content, nodes_[i].name, Signature{}};
    const auto show = [&](std::size_t to) {
        send(i, to, [this, to, proposal] { feed(to, ProposalSeen{proposal}); });
    };
    show(target);
    const auto other = static_cast<std::size_t>(dice_.below(std::ssize(nodes_)));
    if (!nodes_[other].lies) show(other);
}

void World::lie_by_certificate(std::size_t i, std::size_t target, Height height, Round round) {
    const VoteType type = dice_.chance(700) ? VoteType::prevote : VoteType::precommit;
    VoteContent content{type, height, round, std::nullopt};
    if (round > 0 && dice_.chance(500)) {
        content.round = static_cast<Round>(dice_.below(std::int64_t{round} + 1));
    }
    content.block = popular(content);
    if (!content.block) return;
    std::set<NodeId> voters;
    for (const std::size_t voter : tally_[content])
        voters.insert(names_[voter]);
    for (const Node& node : nodes_) {
        if (node.lies) voters.insert(node.name);
    }
    if (voters.size() < quorum(nodes_.size())) return;
    QuorumCertificate certificate{content, {}};
    for (const NodeId& voter : voters)
        certificate.witnesses.push_back(Witness{voter, {}});
    send(i, target, [this, target, certificate] { feed(target, CertificateSeen{certificate}); });
}

}  // namespace fairfeed::consensus
