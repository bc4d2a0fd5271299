// The formats that files of meters come in, each read by its own reader, which knows no other.
// Pure: text in, series out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/recordings/csv_table.h"
#include "meter-sim/imports/read_series.h"

namespace fairfeed::imports {

// What the user says of registers whose names say too little; nullopt: leave the register out.
using ChannelChoices = std::map<std::string, std::optional<Channel>>;

struct FormatText {
    std::string_view text;  // UTF-8 without a byte order mark
    const ChannelChoices& choices;
};

struct Format {
    std::string_view name;  // of --format
    std::string_view from;  // who writes such files, for people
    bool (*fits)(std::string_view text);
    ReadFile (*read)(const FormatText& input, CsvComplaints& complaints);
};

[[nodiscard]] const std::vector<Format>& formats();
[[nodiscard]] const Format* find_format(std::string_view name);
// The first format that the text fits; null: none.
[[nodiscard]] const Format* recognise(std::string_view text);
[[nodiscard]] std::string format_names();  // "dsmr-reader, fluvius, ..."

[[nodiscard]] bool fits_dsmr_reader(std::string_view text);
[[nodiscard]] ReadFile read_dsmr_reader(const FormatText& input, CsvComplaints& complaints);
[[nodiscard]] bool fits_fluvius(std::string_view text);
[[nodiscard]] ReadFile read_fluvius(const FormatText& input, CsvComplaints& complaints);
[[nodiscard]] bool fits_homewizard(std::string_view text);
[[nodiscard]] ReadFile read_homewizard(const FormatText& input, CsvComplaints& complaints);
[[nodiscard]] bool fits_solaredge(std::string_view text);
[[nodiscard]] ReadFile read_solaredge(const FormatText& input, CsvComplaints& complaints);
[[nodiscard]] bool fits_home_assistant(std::string_view text);
[[nodiscard]] ReadFile read_home_assistant(const FormatText& input, CsvComplaints& complaints);
[[nodiscard]] bool fits_energy_dashboard(std::string_view text);
[[nodiscard]] ReadFile read_energy_dashboard(const FormatText& input, CsvComplaints& complaints);
[[nodiscard]] bool fits_nem12(std::string_view text);
[[nodiscard]] ReadFile read_nem12(const FormatText& input, CsvComplaints& complaints);
[[nodiscard]] bool fits_green_button_csv(std::string_view text);
[[nodiscard]] ReadFile read_green_button_csv(const FormatText& input, CsvComplaints& complaints);
[[nodiscard]] bool fits_green_button_xml(std::string_view text);
[[nodiscard]] ReadFile read_green_button_xml(const FormatText& input, CsvComplaints& complaints);

}  // namespace fairfeed::imports
