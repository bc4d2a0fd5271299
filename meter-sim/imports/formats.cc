#include "meter-sim/imports/formats.h"

#include <algorithm>

namespace fairfeed::imports {

const std::vector<Format>& formats() {
    static const std::vector<Format> kFormats = {
        {"dsmr-reader", "DSMR-reader: energy by the hour", fits_dsmr_reader, read_dsmr_reader},
        {"fluvius", "Fluvius portal: a row for each register and quarter hour", fits_fluvius,
         read_fluvius},
        {"homewizard", "HomeWizard: figures of registers", fits_homewizard, read_homewizard},
        {"solaredge", "SolarEdge monitoring: JSON", fits_solaredge, read_solaredge},
        {"home-assistant", "Home Assistant statistics or history: JSON, CSV, TSV",
         fits_home_assistant, read_home_assistant},
        {"home-assistant-energy", "Home Assistant energy dashboard: CSV", fits_energy_dashboard,
         read_energy_dashboard},
        {"nem12", "NEM12 of the Australian market", fits_nem12, read_nem12},
        {"green-button-xml", "Green Button (ESPI): XML", fits_green_button_xml,
         read_green_button_xml},
        {"green-button-csv", "Green Button: CSV", fits_green_button_csv, read_green_button_csv},
    };
    return kFormats;
}

const Format* find_format(std::string_view name) {
    const auto found = std::find_if(formats().begin(), formats().end(),
                                    [&](const Format& format) { return format.name == name; });
    return found == formats().end() ? nullptr : &*found;
}

const Format* recognise(std::string_view text) {
    const auto found = std::find_if(formats().begin(), formats().end(),
                                    [&](const Format& format) { return format.fits(text); });
    return found == formats().end() ? nullptr : &*found;
}

std::string format_names() {
    std::string names;
    for (const Format& format : formats())
        names += (names.empty() ? "" : ", ") + std::string(format.name);
    return names;
}

}  // namespace fairfeed::imports
