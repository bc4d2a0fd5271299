#include "edge-node/consensus/statements.h"

#include <tuple>

namespace fairfeed::consensus {

bool Statements::advance_to(Height to_height, Round to_round) {
    const auto asked = std::tie(to_height, to_round);
    const auto reached = std::tie(height, round);
    if (asked < reached) return false;
    if (asked > reached) {
        *this = Statements{};
        height = to_height;
        round = to_round;
    }
    return true;
}

void Statements::take(const Vote& vote) {
    if (!advance_to(vote.content.height, vote.content.round)) return;
    auto& slot = vote.content.type == VoteType::prevote ? prevote : precommit;
    if (!slot) slot = vote;
}

void Statements::take(const Proposal& made) {
    if (!advance_to(made.content.height, made.content.round)) return;
    if (!proposal) proposal = made;
}

}  // namespace fairfeed::consensus
