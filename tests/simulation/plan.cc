#include "tests/simulation/plan.h"

#include <algorithm>
#include <numeric>

#include "core/model/allocation.h"
#include "core/model/certificate.h"
#include "tests/support/test_network.h"

namespace fairfeed::simulation {
namespace {

bool takes_part(std::size_t cluster, std::size_t node, const Plan& plan) {
    const std::size_t members = std::min<std::size_t>(plan.nodes, kMaxNeighbours + 1);
    return (node + plan.nodes - cluster) % plan.nodes < members;
}

// Each committee of four stands one liar, the chain f of them.
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

// So many different nodes.
std::vector<std::size_t> draw_nodes(std::size_t wanted, const Plan& plan, Dice& dice) {
    std::vector<std::size_t> all(plan.nodes);
    std::iota(all.begin(), all.end(), 0);
    for (std::size_t i = 0; i < wanted; ++i)
        std::swap(all[i], all[i + dice.index(plan.nodes - i)]);
    all.resize(wanted);
    return all;
}

// As few as can give each half of the others a quorum of its own.
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

// One node stays honest, to be the witness.
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

void draw_meters(Plan& plan, Dice& dice) {
    const bool some_lie = dice.chance(300);
    for (std::size_t i = 0; i < plan.clusters * plan.meters; ++i) {
        const bool lies = some_lie && dice.chance(500);
        plan.meter_behaviours.push_back(
            lies ? static_cast<MeterBehaviour>(1 + dice.index(kMeterBehaviours - 1))
                 : MeterBehaviour::honest);
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

// Small errors befall anybody; only f nodes may be far off.
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
    ClockChange change;
    change.node = lost;
    change.at_ms = dice.below(plan.calm_ms);
    change.since_1970 = dice.chance(500);
    change.offset_ms = dice.between(10'000, 86'400'000);
    change.synchronised = !change.since_1970 && dice.chance(500);
    plan.clocks.push_back(change);
}

// It is cut off where the first node is.
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

}  // namespace

bool Plan::has_liars() const {
    const auto lies = [](auto behaviour) { return behaviour != decltype(behaviour)::honest; };
    return std::any_of(behaviours.begin(), behaviours.end(), lies) ||
           std::any_of(meter_behaviours.begin(), meter_behaviours.end(), lies);
}

std::string_view to_string(Behaviour behaviour) {
    switch (behaviour) {
        case Behaviour::honest:
            return "honest";
        case Behaviour::silent:
            return "silent";
        case Behaviour::equivocating:
            return "equivocating";
        case Behaviour::twins:
            return "twins";
        case Behaviour::withholding:
            return "withholding";
        case Behaviour::forging:
            return "forging";
        case Behaviour::omitting:
            return "omitting";
        case Behaviour::double_batching:
            return "double-batching";
        case Behaviour::replaying:
            return "replaying";
        case Behaviour::lying_disk:
            return "lying disk";
        case Behaviour::colluding:
            return "colluding";
    }
    return "?";
}

std::string_view to_string(MeterBehaviour behaviour) {
    switch (behaviour) {
        case MeterBehaviour::honest:
            return "honest meter";
        case MeterBehaviour::equivocating:
            return "equivocating meter";
        case MeterBehaviour::replaying:
            return "replaying meter";
        case MeterBehaviour::time_travelling:
            return "time-travelling meter";
    }
    return "?";
}

Plan draw_plan(std::uint64_t seed, std::size_t nodes, Liars liars) {
    Dice dice(seed * 0x9e3779b97f4a7c15U + nodes);
    Plan plan;
    plan.nodes = nodes;
    plan.liars = liars;
    // Many small runs find more than few large ones.
    plan.clusters = std::min<std::size_t>(nodes, dice.chance(300) ? 2 : 1);
    plan.meters = dice.chance(300) ? 2 : 1;
    plan.windows = static_cast<Window>(dice.chance(250) ? 3 : dice.between(1, 2));
    plan.calm_ms = dice.between(2000, (plan.windows + 1) * kWindowMs);
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
    return plan;
}

std::string describe(const Plan& plan) {
    const auto field = [](std::string_view name, auto value) {
        return " " + std::string(name) + "=" + std::to_string(value);
    };
    std::string out =
        "plan" + field("nodes", plan.nodes) + field("clusters", plan.clusters) +
        field("meters", plan.meters) + field("windows", plan.windows) +
        field("calm_ms", plan.calm_ms) + field("loss_permille", plan.loss_permille) +
        field("repeat_permille", plan.repeat_permille) +
        field("slow_permille", plan.slow_permille) + field("crash_permille", plan.crash_permille) +
        field("late_meter_permille", plan.late_meter_permille) +
        field("writes_first", plan.writes_first) + field("cuts", plan.cuts.size()) +
        field("outages", plan.outages.size()) + field("clocks", plan.clocks.size()) +
        field("blackout_ms", plan.blackout_ms.value_or(-1)) + field("idle_ms", plan.idle_ms);
    for (std::size_t i = 0; i < plan.nodes; ++i) {
        if (plan.is_honest(i)) continue;
        out += ", " + test::TestNetwork::node(i + 1).str() + " is ";
        out += to_string(plan.behaviours[i]);
    }
    if (plan.newcomer) {
        out += ", a newcomer:" + field("boots_ms", plan.newcomer->boots_ms) +
               field("registered_ms", plan.newcomer->registered_ms) +
               field("revoked_ms", plan.newcomer->revoked_ms.value_or(-1));
    }
    for (const MeterBehaviour behaviour : plan.meter_behaviours) {
        if (behaviour == MeterBehaviour::honest) continue;
        out += ", ";
        out += to_string(behaviour);
    }
    return out;
}

}  // namespace fairfeed::simulation
