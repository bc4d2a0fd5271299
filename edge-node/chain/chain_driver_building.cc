// What this node proposes (R3, R16, R17): when there is work, when to build of it, and what time
// its blocks say (R20).
#include <algorithm>

#include "edge-node/chain/chain_driver.h"

namespace fairfeed {
namespace {

constexpr Round kLatestRound = UINT32_MAX;

}  // namespace

// R16, R17: work is what could be built now; the replica wakes when there is some.
void ChainDriver::look_for_work(Effects& out) {
    if (starting_) return;
    const bool again = work_.empty() && pool_.size() > 0 && now_.steady_ms >= look_again_at_ms_;
    if (work_revision_ != pool_.revision() || again) {
        work_revision_ = pool_.revision();
        // What a later round may take is a reason to go on to it.
        work_ = select(proposal_time(kLatestRound));
        look_again_at_ms_ = now_.steady_ms + state_.genesis.parameters.timers.rebroadcast_ms;
        if (work_.empty()) {
            work_since_ms_.reset();
        } else if (!work_since_ms_) {
            work_since_ms_ = now_.steady_ms;
            drive(consensus::WorkExists{}, out);
        }
    }
    build_if_due(out);
}

void ChainDriver::build_if_due(Effects& out) {
    if (!build_request_ || build_request_->height != state_.height + 1 || work_.empty()) return;
    const NetworkParameters& parameters = state_.genesis.parameters;
    const bool full = std::int64_t(work_.size()) >= parameters.max_block_transactions;
    const bool waited = now_.steady_ms >= *work_since_ms_ + parameters.timers.fill_ms;
    if (build_request_->round == 0 && !full && !waited) return;
    // Time has passed since: a notice may have missed the window that it was to take effect with.
    const ProposalTime time = proposal_time(build_request_->round);
    auto transactions = select(time);
    if (transactions.empty()) {
        work_ = select(proposal_time(kLatestRound));
        if (work_.empty()) return work_since_ms_.reset();
        return build_request_.reset();
    }
    Block block =
        make_next_block(state_, self_, std::move(transactions), tip_certificate_, time.now_ms);
    const BuildRequest turn = *build_request_;
    build_request_.reset();
    const Digest id = block_id(block.header);
    if (!candidates_.add(self_, std::move(block), state_, signatures_)) return;
    out.push_back(PersistBlock{id, candidates_.valid(id)->block});
    drive(consensus::BlockBuilt{turn.height, turn.round, id}, out);
}

// What fits the present comes first: later a notice may have missed its window. Beyond the present
// lie only windows that a committee vouches for; what a single liar says of windows to come must
// not pull the time along.
std::vector<Transaction> ChainDriver::select(const ProposalTime& time) {
    std::vector<Transaction> waiting = pool_.waiting();
    auto found = select_transactions(state_, waiting, time.from_ms, signatures_);
    if (!found.empty() || time.until_ms <= time.from_ms) return found;
    std::erase_if(waiting, [](const Transaction& each) {
        return each.kind == TransactionKind::evidence || each.kind == TransactionKind::event;
    });
    return select_transactions(state_, waiting, time.until_ms, signatures_);
}

// R20. A clock that is not synchronised is not asked: the time goes on from the parent's. Where the
// chain's time has run ahead, every validator gets a turn to set it back; if no quorum can, because
// too few know the time, it goes on by the millisecond.
ChainDriver::ProposalTime ChainDriver::proposal_time(Round round) const {
    const std::int64_t present_ms = consensus::known_time_ms(parent_, now_);
    const std::int64_t next_ms = state_.tip_time_ms + 1;
    if (!now_.synchronised) {
        return {present_ms, std::max(present_ms, next_ms),
                present_ms + consensus::most_ahead_ms(round)};
    }
    const bool sets_back = consensus::has_run_ahead(parent_, now_);
    if (sets_back && round < state_.validators.size()) return {present_ms, present_ms, present_ms};
    const std::int64_t from_ms = std::max(present_ms, next_ms);
    return {sets_back ? next_ms : present_ms, from_ms, from_ms};
}

std::string ChainDriver::time_alarm() const {
    if (!consensus::has_run_ahead(parent_, now_)) return {};
    return "the chain's time is " + std::to_string((parent_.time_ms - now_.real_ms) / 1000) +
           " s ahead of this node's clock; it is set back once a quorum of nodes knows the time "
           "(docs/operations.md, Clock)";
}

}  // namespace fairfeed
