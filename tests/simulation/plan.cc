#include "tests/simulation/plan.h"

#include <algorithm>
#include <numeric>

#include "core/model/allocation.h"
#include "core/model/certificate.h"
#include "tests/simulation/committee_plan.h"
#include "tests/simulation/pricing.h"
#include "tests/support/test_network.h"

namespace fairfeed::simulation {
namespace {

bool takes_part(std::size_t cluster, std::size_t node, const Plan& plan) {
    const std::size_t members = std::min<std::size_t>(plan.nodes, kMaxNeighbours + 1);
    return (node + plan.nodes - cluster) % plan.nodes < members;
}

// Each committee of four tolerates one liar, the chain f of them.
bool may_lie(std::size_t node, const Plan& plan) {
    if (!plan.is_honest(node)) return false;
    for (std::size_t cluster = 0; cluster < plan.clusters; ++cluster) {
        if (!takes_part(cluster, node, plan)) continue;
        for (std::size_t other = 0; other < plan.nodes; ++other) {
            if (!plan.is_honest(other) && takes_part(cluster, other, plan)) return false;
        }
    }
    return true;
}

Behaviour draw_behaviour(Dice& dice) {
    return static_cast<Behaviour>(1 + dice.index(kBehaviours - 1));
}

// Draws so many different nodes.
std::vector<std::size_t> draw_nodes(std::size_t wanted, const Plan& plan, Dice& dice) {
    std::vector<std::size_t> all(plan.nodes);
    std::iota(all.begin(), all.end(), 0);
    for (std::size_t i = 0; i < wanted; ++i)
        std::swap(all[i], all[i + dice.index(plan.nodes - i)]);
    all.resize(wanted);
    return all;
}

// Draws as few liars as can give each half of the other nodes a quorum.
void draw_conspiracy(Plan& plan, Dice& dice) {
    const std::size_t nodes = plan.nodes;
    std::size_t wanted = tolerated_faults(nodes) + 1;
    while (wanted + 1 < nodes && wanted + (nodes - wanted) / 2 < quorum(nodes))
        ++wanted;
    for (const std::size_t node : draw_nodes(wanted, plan, dice))
        plan.behaviours[node] = Behaviour::colluding;
    bool side = false;
    for (std::size_t i = 0; i < nodes; ++i) {
        if (plan.is_honest(i)) plan.sides[i] = side = !side;
    }
}

// One node stays honest, as the witness.
void draw_too_many_liars(Plan& plan, Dice& dice) {
    const std::size_t least = tolerated_faults(plan.nodes) + 1;
    if (plan.nodes <= least) return;
    if (dice.chance(500)) return draw_conspiracy(plan, dice);
    const std::size_t wanted = least + dice.index(plan.nodes - least);
    for (const std::size_t node : draw_nodes(wanted, plan, dice))
        plan.behaviours[node] = draw_behaviour(dice);
}

void draw_liars(Plan& plan, Dice& dice) {
    plan.behaviours.assign(plan.nodes, Behaviour::honest);
    for (std::size_t i = 0; i < plan.nodes; ++i)
        plan.sides.push_back(dice.chance(500));
    if (plan.liars == Liars::beyond) return draw_too_many_liars(plan, dice);
    const auto most = static_cast<std::int64_t>(tolerated_faults(plan.nodes));
    const std::int64_t wanted = dice.chance(600) ? most : dice.below(most + 1);
    for (std::int64_t tries = 0, made = 0; tries < 20 && made < wanted; ++tries) {
        const std::size_t node = dice.index(plan.nodes);
        if (!may_lie(node, plan)) continue;
        plan.behaviours[node] = draw_behaviour(dice);
        ++made;
    }
}

// A node that hoards evidence needs a meter that signs twice for it.
void draw_meters(Plan& plan, Dice& dice) {
    const bool some_lie = dice.chance(300);
    for (std::size_t i = 0; i < plan.clusters * plan.meters; ++i) {
        const bool lies = some_lie && dice.chance(500);
        plan.meter_behaviours.push_back(
            lies ? static_cast<MeterBehaviour>(1 + dice.index(kMeterBehaviours - 1))
                 : MeterBehaviour::honest);
    }
    const auto& nodes = plan.behaviours;
    if (std::find(nodes.begin(), nodes.end(), Behaviour::hoarding) != nodes.end()) {
        plan.meter_behaviours.front() = MeterBehaviour::equivocating;
    }
}

Cut draw_cut(const Plan& plan, Dice& dice) {
    Cut cut;
    cut.from_ms = dice.below(plan.calm_ms);
    cut.to_ms = std::min(plan.calm_ms, cut.from_ms + dice.between(200, 6000));
    cut.symmetric = dice.chance(500);
    cut.blocked.assign(plan.nodes, std::vector<bool>(plan.nodes, false));
    std::vector<bool> side;
    for (std::size_t i = 0; i < plan.nodes; ++i)
        side.push_back(dice.chance(500));
    for (std::size_t i = 0; i < plan.nodes; ++i) {
        for (std::size_t j = 0; j < plan.nodes; ++j) {
            cut.blocked[i][j] = cut.symmetric ? side[i] != side[j] : i != j && dice.chance(300);
        }
    }
    return cut;
}

// From ten seconds to centuries, into the future.
std::int64_t draw_leap_ms(Dice& dice) {
    constexpr std::int64_t kDayMs = 86'400'000;
    switch (dice.index(3)) {
        case 0:
            return dice.between(10'000, kDayMs);
        case 1:
            return dice.between(kDayMs, 3 * 365 * kDayMs);
        default:
            return dice.between(3 * 365 * kDayMs, 300 * 365 * kDayMs);
    }
}

// The clock is right, but no time server confirms it.
ClockChange unsynchronised(std::size_t node) {
    ClockChange change;
    change.node = node;
    change.synchronised = false;
    return change;
}

// Any node may have a small error; at most f nodes may be far off. Sometimes no other node knows
// the time well enough to contradict them.
void draw_clocks(Plan& plan, Dice& dice) {
    const bool far = tolerated_faults(plan.nodes) > 0 && dice.chance(300);
    const std::size_t lost = dice.index(plan.nodes);
    for (std::int64_t changes = dice.below(5); changes > 0; --changes) {
        ClockChange change;
        change.node = dice.index(plan.nodes);
        change.at_ms = dice.below(plan.calm_ms);
        change.offset_ms = dice.between(-1500, 1500);
        change.drift_ppm = dice.between(-20'000, 20'000);
        change.synchronised = !dice.chance(300);
        plan.clocks.push_back(change);
    }
    if (!far) return;
    const bool alone = dice.chance(300);
    for (std::size_t node = 0; alone && node < plan.nodes; ++node) {
        if (node != lost) plan.clocks.push_back(unsynchronised(node));
    }
    ClockChange change;
    change.node = lost;
    change.at_ms = dice.below(plan.calm_ms);
    change.since_1970 = dice.chance(500);
    change.offset_ms = draw_leap_ms(dice);
    change.synchronised = !change.since_1970 && (alone || dice.chance(500));
    plan.clocks.push_back(change);
}

// The newcomer is cut off wherever the first node is.
void draw_newcomer(Plan& plan, Dice& dice) {
    const auto honest = static_cast<std::size_t>(
        std::count(plan.behaviours.begin(), plan.behaviours.end(), Behaviour::honest));
    if (honest < quorum(plan.nodes + 1)) return;
    Newcomer newcomer;
    newcomer.boots_ms = dice.below(plan.calm_ms);
    newcomer.registered_ms = dice.below(plan.calm_ms);
    const bool may_go = plan.nodes >= kFewestAfterRevocation;
    if (may_go && dice.chance(500)) newcomer.revoked_ms = dice.below(2 * plan.calm_ms);
    plan.newcomer = newcomer;
    plan.behaviours.push_back(Behaviour::honest);
    plan.sides.push_back(plan.sides.front());
    for (Cut& cut : plan.cuts) {
        for (auto& from : cut.blocked)
            from.push_back(from.front());
        cut.blocked.push_back(cut.blocked.front());
    }
}

// Each meter's certificate changes at most once, and no two meters get the same capacity.
void draw_capacities(Plan& plan, Dice& dice) {
    const std::size_t meters = plan.clusters * plan.meters;
    for (std::size_t meter = 0; meter < meters; ++meter) {
        if (!dice.chance(500)) continue;
        CapacityNotice notice;
        notice.at_ms = dice.below(plan.calm_ms);
        notice.meter = meter;
        notice.capacity_w =
            dice.chance(200) ? 0 : 2000 + 100 * static_cast<std::int64_t>(dice.index(60));
        plan.capacities.push_back(notice);
    }
    std::sort(plan.capacities.begin(), plan.capacities.end(),
              [](const auto& a, const auto& b) { return a.at_ms < b.at_ms; });
}

// Draws the number of homes and windows. Many small runs find more than few large ones.
void draw_size(Plan& plan, Dice& dice) {
    plan.clusters = std::min<std::size_t>(plan.nodes, dice.chance(300) ? 2 : 1);
    plan.meters = dice.chance(300) ? 2 : 1;
    plan.windows = static_cast<Window>(dice.chance(250) ? 4 : dice.between(2, 3));
    if (dice.chance(30)) {
        plan.clusters = std::min<std::size_t>(plan.nodes, 3);
        plan.meters = static_cast<std::size_t>(dice.between(3, 8));
    } else if (dice.chance(120)) {
        plan.windows = static_cast<Window>(dice.between(4, 7));
        plan.close_after = static_cast<Window>(dice.between(1, 3));
    }
}

// Half of the runs share as the paper does. A forecast needs days: three windows make one, and the
// shares of window 3 are the first that come from it.
void draw_sharing(Plan& plan, Dice dice) {
    if (dice.chance(500)) return;
    plan.sharing.rule = static_cast<ShareRule>(dice.between(1, 3));
    plan.sharing.basis = static_cast<ShareBasis>(dice.between(1, 3));
    plan.sharing.resolution = static_cast<ShareResolution>(dice.between(1, 2));
    if (plan.sharing.basis != ShareBasis::expected) return;
    plan.sharing.window_seconds = 28'800;
    plan.windows = std::max(plan.windows, static_cast<Window>(dice.between(4, 7)));
}

// Dice of its own: plans without an office that misbehaves are what they were.
void draw_office(Plan& plan, Dice dice) {
    if (plan.nodes < 2 || plan.liars != Liars::tolerated || !dice.chance(120)) return;
    plan.office = static_cast<OfficeBehaviour>(1 + dice.index(kOfficeBehaviours - 1));
}

}  // namespace

bool Plan::has_liars() const {
    const auto lies = [](auto behaviour) { return behaviour != decltype(behaviour)::honest; };
    return std::any_of(behaviours.begin(), behaviours.end(), lies) ||
           std::any_of(meter_behaviours.begin(), meter_behaviours.end(), lies);
}

std::set<std::string> Plan::suspects(const std::vector<NodeId>& node_names,
                                     const std::vector<MeterId>& meter_names) const {
    std::set<std::string> names;
    for (std::size_t i = 0; i < nodes; ++i) {
        const Behaviour behaviour = behaviours[i];
        if (is_double(i) || behaviour == Behaviour::equivocating ||
            behaviour == Behaviour::double_batching) {
            names.insert(node_names[i].str());
        }
    }
    for (std::size_t i = 0; i < meter_behaviours.size(); ++i) {
        if (meter_behaviours[i] == MeterBehaviour::equivocating) names.insert(meter_names[i].str());
    }
    return names;
}

Plan draw_plan(std::uint64_t seed, std::size_t nodes, Liars liars) {
    Dice dice(seed * 0x9e3779b97f4a7c15U + nodes);
    Plan plan;
    plan.nodes = nodes;
    plan.liars = liars;
    draw_size(plan, dice);
    auto change_dice = dice_of_changes(seed, nodes);
    if (change_dice) draw_course_of_changes(plan, *change_dice);
    draw_sharing(plan, Dice(seed * 0xd1b54a32d192ed03U + nodes));
    draw_pricing(plan, Dice(seed * 0xf9bb5cc4c895e4adU + nodes));
    // The last window ends in the calm phase, so each cluster must settle it despite all earlier
    // faults.
    plan.calm_ms = dice.between(2000, plan.windows * kWindowMs - 200);
    plan.loss_permille = dice.chance(300) ? 0 : dice.below(501);
    plan.repeat_permille = dice.chance(500) ? 0 : dice.below(200);
    plan.slow_permille = dice.chance(500) ? 0 : dice.below(100);
    plan.crash_permille = dice.chance(400) ? 0 : dice.between(1, 30);
    plan.late_meter_permille = dice.chance(500) ? 0 : dice.below(500);
    plan.writes_first = dice.chance(500);
    plan.idle_ms = dice.chance(100) ? 10'000 : 0;
    draw_liars(plan, dice);
    draw_meters(plan, dice);
    const auto lied_to =
        std::count(plan.behaviours.begin(), plan.behaviours.end(), Behaviour::lying_disk);
    if (lied_to > 0) plan.crash_permille = std::max<std::int64_t>(plan.crash_permille, 15);
    for (std::int64_t cuts = dice.below(3); cuts > 0 && nodes > 1; --cuts)
        plan.cuts.push_back(draw_cut(plan, dice));
    for (std::int64_t outages = dice.below(3); outages > 0; --outages) {
        const std::int64_t from_ms = dice.below(plan.calm_ms);
        const std::int64_t to_ms = std::min(plan.calm_ms, from_ms + dice.between(100, 4000));
        plan.outages.push_back({dice.index(nodes), from_ms, to_ms});
    }
    if (dice.chance(500)) draw_clocks(plan, dice);
    if (dice.chance(200)) plan.blackout_ms = dice.below(plan.calm_ms);
    if (liars == Liars::tolerated && dice.chance(250)) draw_newcomer(plan, dice);
    // DGMD's transactions go through a node's broker, so another node must receive them.
    if (nodes > 1 && dice.chance(200)) draw_capacities(plan, dice);
    if (change_dice) draw_changes(plan, *change_dice);
    draw_office(plan, Dice(seed * 0x8cb92ba72f3d8dd7U + nodes));
    return plan;
}

}  // namespace fairfeed::simulation
