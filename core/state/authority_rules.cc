#include "core/state/authority_rules.h"

#include <algorithm>

namespace fairfeed {
namespace {

constexpr std::int64_t kDaysPerWeek = 7;

bool is_anybodys(const Office& office, const PublicKey& key) {
    const auto has = [&key](const std::vector<Signatory>& list) {
        return std::any_of(list.begin(), list.end(),
                           [&key](const Signatory& each) { return each.key == key; });
    };
    return has(office.officers) || has(office.inspectors);
}

// Whether the use lies in the seven days up to this window.
bool is_of_the_week(const ChainState& state, Window use, Window running) {
    const std::int64_t week = kDaysPerWeek * kSecondsPerDay / state.grid().window_seconds();
    return std::int64_t{use} + week > std::int64_t{running};
}

}  // namespace

bool is_dgmds(const ChainState& state, const PublicKey& key) {
    const auto has = [&key](const DgmdKeys& keys) {
        return keys.signing == key || keys.agreement == key;
    };
    return has(state.dgmd.keys) ||
           std::any_of(state.dgmd.retired.begin(), state.dgmd.retired.end(), has);
}

Result<void, Reject> check_dgmd_keys(const ChainState& state, const DgmdKeyChange& change,
                                     Height height) {
    if (height == 0) return unexpected(Reject::not_effective);
    if (change.keys.signing == change.keys.agreement) return unexpected(Reject::malformed);
    for (const PublicKey& key : {change.keys.signing, change.keys.agreement}) {
        if (!VerifyKey::from_point(key)) return unexpected(Reject::malformed);
        if (is_dgmds(state, key) || is_anybodys(state.office.office, key)) {
            return unexpected(Reject::already_registered);
        }
    }
    return {};
}

void apply_dgmd_keys(ChainState& state, const DgmdKeys& keys) {
    state.dgmd.retired.push_back(state.dgmd.keys);
    state.dgmd.keys = keys;
    state.dgmd.key = VerifyKey::from_point(keys.signing);
    std::vector<ClusterId> given;
    const auto is_dgmds_note = [&](const HandoverNote& note) {
        return note.by == state.genesis.dgmd;
    };
    for (const auto& [id, cluster] : state.clusters)
        if (std::any_of(cluster.handovers.begin(), cluster.handovers.end(), is_dgmds_note))
            given.push_back(id);
    for (const ClusterId& id : given)
        std::erase_if(state.clusters.edit(id).handovers, is_dgmds_note);
}

Result<void, Reject> check_policy(const WatchPolicy& policy, Height height) {
    if (height == 0) return unexpected(Reject::not_effective);
    if (fault_of(policy)) return unexpected(Reject::out_of_range);
    return {};
}

void apply_policy(ChainState& state, const WatchPolicy& policy, Window earliest) {
    state.policy = {policy, earliest};
}

std::uint32_t policy_room(const ChainState& state, Window running) {
    if (!state.policy) return 0;
    const auto& uses = state.policy_uses;
    const auto used = std::count_if(
        uses.begin(), uses.end(), [&](Window use) { return is_of_the_week(state, use, running); });
    const std::int64_t room = std::int64_t{state.policy->policy.most_per_week} - used;
    return static_cast<std::uint32_t>(std::max<std::int64_t>(room, 0));
}

void note_policy_use(ChainState& state, Window running) {
    std::erase_if(state.policy_uses,
                  [&](Window use) { return !is_of_the_week(state, use, running); });
    state.policy_uses.push_back(running);
}

}  // namespace fairfeed
