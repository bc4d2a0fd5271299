#include "tests/simulation/committee_plan.h"

#include <algorithm>
#include <numeric>

#include "core/model/allocation.h"
#include "tests/support/test_network.h"

namespace fairfeed::simulation {
namespace {

using Members = std::vector<std::size_t>;

constexpr std::size_t kFull = kMaxNeighbours + 1;

Members members_in_genesis(std::size_t cluster, const Plan& plan) {
    Members members;
    for (std::size_t i = 0; i < std::min(plan.members, plan.nodes); ++i)
        members.push_back((cluster + i) % plan.nodes);
    return members;
}

bool has(const Members& members, std::size_t node) {
    return std::find(members.begin(), members.end(), node) != members.end();
}

std::size_t liars_in(const Members& members, const Plan& plan) {
    return static_cast<std::size_t>(std::count_if(
        members.begin(), members.end(),
        [&](std::size_t node) { return !plan.is_newcomer(node) && !plan.is_honest(node); }));
}

// Everything that these members can certify is true; they may be unable to certify anything.
bool is_harmless(const Members& members, const Plan& plan) {
    if (plan.liars == Liars::beyond) return true;
    const std::size_t liars = liars_in(members, plan);
    return liars == 0 || (liars == 1 && members.size() > 1);
}

void shuffle(Members& members, Dice& dice) {
    for (std::size_t i = members.size(); i > 1; --i)
        std::swap(members[i - 1], members[dice.index(i)]);
}

// The nodes that may be given a cluster, among them a newcomer that is not revoked later.
Members eligible(const Plan& plan) {
    Members all(plan.nodes);
    std::iota(all.begin(), all.end(), 0);
    if (plan.newcomer && !plan.newcomer->revoked_ms) all.push_back(plan.nodes);
    return all;
}

Members any_of(Members all, Dice& dice) {
    shuffle(all, dice);
    all.resize(1 + dice.index(std::min(kFull, all.size())));
    return all;
}

// One member is replaced by another node; it may be the parent.
Members with_one_changed(Members before, const Members& others, Dice& dice) {
    before[dice.chance(400) ? 0 : dice.index(before.size())] = others[dice.index(others.size())];
    return before;
}

Members draw_members(const Members& before, const Plan& plan, Dice& dice) {
    const Members all = eligible(plan);
    Members others;
    for (const std::size_t node : all)
        if (!has(before, node)) others.push_back(node);
    switch (others.empty() ? 2 : dice.index(3)) {
        case 0:
            return with_one_changed(before, others, dice);
        case 1:
            return any_of(others, dice);
        default:
            return any_of(all, dice);
    }
}

// Falls back to honest members alone if the dice find no others.
Members draw_fit_members(const Members& before, bool last, const Plan& plan, Dice& dice) {
    for (int tries = 0; tries < 20; ++tries) {
        Members members = draw_members(before, plan, dice);
        const bool fit = is_harmless(members, plan) && (!last || can_settle(members, plan));
        if (fit && members != before) return members;
    }
    Members honest;
    for (std::size_t node = 0; node < plan.nodes; ++node)
        if (plan.is_honest(node)) honest.push_back(node);
    shuffle(honest, dice);
    honest.resize(std::min(kFull, honest.size()));
    return honest;
}

void draw_changes_of(std::size_t cluster, Plan& plan, Dice& dice) {
    const std::int64_t latest_ms =
        std::min(plan.calm_ms, (std::int64_t{plan.windows} - 2) * kWindowMs);
    std::vector<std::int64_t> times;
    for (std::int64_t changes = dice.between(1, 3); changes > 0; --changes)
        times.push_back(dice.below(std::max<std::int64_t>(1, latest_ms)));
    std::sort(times.begin(), times.end());
    Members members = members_in_genesis(cluster, plan);
    for (std::size_t i = 0; i < times.size(); ++i) {
        CommitteeChange change;
        change.at_ms = times[i];
        change.cluster = cluster;
        change.ahead = static_cast<Window>(dice.between(1, 2));
        members = draw_fit_members(members, i + 1 == times.size(), plan, dice);
        change.members = members;
        plan.committees.push_back(std::move(change));
    }
}

// Some liars lie about handovers only.
void draw_misleading(Plan& plan, Dice& dice) {
    for (std::size_t node = 0; node < plan.nodes; ++node) {
        if (!plan.is_honest(node) && !plan.is_double(node) && dice.chance(300))
            plan.behaviours[node] = Behaviour::misleading;
    }
}

}  // namespace

std::optional<Dice> dice_of_changes(std::uint64_t seed, std::size_t nodes) {
    Dice dice((seed ^ 0xc0117ee5U) * 0xd1b54a32d192ed03U + nodes);
    if (nodes < 2 || !dice.chance(250)) return std::nullopt;
    return dice;
}

void draw_course_of_changes(Plan& plan, Dice& dice) {
    plan.windows = std::max<Window>(plan.windows, static_cast<Window>(dice.between(3, 6)));
    if (dice.chance(700)) plan.members = 1 + dice.index(kFull);
}

void draw_changes(Plan& plan, Dice& dice) {
    draw_misleading(plan, dice);
    for (std::size_t cluster = 0; cluster < plan.clusters; ++cluster) {
        while (plan.members < kFull && !is_harmless(members_in_genesis(cluster, plan), plan))
            ++plan.members;
    }
    for (std::size_t cluster = 0; cluster < plan.clusters; ++cluster) {
        const bool stands = !can_settle(members_in_genesis(cluster, plan), plan);
        if (cluster == 0 || stands || dice.chance(600)) draw_changes_of(cluster, plan, dice);
    }
    std::stable_sort(plan.committees.begin(), plan.committees.end(),
                     [](const auto& a, const auto& b) { return a.at_ms < b.at_ms; });
}

bool can_settle(const Members& members, const Plan& plan) {
    return plan.liars == Liars::beyond || liars_in(members, plan) == 0 ||
           (members.size() == kFull && liars_in(members, plan) == 1);
}

std::string describe_changes(const Plan& plan) {
    std::string out;
    for (const CommitteeChange& change : plan.committees) {
        out += ", " + test::TestNetwork::cluster(change.cluster + 1).str() + " from " +
               std::to_string(change.at_ms) + " ms on to";
        for (const std::size_t node : change.members)
            out += ' ' + test::TestNetwork::node(node + 1).str();
    }
    return out;
}

}  // namespace fairfeed::simulation
