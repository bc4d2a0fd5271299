// What the commands over the office's records share: the configuration, genesis and database that
// they open, the audit log, and the time. Errors are lines for a person.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "gateway/commands/office_files.h"
#include "gateway/config/gateway_config.h"
#include "gateway/desk/desk_act.h"
#include "gateway/records/records.h"

namespace fairfeed {

constexpr int kDeskDone = 0;
constexpr int kDeskMachineFailed = 1;
constexpr int kDeskWrongInput = 2;

struct OfficeDesk {
    GatewayConfig config;
    LoadedGenesis genesis;
    Records records;
};
[[nodiscard]] Result<OfficeDesk, std::vector<std::string>> open_desk(
    const std::filesystem::path& config);

// Writes the lines; returns kDeskWrongInput.
int refuse(const std::vector<std::string>& lines, std::ostream& err);
// Writes the line; returns kDeskMachineFailed.
int fail(const std::string& line, std::ostream& err);
// Writes the line; returns the status that fits.
int report(const DeskFault& fault, std::ostream& err);

// Notes acts in the audit log, with the console's user, as done on the word of `by`.
[[nodiscard]] NoteDeskAct noted_for(const OfficeDesk& desk, std::string by);

[[nodiscard]] std::int64_t unix_now_s();
// "2026-12-01" or "2026-12-01T09:30", in UTC. nullopt: neither.
[[nodiscard]] std::optional<std::int64_t> unix_time_from(const std::string& text);

}  // namespace fairfeed
