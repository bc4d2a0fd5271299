#include "core/follow/catch_up.h"

#include <algorithm>

#include "core/model/certificate.h"

namespace fairfeed {
namespace {

constexpr std::uint32_t kMostDoublings = 4;  // of the pause after an answer that failed
constexpr std::size_t kMostOpen = 4;         // questions to one peer

// The time that the largest answer takes on its way beyond what propose_ms is made for.
std::int64_t more_way_ms(const NetworkParameters& parameters) {
    constexpr std::size_t kBytesAMs = 4000;  // a third of a link of 100 Mbit/s
    const std::size_t more = max_message_bytes(parameters) - max_message_bytes(kFewestForLimits);
    return static_cast<std::int64_t>(more / kBytesAMs);
}

}  // namespace

Height believed_height(std::vector<Height> claims) {
    std::sort(claims.rbegin(), claims.rend());
    const std::size_t liars = tolerated_faults(claims.size());
    return liars < claims.size() ? claims[liars] : 0;
}

Height CatchUp::claimed(const std::vector<NodeId>& validators) const {
    std::vector<Height> claims;
    for (const NodeId& validator : validators) {
        const auto peer = peers_.find(validator);
        claims.push_back(peer == peers_.end() ? 0 : peer->second.claimed);
    }
    return believed_height(std::move(claims));
}

CatchUp::CatchUp(const NetworkParameters& parameters)
    : patience_ms_(std::max<std::int64_t>(1, parameters.timers.rebroadcast_ms)),
      answer_ms_(std::max<std::int64_t>(1, parameters.timers.propose_ms) +
                 more_way_ms(parameters)) {}

void CatchUp::on_claim(const NodeId& peer, Height claimed, Height tip, Instant now) {
    if (claimed <= tip) {
        const auto known = peers_.find(peer);
        if (known != peers_.end()) known->second.claimed = claimed;
        return;
    }
    Peer& claimant = peers_[peer];
    const bool new_claim = claimant.claimed <= tip;
    claimant.claimed = claimed;
    if (new_claim && claimed == tip + 1) {
        claimant.not_before_ms = std::max(claimant.not_before_ms, now.steady_ms + patience_ms_);
    }
}

void CatchUp::on_progress(const NodeId& peer, Instant now) {
    Peer& helper = peers_[peer];
    helper.failures = 0;
    helper.not_before_ms = now.steady_ms;
    asked_.reset();
}

void CatchUp::on_failure(const NodeId& peer, Instant now) {
    if (has_asked(peer)) asked_.reset();
    put_off(peers_[peer], now);
}

void CatchUp::asked(const NodeId& peer, Height from) {
    std::deque<Height>& questions = open_[peer];
    questions.push_back(from);
    if (questions.size() > kMostOpen) questions.pop_front();
}

std::optional<Height> CatchUp::close(const NodeId& peer, std::optional<Height> first) {
    std::deque<Height>& questions = open_[peer];
    if (questions.empty()) return std::nullopt;
    auto question = questions.begin();
    if (first) question = std::find(questions.begin(), questions.end(), *first);
    if (question == questions.end()) question = questions.begin();
    const Height from = *question;
    questions.erase(question);
    return from;
}

void CatchUp::put_off(Peer& peer, Instant now) const {
    peer.not_before_ms = now.steady_ms + (answer_ms_ << std::min(peer.failures, kMostDoublings));
    ++peer.failures;
}

std::optional<NodeId> CatchUp::whom_to_ask(Height tip, Instant now) {
    if (asked_ && now.steady_ms < asked_->until_ms) return std::nullopt;
    if (asked_) {
        put_off(peers_[asked_->peer], now);
        asked_.reset();
    }
    const NodeId* best = nullptr;
    std::uint32_t fewest = 0;
    for (const auto& [id, peer] : peers_) {
        if (peer.claimed <= tip || now.steady_ms < peer.not_before_ms) continue;
        if (best != nullptr && peer.failures >= fewest) continue;
        best = &id;
        fewest = peer.failures;
    }
    if (best == nullptr) return std::nullopt;
    asked_ = Asked{*best, now.steady_ms + answer_ms_};
    return *best;
}

std::optional<std::int64_t> CatchUp::next_deadline_ms(Height tip) const {
    std::optional<std::int64_t> earliest;
    for (const auto& [id, peer] : peers_) {
        if (peer.claimed <= tip) continue;
        if (!earliest || peer.not_before_ms < *earliest) earliest = peer.not_before_ms;
    }
    if (earliest && asked_) return asked_->until_ms;
    return earliest;
}

}  // namespace fairfeed
