// Functions that the tests of scripts/demo share: its command line, its JSON, and the properties of
// any good run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/io/json.h"

namespace fairfeed::e2e {

// The demo's command without installing and building: this build has made the programs.
[[nodiscard]] std::vector<std::string> demo_command(const std::vector<std::string>& arguments);
[[nodiscard]] std::string program(const std::string& name);
// An unreadable file is a test failure and gives null.
[[nodiscard]] Json read_json(const std::filesystem::path& file);

[[nodiscard]] std::int64_t integer(const Json& json);  // any other type is a test failure
[[nodiscard]] std::string text(const Json& json);      // likewise

// Expects every member that docs/demo-json.md names, with the right type.
void expect_documented_members(const Json& report);
// Expects ok, nothing lost or refused, one tip and app hash, money that adds up, every invariant
// held.
void expect_good_run(const Json& report);
// Expects that the office of the run did its whole work: a capacity, a tariff and a command on the
// chain, and one work order from a broken seal to a new meter.
void expect_whole_office(const Json& report);

}  // namespace fairfeed::e2e
