// The `network` section of a lab file: clock, windows, shares and timers. Errors go to the view,
// placed at their key; use the result only if the document has no error.
#pragma once

#include <optional>
#include <string_view>

#include "core/io/yaml_file.h"
#include "gateway/dgmd/lab_network.h"

namespace fairfeed {

// Fills parameters, start and clock. Without a grid epoch in the file, the caller sets it, because
// a recording has its own.
void read_parameters(const YamlView& network, LabNetwork& lab);

// Grid seconds since 1970 from "2016-08-08T00:00", "2016-08-08T00:00:00" or plain seconds;
// nullopt for anything else and for times before 1970 or after the year 9999.
[[nodiscard]] std::optional<std::int64_t> parse_grid_epoch(std::string_view text);

// Timers for windows of three to four real seconds on loopback (R18).
[[nodiscard]] Timers lab_timers();

}  // namespace fairfeed
