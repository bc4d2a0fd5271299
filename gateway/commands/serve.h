// `gateway serve`, the office's service, and what stands beside it: `gateway status`, how it is,
// and `gateway rebuild`, which makes the read model again from the ledger. main.cc owns the command
// line.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairfeed {

struct ServeOptions {
    std::filesystem::path config;
    bool check_only = false;  // dial nobody: only say whether the files are right
};
struct GatewayStatusOptions {
    std::filesystem::path config;
    bool json = false;
};
struct RebuildOptions {
    std::filesystem::path config;
    bool json = false;
};

// Until a stop signal: 0. 1: disk or database failed. 2: wrong input.
[[nodiscard]] int run_serve(const ServeOptions& options, std::ostream& out, std::ostream& err);
// 0: it runs, and there is no alarm. 1: it does not, or there is one. 2: wrong input.
[[nodiscard]] int run_gateway_status(const GatewayStatusOptions& options, std::ostream& out,
                                     std::ostream& err);
// 1: disk or database failed. 2: wrong input, or the service runs. Progress goes to `err`.
[[nodiscard]] int run_rebuild(const RebuildOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
