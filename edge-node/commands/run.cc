#include "edge-node/commands/run.h"

#include "core/io/log.h"
#include "edge-node/node_config.h"
#include "edge-node/runtime.h"

namespace fairfeed {
namespace {

LogLevel level_of(const std::string& word) {
    if (word == "debug") return LogLevel::debug;
    if (word == "warning") return LogLevel::warning;
    if (word == "error") return LogLevel::error;
    return LogLevel::info;
}

}  // namespace

int run_run(const RunNodeOptions& options, std::ostream& out, std::ostream& err) {
    auto config = load_node_config(options.config);
    if (!config) {
        for (const std::string& line : config.error())
            err << line << '\n';
        return 2;
    }
    if (options.check_only) {
        out << options.config.string() << ": well formed\n";
        return 0;
    }
    config->accept_lost_safety_record = options.accept_lost_safety_record;
    set_log_level(level_of(config->log_level));
    const auto status = run_node(*config);
    if (!status) {
        err << "edge-node: " << status.error().reason << '\n';
        return status.error().mistake ? 2 : 1;
    }
    return *status;
}

}  // namespace fairfeed
