#include "edge-node/chain/missing_bodies.h"

#include <algorithm>

namespace fairfeed {
namespace {

constexpr std::uint32_t kMostAskDoublings = 10;

}  // namespace

void MissingBodies::await_outline(const Digest& block) {
    wanted_[block] = {};
}

bool MissingBodies::awaits_outline(const Digest& block) const {
    const auto wanted = wanted_.find(block);
    return wanted != wanted_.end() && !wanted->second.ask_at_ms;
}

std::optional<MissingBodies::Question> MissingBodies::ask(const Digest& block,
                                                          std::vector<Digest> missing,
                                                          const NodeId& source,
                                                          const ChainState& state, Instant now) {
    Wanted& wanted = wanted_[block];
    if (!wanted.ask_at_ms) wanted.ask = source;
    if (wanted.ask_at_ms && now.steady_ms < *wanted.ask_at_ms) return std::nullopt;
    std::optional<Question> question;
    if (wanted.ask != self_) {
        open_.asked(wanted.ask, missing);
        question = Question{wanted.ask, std::move(missing)};
    }
    // Perhaps no validator has the bodies: the pause doubles with every round of all validators.
    const Timers& timers = state.genesis.parameters.timers;
    const auto all = static_cast<std::uint32_t>(std::max<std::size_t>(1, state.validators.size()));
    const std::uint32_t doublings = std::min(wanted.asked++ / all, kMostAskDoublings);
    wanted.ask = validator_after(wanted.ask, state);
    wanted.ask_at_ms =
        now.steady_ms + std::min(timers.rebroadcast_ms << doublings,
                                 std::max(timers.rebroadcast_ms, timers.rebroadcast_cap_ms));
    return question;
}

NodeId MissingBodies::validator_after(const NodeId& node, const ChainState& state) const {
    const auto& all = state.validators;
    const auto found = std::find(all.begin(), all.end(), node);
    auto next = static_cast<std::size_t>(found - all.begin()) + 1;
    if (next >= all.size()) next = 0;
    if (all[next] == self_) next = (next + 1) % all.size();
    return all[next];
}

std::vector<Digest> MissingBodies::wanted() const {
    std::vector<Digest> blocks;
    blocks.reserve(wanted_.size());
    for (const auto& [block, wanted] : wanted_)
        blocks.push_back(block);
    return blocks;
}

std::optional<MissingBodies::Question> MissingBodies::pull(const NodeId& peer,
                                                           std::vector<Digest> lacking,
                                                           const ChainState& state, Instant now) {
    // No peer answers a question for more bodies than a block holds. The peer announces the others
    // again.
    const auto most = static_cast<std::size_t>(state.genesis.parameters.max_block_transactions);
    if (lacking.size() > most) lacking.resize(most);
    auto chosen = pulls_.choose(peer, lacking, state.genesis.parameters, now);
    if (chosen.empty()) return std::nullopt;
    open_.asked(peer, chosen);
    return Question{peer, std::move(chosen)};
}

Result<std::vector<Transaction>, Reject> MissingBodies::take(const NodeId& peer,
                                                             std::vector<Transaction> answer) {
    return open_.take(peer, std::move(answer));
}

void MissingBodies::on_commit(const CommittedBlock& committed) {
    wanted_.clear();
    pulls_.on_commit(committed);
}

std::optional<std::int64_t> MissingBodies::next_deadline_ms() const {
    std::optional<std::int64_t> earliest;
    for (const auto& [block, wanted] : wanted_) {
        if (!wanted.ask_at_ms) continue;
        earliest = std::min(earliest.value_or(*wanted.ask_at_ms), *wanted.ask_at_ms);
    }
    return earliest;
}

}  // namespace fairfeed
