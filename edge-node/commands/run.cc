#include "edge-node/commands/run.h"

#include "core/io/log.h"
#include "edge-node/service/node_config.h"
#include "edge-node/service/node_files.h"
#include "edge-node/service/runtime.h"

namespace fairfeed {
namespace {

LogLevel level_of(const std::string& word) {
    if (word == "debug") return LogLevel::debug;
    if (word == "warning") return LogLevel::warning;
    if (word == "error") return LogLevel::error;
    return LogLevel::info;
}

int complain(const std::vector<std::string>& lines, std::ostream& err) {
    for (const std::string& line : lines)
        err << line << '\n';
    return 2;
}

// Faults that begin later are printed, but are no errors yet.
int tell_check(const std::filesystem::path& file, const NodeFiles& files, std::ostream& out,
               std::ostream& err) {
    if (!files.of_time.empty()) return complain(files.of_time, err);
    for (const std::string& line : files.soon)
        out << line << '\n';
    out << file.string() << ": well formed; keys, certificates and genesis are there and fit\n";
    return 0;
}

}  // namespace

int run_run(const RunNodeOptions& options, std::ostream& out, std::ostream& err) {
    auto config = load_node_config(options.config);
    if (!config) return complain(config.error(), err);
    const auto files = check_node_files(*config, Clock().now().real_ms / 1000);
    if (!files) return complain(files.error(), err);
    if (options.check_only) return tell_check(options.config, *files, out, err);
    config->accept_lost_safety_record = options.accept_lost_safety_record;
    set_log_level(level_of(config->log_level));
    const auto status = run_node(*config, files->genesis);
    if (!status) {
        err << "edge-node: " << status.error().reason << '\n';
        return status.error().mistake ? 2 : 1;
    }
    return *status;
}

}  // namespace fairfeed
