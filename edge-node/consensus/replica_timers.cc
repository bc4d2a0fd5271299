// Timeouts (R6, R10, R11, R16, R18) and re-gossip (R13). Real, monotonic milliseconds; the replica
// only says when it wants to be called.
#include <algorithm>
#include <limits>

#include "edge-node/consensus/replica.h"

namespace fairfeed::consensus {

namespace {

// min(cap, base + step * round), at least one millisecond, or a round could pass in no time.
std::int64_t growing(std::int64_t base, std::int64_t step, std::int64_t cap, Round round) {
    const Int128 wanted = Int128{base} + Int128{step} * round;
    const Int128 bounded = std::max(Int128{1}, std::min(Int128{cap}, wanted));
    return static_cast<std::int64_t>(bounded);
}

// FNV-1a: spreads the nodes' moments without a random generator, so that a run can be replayed.
std::uint64_t spread(const NodeId& node, std::uint32_t count) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto mix = [&hash](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3U; };
    for (const char c : node.str())
        mix(static_cast<unsigned char>(c));
    for (int shift = 0; shift < 32; shift += 8)
        mix((count >> shift) & 0xffU);
    return hash;
}

void take_earlier(std::optional<std::int64_t>& earliest, std::optional<std::int64_t> other) {
    if (other && (!earliest || *other < *earliest)) earliest = other;
}

bool is_due(const std::optional<std::int64_t>& deadline, Instant now) {
    return deadline && *deadline <= now.steady_ms;
}

}  // namespace

std::int64_t Replica::propose_timeout_ms() const {
    const Timers& timers = config_.timers;
    return growing(timers.propose_ms, timers.propose_step_ms, timers.propose_cap_ms, round_);
}

std::int64_t Replica::vote_timeout_ms() const {
    const Timers& timers = config_.timers;
    return growing(timers.vote_ms, timers.vote_step_ms, timers.vote_cap_ms, round_);
}

// Each is armed once a round. "Mixed" counts everybody from whom nothing more is to come: who has
// spoken in a later step or round will not vote here again, and its vote here may be lost for good.
void Replica::arm_timers() {
    const bool waits = round_ > 0 || awake_;
    if (step_ == Step::propose && waits && !propose_deadline_) {
        propose_deadline_ = now_.steady_ms + propose_timeout_ms();
    }
    if (step_ == Step::prevote && !prevote_deadline_ &&
        votes_.spoken(VoteType::prevote, round_) >= votes_.quorum()) {
        prevote_deadline_ = now_.steady_ms + vote_timeout_ms();
    }
    if (!precommit_deadline_ && votes_.spoken(VoteType::precommit, round_) >= votes_.quorum()) {
        precommit_deadline_ = now_.steady_ms + vote_timeout_ms();
    }
}

bool Replica::fire_timers() {
    if (is_due(precommit_deadline_, now_)) {
        start_round(round_ + 1);
        return true;
    }
    if (is_due(prevote_deadline_, now_)) {
        vote(VoteType::precommit, std::nullopt);
        return true;
    }
    if (is_due(propose_deadline_, now_)) {
        vote(VoteType::prevote, std::nullopt);
        return true;
    }
    return false;
}

std::optional<std::int64_t> Replica::next_deadline_ms() const {
    std::optional<std::int64_t> earliest;
    take_earlier(earliest, propose_deadline_);
    take_earlier(earliest, prevote_deadline_);
    take_earlier(earliest, precommit_deadline_);
    take_earlier(earliest, rebroadcast_deadline_);
    return earliest;
}

void Replica::schedule_rebroadcast() {
    constexpr std::uint32_t kMostDoublings = 20;
    const Int128 base = std::max<std::int64_t>(1, config_.timers.rebroadcast_ms);
    const Int128 cap = std::max<std::int64_t>(1, config_.timers.rebroadcast_cap_ms);
    const Int128 wanted = base << std::min(rebroadcasts_, kMostDoublings);
    const auto interval = static_cast<std::int64_t>(std::min(cap, wanted));
    const auto room = static_cast<std::uint64_t>(interval / 4 + 1);
    const auto jitter = static_cast<std::int64_t>(spread(config_.self, rebroadcasts_) % room);
    rebroadcast_deadline_ = now_.steady_ms + interval - jitter;
}

void Replica::rebroadcast() {
    resend_statements();
    send_polka();
    ++rebroadcasts_;
    schedule_rebroadcast();
}

void Replica::resend_statements() {
    const Statements& said = guard_.said();
    if (said.height != height_ || !may_sign()) return;
    if (said.proposal) effects_.push_back(SendProposal{*said.proposal});
    if (said.prevote) effects_.push_back(SendVote{*said.prevote});
    if (said.precommit) effects_.push_back(SendVote{*said.precommit});
}

}  // namespace fairfeed::consensus
