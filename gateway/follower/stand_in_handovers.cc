#include "gateway/follower/stand_in_handovers.h"

#include <utility>

#include "core/accounts/handover.h"
#include "core/state/handover_rules.h"
#include "core/wire/handover_codec.h"

namespace fairfeed {

StandInHandovers::StandInHandovers(NodeId dgmd, DgmdSigners signers, RandomSource random)
    : dgmd_(std::move(dgmd)), signers_(std::move(signers)), random_(std::move(random)) {}

bool StandInHandovers::stands_still(const ChainState& state, const ClusterId& cluster,
                                    std::int64_t real_ms) const {
    if (newcomers(state, cluster).empty() || is_handed_over(state, cluster)) return false;
    if (!may_hand_over(state, cluster, dgmd_)) return false;
    const auto next = state.next_window(cluster);
    const auto running = state.grid().window_at(real_ms);
    return next && running && *running >= std::uint64_t{*next} + 2;
}

std::vector<Transaction> StandInHandovers::owed(const ChainState& state,
                                                const KeyholderAccounts& accounts,
                                                std::int64_t real_ms) {
    std::vector<Transaction> out;
    const SigningKey* key = signers_.in_force(state);
    if (key == nullptr) return out;
    if (const PublicKey point = key->public_key(); made_by_ != point) {
        made_.clear();
        made_by_ = point;
    }
    for (const auto& [cluster, record] : state.clusters) {
        const Settlement* last = accounts.last_settlement(cluster);
        if (last == nullptr || !stands_still(state, cluster, real_ms)) {
            made_.erase(cluster);
            continue;
        }
        const auto made = made_.find(cluster);
        if (made != made_.end() && check_handover(state, made->second)) {
            out.push_back(made->second);
            continue;
        }
        const auto handover = write_handover(state, *last, dgmd_, newcomers(state, cluster),
                                             accounts.keys(), random_);
        if (!handover) continue;  // a data key was never granted to DGMD
        out.push_back(
            made_.insert_or_assign(cluster, make_handover(*handover, dgmd_, state.network, *key))
                .first->second);
    }
    return out;
}

}  // namespace fairfeed
