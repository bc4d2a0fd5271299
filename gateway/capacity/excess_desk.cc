#include "gateway/capacity/excess_desk.h"

#include <algorithm>
#include <set>

#include "core/state/capacity_rules.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

// The newest k windows that are evidence under the policy.
std::vector<Window> evidence_of(const CapacityExceeded& excess, const PolicyInForce& policy) {
    std::vector<Window> windows;
    for (const PeakReport& report : excess.windows)
        if (report.window >= policy.from) windows.push_back(report.window);
    const std::size_t wanted = policy.policy.limits.windows_exceeded;
    if (windows.size() > wanted)
        windows.erase(windows.begin(), windows.end() - static_cast<std::ptrdiff_t>(wanted));
    return windows;
}

}  // namespace

void ExcessDesk::add(CapacityExceeded excess) {
    const MeterId meter = excess.meter;
    open_.insert_or_assign(meter, OpenExcess{std::move(excess), 0, 0});
}

// In the window after the next at the earliest, so that a block of the next one takes it, too.
std::optional<Transaction> ExcessDesk::by_policy(const CapacityExceeded& excess,
                                                 const ExcessGround& ground,
                                                 std::uint64_t sequence) {
    const auto& policy = ground.state.policy;
    if (!policy || policy->policy.most_per_week == 0 || ground.running > UINT32_MAX - 2) {
        return std::nullopt;
    }
    const Deauthorisation content{.sequence = sequence,
                                  .meter = excess.meter,
                                  .reason = DeauthorisationReason::over_capacity,
                                  .effective = ground.running + 2,
                                  .evidence = evidence_of(excess, *policy),
                                  .policy = policy->policy.sequence};
    const NoticeTime time{ground.running + 1, ground.running, ground.state.height + 1};
    if (!check_deauthorisation(ground.state, content, time)) return std::nullopt;
    return make_notice(content, ground.running + 1, ground.dgmd, ground.state.network, ground.key);
}

ExcessDesk::ExcessOutcome ExcessDesk::act(const ExcessGround& ground) {
    ExcessOutcome out;
    const ChainState& state = ground.state;
    std::erase_if(open_, [&](const auto& each) {
        const auto* meter = state.meters.find(each.first);
        return meter == nullptr || meter->deauthorised;
    });
    const auto waits = [&](const OpenExcess& each) {
        return each.sequence > state.dgmd_sequence && ground.running <= each.valid_until;
    };
    // Nodes take the numbers one after the other, so a gap before a waiting one is filled first.
    std::set<std::uint64_t> waiting;
    for (const auto& [meter, each] : open_)
        if (waits(each)) waiting.insert(each.sequence);
    const auto lowest_free = [&] {
        std::uint64_t number = state.dgmd_sequence + 1;
        while (waiting.contains(number))
            ++number;
        return number;
    };
    for (auto each = open_.begin(); each != open_.end();) {
        OpenExcess& open = each->second;
        if (waits(open)) {
            ++each;
            continue;
        }
        const std::uint64_t number = lowest_free();
        if (auto notice = by_policy(open.excess, ground, number)) {
            open.sequence = number;
            waiting.insert(number);
            open.valid_until = notice->valid_until;
            out.submit.push_back(std::move(*notice));
            ++each;
            continue;
        }
        const DeauthorisationGround of_draft{state, ground.running, ground.draft_until};
        out.drafts.emplace_back(
            open.excess, deauthorisation_draft(open.excess, of_draft, ground.dgmd, ground.key));
        each = open_.erase(each);
    }
    return out;
}

}  // namespace fairfeed
