#include "edge-node/commands/status.h"

#include "core/base/utc_text.h"
#include "core/io/clock.h"
#include "core/io/status_file.h"
#include "edge-node/commands/opened_ledger.h"
#include "edge-node/service/node_config.h"

namespace fairfeed {
namespace {

std::string text_of(const Json& facts, std::string_view key) {
    const std::string* text = facts.at(key).as_text();
    return text == nullptr ? "" : *text;
}

bool has_alarms(const FoundStatus& found) {
    const Json::Array* alarms = found.facts.at("alarms").as_array();
    return alarms != nullptr && !alarms->empty();
}

void print_page(const FoundStatus& found, std::ostream& out) {
    out << text_of(found.facts, "node") << ' ' << liveness(found) << "; written "
        << span_text(found.age_ms) << " ago to " << found.file.string() << '\n';
    out << (found.is_current() ? "  " : "  said last: ") << text_of(found.facts, "line") << '\n';
    if (const std::string office = text_of(found.facts.at("office"), "promise"); !office.empty())
        out << "  office: " << office << '\n';
    if (!has_alarms(found)) return;
    for (const Json& alarm : *found.facts.at("alarms").as_array())
        out << "  alarm: " << (alarm.as_text() == nullptr ? "" : *alarm.as_text()) << '\n';
}

}  // namespace

int run_status(const StatusOptions& options, std::ostream& out, std::ostream& err) {
    const auto config = load_node_config(options.config);
    if (!config) return report_input_errors(config.error(), err);
    const std::filesystem::path file = config->status_file.empty()
                                           ? find_status_file(runtime_name(config->node))
                                           : config->status_file;
    auto found = read_status(file, Clock().now().real_ms);
    if (!found) {
        err << found.error().message << ": has " << config->node.str()
            << " ever run on this machine since it started?\n";
        return kExitUsage;
    }
    if (options.json) {
        out << found->for_programs().dump(2) << '\n';
    } else {
        print_page(*found, out);
    }
    return found->is_current() && !has_alarms(*found) ? kExitOk : kExitFault;
}

}  // namespace fairfeed
