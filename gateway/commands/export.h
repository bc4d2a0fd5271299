// `gateway export`: tables of the read model for the tools that people already use, a row for each
// line. Only reads; `gateway serve` may run meanwhile. main.cc owns the command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <ostream>
#include <string>

#include "gateway/config/gateway_config.h"

namespace fairfeed {

struct ExportOptions {
    std::string what;  // bills, readings or settlements
    std::filesystem::path config;
    std::string format = "csv";  // or jsonl
    std::uint64_t since = 0;     // rows that blocks from this height on made
};

// 1: the database failed. 2: wrong input.
[[nodiscard]] int run_export(const ExportOptions& options, std::ostream& out, std::ostream& err);
// The same with a configuration that is loaded already; `options.config` does not count.
[[nodiscard]] int export_from(const GatewayConfig& config, const ExportOptions& options,
                              std::ostream& out, std::ostream& err);

}  // namespace fairfeed
