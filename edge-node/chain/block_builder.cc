#include "edge-node/chain/block_builder.h"

#include <algorithm>
#include <utility>

#include "edge-node/chain/candidate_blocks.h"

namespace fairfeed {
namespace {

constexpr Round kLatestRound = UINT32_MAX;
// What belongs together comes together: if nothing more has come for this part of fill_ms, the rest
// of fill_ms would be waited for nothing.
constexpr std::int64_t kQuietPart = 5;

// R20: the time a block of this node says if its content allows that time, and the times that the
// content may need instead: the first at which anything fits.
struct ProposalTime {
    std::int64_t now_ms = 0;
    std::int64_t from_ms = 0;
    std::int64_t until_ms = 0;
};

// R20. Without a synchronised clock, the time goes on from the parent's. Where the chain's time has
// run ahead, every validator gets a turn to set the time back. If no quorum sets it back, because
// too few validators know the time, the chain's time goes on by the millisecond.
ProposalTime proposal_time(const BlockBuilder::Ground& ground, Round round) {
    const ChainState& state = ground.tip.state;
    const std::int64_t present_ms = consensus::known_time_ms(ground.tip.parent, ground.now);
    const std::int64_t next_ms = state.tip_time_ms + 1;
    if (!ground.now.synchronised) {
        return {present_ms, std::max(present_ms, next_ms),
                present_ms + consensus::most_ahead_ms(round)};
    }
    const bool sets_back = consensus::has_run_ahead(ground.tip.parent, ground.now);
    if (sets_back && round < state.validators.size()) return {present_ms, present_ms, present_ms};
    const std::int64_t from_ms = std::max(present_ms, next_ms);
    return {sets_back ? next_ms : present_ms, from_ms, from_ms};
}

// Transactions that fit the present come first, because a notice may miss its window later. Times
// beyond the present are for windows that a committee vouches for: evidence and events of a single
// liar about windows to come must not pull the chain's time along.
std::vector<const Transaction*> select(const BlockBuilder::Ground& ground, Round round) {
    const ProposalTime time = proposal_time(ground, round);
    std::vector<const Transaction*> waiting = ground.pool.waiting();
    auto found = select_transactions(ground.tip.state, waiting, time.from_ms, ground.signatures);
    if (!found.empty() || time.until_ms <= time.from_ms) return found;
    std::erase_if(waiting, [](const Transaction* each) {
        return each->kind == TransactionKind::evidence || each->kind == TransactionKind::event;
    });
    return select_transactions(ground.tip.state, waiting, time.until_ms, ground.signatures);
}

}  // namespace

void BlockBuilder::request(Height height, Round round) {
    request_ = Request{height, round};
}

bool BlockBuilder::finds_work(const Ground& ground) {
    const bool looks_again =
        work_ == 0 && ground.pool.size() > 0 && ground.now.steady_ms >= look_again_at_ms_;
    if (work_revision_ == ground.pool.revision() && !looks_again) return false;
    if (work_ > 0 && !request_) return false;  // looks again when it is to build a block of it
    work_revision_ = ground.pool.revision();
    // Work of a later round is a reason to go on to that round.
    const std::size_t before = std::exchange(work_, select(ground, kLatestRound).size());
    if (work_ > before) grew_at_ms_ = ground.now.steady_ms;
    look_again_at_ms_ =
        ground.now.steady_ms + ground.tip.state.genesis.parameters.timers.rebroadcast_ms;
    if (work_ == 0) work_since_ms_.reset();
    if (work_ == 0 || work_since_ms_) return false;
    work_since_ms_ = ground.now.steady_ms;
    return true;
}

// R17: only the first round waits for more transactions, and only while more come.
std::int64_t BlockBuilder::wait_ends_ms(const Timers& timers) const {
    return std::min(*work_since_ms_ + timers.fill_ms, grew_at_ms_ + timers.fill_ms / kQuietPart);
}

bool BlockBuilder::is_time_to_build(const Ground& ground) const {
    const NetworkParameters& parameters = ground.tip.state.genesis.parameters;
    if (request_->round > 0) return true;
    return std::int64_t(work_) >= parameters.max_block_transactions ||
           ground.now.steady_ms >= wait_ends_ms(parameters.timers);
}

std::optional<BlockBuilder::Built> BlockBuilder::build(const Ground& ground) {
    if (!request_ || request_->height != ground.tip.state.height + 1 || work_ == 0) return {};
    if (!is_time_to_build(ground)) return {};
    // Time has passed since work_ was selected: a notice may have missed the window from which it
    // was to take effect.
    const auto chosen = select(ground, request_->round);
    if (chosen.empty()) {
        work_ = select(ground, kLatestRound).size();
        if (work_ == 0) {
            work_since_ms_.reset();
        } else {
            request_.reset();
        }
        return {};
    }
    std::vector<Transaction> transactions;
    transactions.reserve(chosen.size());
    for (const Transaction* each : chosen)
        transactions.push_back(*each);
    Built built{request_->round, make_next_block(ground.tip.state, self_, std::move(transactions),
                                                 ground.tip.certificate,
                                                 proposal_time(ground, request_->round).now_ms)};
    request_.reset();
    return built;
}

void BlockBuilder::clear() {
    request_.reset();
    work_ = 0;
    work_since_ms_.reset();
    work_revision_.reset();
}

std::optional<std::int64_t> BlockBuilder::next_deadline_ms(const TransactionPool& pool,
                                                           const Timers& timers) const {
    std::optional<std::int64_t> deadline;
    if (request_ && work_since_ms_) deadline = wait_ends_ms(timers);
    if (pool.size() > 0 && work_ == 0)
        deadline = std::min(deadline.value_or(look_again_at_ms_), look_again_at_ms_);
    return deadline;
}

}  // namespace fairfeed
