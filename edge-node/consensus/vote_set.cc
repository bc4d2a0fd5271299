#include "edge-node/consensus/vote_set.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

namespace fairfeed::consensus {

namespace {

constexpr std::size_t kValuesPerSlot = 2;

}  // namespace

bool within_window(Round round, Round current) {
    const std::int64_t distance = std::int64_t{round} - std::int64_t{current};
    return distance <= std::int64_t{kRoundWindow} && -distance <= std::int64_t{kRoundWindow};
}

VoteSet::VoteSet(Height height, std::vector<NodeId> validators)
    : height_(height), validators_(std::move(validators)) {
    for (Index i = 0; i < validators_.size(); ++i)
        index_[validators_[i]] = i;
}

std::optional<VoteSet::Index> VoteSet::index_of(const NodeId& node) const {
    const auto found = index_.find(node);
    if (found == index_.end()) return std::nullopt;
    return found->second;
}

bool VoteSet::is_validator(const NodeId& node) const {
    return index_.contains(node);
}

const NodeId& VoteSet::proposer(Round round) const {
    return validators_[(height_ + round) % validators_.size()];
}

const VoteSet::RoundVotes* VoteSet::find(VoteType type, Round round) const {
    const auto rounds = votes_.find(type);
    if (rounds == votes_.end()) return nullptr;
    const auto found = rounds->second.find(round);
    return found == rounds->second.end() ? nullptr : &found->second;
}

std::optional<VoteSet::Conflict> VoteSet::insert(Index who, const Vote& vote, bool certified) {
    RoundVotes& votes = votes_[vote.content.type][vote.content.round];
    std::optional<Vote> before;
    std::size_t values = 0;
    for (const auto& [block, voters] : votes.by_value) {
        const auto found = voters.find(who);
        if (found == voters.end()) continue;
        if (block == vote.content.block) return std::nullopt;
        VoteContent content = vote.content;
        content.block = block;
        before = Vote{content, vote.validator, found->second};
        ++values;
    }
    if (values >= kValuesPerSlot && !certified) return std::nullopt;
    votes.by_value[vote.content.block][who] = vote.signature;
    if (values != 1) return std::nullopt;
    return Conflict{*before, vote};
}

std::optional<VoteSet::Conflict> VoteSet::add(const Vote& vote, Round current) {
    const auto who = index_of(vote.validator);
    if (!who || vote.content.height != height_) return std::nullopt;
    saw_round(vote.validator, vote.content.round);
    if (!within_window(vote.content.round, current)) return std::nullopt;
    return insert(*who, vote, false);
}

std::vector<VoteSet::Conflict> VoteSet::add(const QuorumCertificate& certificate) {
    std::vector<Conflict> conflicts;
    if (certificate.content.height != height_) return conflicts;
    for (const Witness& witness : certificate.witnesses) {
        const auto who = index_of(witness.node);
        if (!who) continue;
        saw_round(witness.node, certificate.content.round);
        const Vote vote{certificate.content, witness.node, witness.signature};
        if (auto conflict = insert(*who, vote, true)) conflicts.push_back(std::move(*conflict));
    }
    return conflicts;
}

void VoteSet::saw_round(const NodeId& validator, Round round) {
    const auto who = index_of(validator);
    if (!who) return;
    Round& newest = newest_.try_emplace(*who, round).first->second;
    newest = std::max(newest, round);
}

void VoteSet::forget_before(Round current) {
    if (current <= kRoundWindow) return;
    for (auto& [type, rounds] : votes_) {
        rounds.erase(rounds.begin(), rounds.lower_bound(current - kRoundWindow));
    }
}

std::vector<Digest> VoteSet::quorums(VoteType type, Round round) const {
    std::vector<Digest> blocks;
    const RoundVotes* votes = find(type, round);
    if (votes == nullptr) return blocks;
    for (const auto& [block, voters] : votes->by_value) {
        if (block && voters.size() >= quorum()) blocks.push_back(*block);
    }
    return blocks;
}

bool VoteSet::has_quorum(VoteType type, Round round, const std::optional<Digest>& block) const {
    const RoundVotes* votes = find(type, round);
    if (votes == nullptr) return false;
    const auto voters = votes->by_value.find(block);
    return voters != votes->by_value.end() && voters->second.size() >= quorum();
}

std::size_t VoteSet::spoken(VoteType type, Round round) const {
    std::set<Index> speakers;
    const auto collect = [&](VoteType of_type) {
        const RoundVotes* votes = find(of_type, round);
        if (votes == nullptr) return;
        for (const auto& [block, voters] : votes->by_value) {
            for (const auto& [who, signature] : voters)
                speakers.insert(who);
        }
    };
    collect(type);
    if (type == VoteType::prevote) collect(VoteType::precommit);
    for (const auto& [who, newest] : newest_) {
        if (newest > round) speakers.insert(who);
    }
    return speakers.size();
}

std::size_t VoteSet::count(VoteType type, Round round) const {
    const RoundVotes* votes = find(type, round);
    if (votes == nullptr) return 0;
    std::set<Index> voters;
    for (const auto& [block, of_block] : votes->by_value) {
        for (const auto& [who, signature] : of_block)
            voters.insert(who);
    }
    return voters.size();
}

std::size_t VoteSet::count(VoteType type, Round round, const Digest& block) const {
    const RoundVotes* votes = find(type, round);
    if (votes == nullptr) return 0;
    const auto voters = votes->by_value.find(block);
    return voters == votes->by_value.end() ? 0 : voters->second.size();
}

std::vector<Vote> VoteSet::of(const NodeId& validator) const {
    std::vector<Vote> out;
    const auto who = index_of(validator);
    if (!who) return out;
    for (const auto& [type, rounds] : votes_) {
        for (auto round = rounds.rbegin(); round != rounds.rend(); ++round) {
            const std::size_t before = out.size();
            for (const auto& [block, voters] : round->second.by_value) {
                const auto own = voters.find(*who);
                if (own == voters.end()) continue;
                out.push_back({{type, height_, round->first, block}, validator, own->second});
            }
            if (out.size() > before) break;
        }
    }
    return out;
}

std::optional<Round> VoteSet::crowd_round(const NodeId& self) const {
    std::vector<Round> rounds;
    for (const auto& [who, newest] : newest_) {
        if (validators_[who] != self) rounds.push_back(newest);
    }
    const std::size_t faults = tolerated_faults(validators_.size());
    if (rounds.size() <= faults) return std::nullopt;
    std::sort(rounds.begin(), rounds.end(), std::greater<>());
    return rounds[faults];
}

std::optional<QuorumCertificate> VoteSet::certificate(VoteType type, Round round,
                                                      const Digest& block) const {
    if (!has_quorum(type, round, block)) return std::nullopt;
    QuorumCertificate out;
    out.content = VoteContent{type, height_, round, block};
    for (const auto& [who, signature] : find(type, round)->by_value.at(block)) {
        out.witnesses.push_back(Witness{validators_[who], signature});
    }
    std::sort(out.witnesses.begin(), out.witnesses.end(),
              [](const Witness& a, const Witness& b) { return a.node < b.node; });
    out.witnesses.resize(quorum());
    return out;
}

std::vector<Round> VoteSet::rounds(VoteType type) const {
    std::vector<Round> out;
    const auto rounds = votes_.find(type);
    if (rounds == votes_.end()) return out;
    for (const auto& [round, votes] : rounds->second)
        out.push_back(round);
    return out;
}

}  // namespace fairfeed::consensus
