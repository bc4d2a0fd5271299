#include "edge-node/chain/announcements.h"

#include <algorithm>

#include "core/wire/message_codec.h"

namespace fairfeed {
namespace {

// Open, of one peer: four full blocks, or what a peer may announce at once.
std::size_t most_questions(const NetworkParameters& parameters) {
    const auto block = static_cast<std::size_t>(parameters.max_block_transactions);
    return 4 * std::max(kMaxAnnounced, block);
}
constexpr std::size_t kMaxRefused = 16 * kMaxAnnounced;
constexpr std::size_t kBlocksRemembered = 8;

}  // namespace

void Announcements::begin(const Digest& key, std::vector<Digest> ids, std::int64_t first_ms) {
    standing_.try_emplace(key, Standing{std::move(ids), first_ms, 0});
}

void Announcements::keep_only(const std::set<Digest>& keys) {
    std::erase_if(standing_, [&](const auto& entry) { return !keys.contains(entry.first); });
}

std::vector<std::vector<Digest>> Announcements::due(const Timers& timers, Instant now) {
    std::vector<std::vector<Digest>> messages;
    for (auto& [key, standing] : standing_) {
        if (now.steady_ms < standing.at_ms) continue;
        standing.pause_ms =
            std::clamp(standing.pause_ms * 2, timers.rebroadcast_ms, timers.rebroadcast_cap_ms);
        standing.at_ms = now.steady_ms + standing.pause_ms;
        for (const Digest& id : standing.ids) {
            if (messages.empty() || messages.back().size() == kMaxAnnounced)
                messages.emplace_back();
            messages.back().push_back(id);
        }
    }
    return messages;
}

std::optional<std::int64_t> Announcements::next_deadline_ms() const {
    std::optional<std::int64_t> earliest;
    for (const auto& [key, standing] : standing_)
        earliest = std::min(earliest.value_or(standing.at_ms), standing.at_ms);
    return earliest;
}

bool Pulls::was_asked(const Digest& id, std::int64_t since_ms) const {
    return std::any_of(asked_.begin(), asked_.end(), [&](const auto& peer) {
        const auto question = peer.second.find(id);
        return question != peer.second.end() && question->second.at_ms > since_ms;
    });
}

std::vector<Digest> Pulls::choose(const NodeId& peer, const std::vector<Digest>& lacking,
                                  const NetworkParameters& parameters, Instant now) {
    const Timers& timers = parameters.timers;
    const std::size_t most = most_questions(parameters);
    Questions& questions = asked_[peer];
    std::vector<Digest> chosen;
    for (const Digest& id : lacking) {
        if (refused_.contains(id) || committed_.contains(id)) continue;
        if (was_asked(id, now.steady_ms - timers.rebroadcast_ms)) continue;
        const auto known = questions.find(id);
        if (known == questions.end() && questions.size() >= most) continue;
        Question& question = questions[id];
        if (question.pause_ms > 0 && now.steady_ms < question.at_ms + question.pause_ms) continue;
        question = {now.steady_ms, std::max(question.pause_ms * 2, timers.rebroadcast_ms)};
        chosen.push_back(id);
    }
    return chosen;
}

void Pulls::refused(const Digest& id) {
    if (refused_.size() < kMaxRefused) refused_.insert(id);
}

void Pulls::on_commit(const CommittedBlock& committed) {
    asked_.clear();
    refused_.clear();
    std::vector<Digest> ids;
    for (const Transaction& transaction : committed.block.transactions)
        ids.push_back(transaction.id);
    committed_.insert(ids.begin(), ids.end());
    blocks_.push_back(std::move(ids));
    if (blocks_.size() <= kBlocksRemembered) return;
    for (const Digest& id : blocks_.front())
        committed_.erase(id);
    blocks_.pop_front();
}

}  // namespace fairfeed
