// A plan in words: the names of behaviours, and the line that `simulate` prints of a plan.
#include "tests/simulation/committee_plan.h"
#include "tests/simulation/plan.h"
#include "tests/support/test_network.h"

namespace fairfeed::simulation {

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
        case Behaviour::boasting:
            return "boasting";
        case Behaviour::inventing:
            return "inventing";
        case Behaviour::hoarding:
            return "hoarding";
        case Behaviour::colluding:
            return "colluding";
        case Behaviour::misleading:
            return "misleading";
    }
    return "?";
}

std::string_view to_string(OfficeBehaviour behaviour) {
    switch (behaviour) {
        case OfficeBehaviour::honest:
            return "honest office";
        case OfficeBehaviour::clumsy:
            return "clumsy office";
        case OfficeBehaviour::robbed:
            return "robbed office";
        case OfficeBehaviour::captured:
            return "captured office";
        case OfficeBehaviour::entrusted:
            return "entrusted gateway";
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
        case MeterBehaviour::overclaiming:
            return "overclaiming meter";
        case MeterBehaviour::withholding:
            return "withholding meter";
        case MeterBehaviour::tampered:
            return "tampered meter";
    }
    return "?";
}

std::string describe(const Plan& plan) {
    const auto field = [](std::string_view name, auto value) {
        return " " + std::string(name) + "=" + std::to_string(value);
    };
    std::string out =
        "plan" + field("nodes", plan.nodes) + field("clusters", plan.clusters) +
        field("meters", plan.meters) + field("members", plan.members) +
        field("windows", plan.windows) + field("close_after", plan.close_after) +
        field("capacities", plan.capacities.size()) + field("calm_ms", plan.calm_ms) +
        field("loss_permille", plan.loss_permille) +
        field("repeat_permille", plan.repeat_permille) +
        field("slow_permille", plan.slow_permille) + field("crash_permille", plan.crash_permille) +
        field("late_meter_permille", plan.late_meter_permille) +
        field("writes_first", plan.writes_first) + field("cuts", plan.cuts.size()) +
        field("outages", plan.outages.size()) + field("clocks", plan.clocks.size()) +
        field("blackout_ms", plan.blackout_ms.value_or(-1)) + field("idle_ms", plan.idle_ms);
    if (plan.sharing != Sharing{}) {
        for (const std::string_view word :
             {to_string(plan.sharing.rule), to_string(plan.sharing.basis),
              to_string(plan.sharing.resolution)})
            out += " " + std::string(word);
    }
    if (plan.pricing.variant > 0) {
        out += ", bands:" + field("variant", plan.pricing.variant) +
               field("new_week", plan.pricing.new_week) +
               field("corrected", plan.pricing.is_corrected);
    }
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
    out += describe_changes(plan);
    if (plan.office != OfficeBehaviour::honest) out += ", " + std::string(to_string(plan.office));
    for (const MeterBehaviour behaviour : plan.meter_behaviours) {
        if (behaviour == MeterBehaviour::honest) continue;
        out += ", ";
        out += to_string(behaviour);
    }
    return out;
}

}  // namespace fairfeed::simulation
