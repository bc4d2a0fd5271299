#include <ostream>

#include "core/io/json.h"
#include "core/ledger/replay.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/show.h"

namespace fairfeed {
namespace {

Json people_json(const std::vector<Signatory>& people) {
    Json out = Json::array();
    for (const Signatory& each : people)
        out.push(Json::object().set("name", each.name.str()).set("key", to_hex(each.key.view())));
    return out;
}

Json command_json(const MeterCommand& command) {
    return Json::object()
        .set("meter", command.meter.str())
        .set("sequence", command.sequence)
        .set("order", to_string(command.order))
        .set("reason", to_string(command.reason))
        .set("effective", command.effective)
        .set("expires", command.expires)
        .set("service_hours", command.service_hours);
}

Json policy_json(const ChainState& state) {
    const WatchLimits limits = state.watch_limits();
    return Json::object()
        .set("sequence", state.policy ? Json(state.policy->policy.sequence) : Json())
        .set("warn_percent", limits.warn_percent)
        .set("exceed_percent", limits.exceed_percent)
        .set("windows", limits.windows_exceeded)
        .set("of_windows", limits.of_windows)
        .set("most_per_week", state.policy ? state.policy->policy.most_per_week : 0U);
}

Json to_json(const ChainState& state) {
    const Office& office = state.office.office;
    Json deauthorised = Json::array();
    for (const auto& [id, meter] : state.meters) {
        if (!meter.deauthorised) continue;
        deauthorised.push(Json::object()
                              .set("meter", id.str())
                              .set("from", meter.deauthorised->from)
                              .set("reason", to_string(meter.deauthorised->reason))
                              .set("by_policy", meter.deauthorised->by_policy));
    }
    Json commands = Json::array();
    for (const auto& [id, meter] : state.meters)
        if (meter.command) commands.push(command_json(*meter.command));
    return Json::object()
        .set("network", to_hex(state.network.view()))
        .set("height", state.height)
        .set("sequence", state.dgmd_sequence)
        .set("promise", promise_of(office))
        .set("threshold", office.threshold)
        .set("laboratory_only", is_decided_alone(office))
        .set("officers", people_json(office.officers))
        .set("inspectors", people_json(office.inspectors))
        .set("dgmd_key", to_hex(state.dgmd.keys.signing.view()))
        .set("dgmd_keys_before", state.dgmd.retired.size())
        .set("policy", policy_json(state))
        .set("deauthorised", std::move(deauthorised))
        .set("commands", std::move(commands));
}

// The first bytes of a key tell two people of one name apart.
std::string key_text(const PublicKey& key) {
    constexpr std::size_t kShown = 8;
    return to_hex(key.view().subspan(1, kShown)) + "...";
}

void print_page(const ChainState& state, std::ostream& out) {
    const Office& office = state.office.office;
    out << promise_of(office) << "; " << state.dgmd_sequence << " notices so far\n";
    Table people("lll");
    people.add({"name", "is", "public key"});
    for (const Signatory& each : office.officers)
        people.add({each.name.str(), "officer", key_text(each.key)});
    for (const Signatory& each : office.inspectors)
        people.add({each.name.str(), "inspector", key_text(each.key)});
    people.print(out);
    out << "DGMD's key is " << key_text(state.dgmd.keys.signing) << "; it had "
        << state.dgmd.retired.size() << " before\n"
        << "a capacity is exceeded by a peak " << excess_words(state.watch_limits()) << "; "
        << promise_of(state.policy ? state.policy->policy : WatchPolicy{}) << '\n';
    for (const auto& [id, meter] : state.meters) {
        if (!meter.deauthorised) continue;
        out << id.str() << " is deauthorised from window " << meter.deauthorised->from << " on ("
            << to_string(meter.deauthorised->reason) << "), until "
            << (meter.deauthorised->by_policy
                    ? "officers give the capacity back: DGMD alone said so"
                    : "it is inspected again")
            << '\n';
    }
    for (const auto& [id, meter] : state.meters) {
        if (!meter.command) continue;
        out << id.str() << " was last told: " << to_string(meter.command->order) << " ("
            << to_string(meter.command->reason) << "), in windows " << meter.command->effective
            << " to " << meter.command->expires << '\n';
    }
}

}  // namespace

int run_show_office(const ShowOfficeOptions& options, std::ostream& out, std::ostream& err) {
    const auto opened = open_ledger(options.source, KeyUse::none);
    if (!opened) return report_input_errors(opened.error(), err);
    const auto state =
        replay(opened->ledger, opened->genesis, {.trust_signatures = true, .keep_before = false},
               [](const ReplayStep&) { return Result<void, ReplayFault>(); });
    if (!state) {
        err << opened->file.string() << ": height " << state.error().height << ": "
            << state.error().explanation << '\n';
        return kExitFault;
    }
    if (options.json) {
        out << to_json(*state).dump(2) << '\n';
    } else {
        print_page(*state, out);
    }
    return kExitOk;
}

}  // namespace fairfeed
