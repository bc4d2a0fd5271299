#include "meter-sim/commands/status.h"

#include <string>
#include <vector>

#include "core/base/utc_text.h"
#include "core/io/clock.h"
#include "core/io/status_file.h"
#include "meter-sim/sim_config.h"

namespace fairfeed {

namespace {

std::string number(const Json& json) {
    const std::int64_t* value = json.as_int();
    return value == nullptr ? "?" : std::to_string(*value);
}

std::vector<std::string> alarms_of(const FoundStatus& found) {
    std::vector<std::string> out;
    const Json::Array* alarms = found.facts.at("alarms").as_array();
    if (alarms == nullptr) return out;
    for (const Json& alarm : *alarms)
        if (const std::string* words = alarm.as_text()) out.push_back(*words);
    return out;
}

void print_page(const FoundStatus& found, std::ostream& out) {
    const Json& facts = found.facts;
    out << number(facts.at("meters")) << " meters: " << liveness(found) << "; written "
        << span_text(found.age_ms) << " ago to " << found.file.string() << '\n'
        << (found.is_current() ? "  " : "  said last: ") << number(facts.at("connections").at("up"))
        << " of " << number(facts.at("connections").at("wanted")) << " connections, "
        << number(facts.at("sent")) << " readings sent, " << number(facts.at("receipted"))
        << " receipted, " << number(facts.at("pending")) << " pending\n";
    if (const std::string* waiting = facts.at("waiting").as_text())
        out << "  waiting: " << *waiting << '\n';
    for (const std::string& alarm : alarms_of(found))
        out << "  alarm: " << alarm << '\n';
}

}  // namespace

int run_status(const FleetStatusOptions& options, std::ostream& out, std::ostream& err) {
    const auto config = load_sim_config(options.config);
    if (!config) {
        for (const std::string& line : config.error())
            err << line << '\n';
        return 2;
    }
    const std::filesystem::path file =
        config->status_file.empty() ? find_status_file(kMetersRuntimeName) : config->status_file;
    const auto found = read_status(file, Clock().now().real_ms);
    if (!found) {
        err << found.error().message
            << ": have these meters ever run on this machine since it started?\n";
        return 2;
    }
    if (options.json)
        out << found->for_programs().dump(2) << '\n';
    else
        print_page(*found, out);
    const bool waits = found->facts.at("waiting").as_text() != nullptr;
    return found->is_current() && !waits && alarms_of(*found).empty() ? 0 : 1;
}

}  // namespace fairfeed
