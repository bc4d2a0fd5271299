// What the tests of scripts/demo share: its command line, its JSON, and what must hold of any good
// run whatever was run. Functions only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/io/json.h"

namespace fairfeed::e2e {

// The demo itself, without installing and building: the programs of this build are there.
[[nodiscard]] std::vector<std::string> demo_command(const std::vector<std::string>& arguments);
[[nodiscard]] std::string program(const std::string& name);
// A test failure and null where it cannot be read.
[[nodiscard]] Json read_json(const std::filesystem::path& file);

[[nodiscard]] std::int64_t integer(const Json& json);  // a test failure where it is none
[[nodiscard]] std::string text(const Json& json);      // likewise

// Every member that docs/demo-json.md names, of the right type.
void expect_documented_members(const Json& report);
// ok, nothing lost or refused, one tip and app hash, money adds up, every invariant held.
void expect_good_run(const Json& report);

}  // namespace fairfeed::e2e
