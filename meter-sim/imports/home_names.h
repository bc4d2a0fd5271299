// Which series belong to which home, and what the homes are called in a recording. Pure.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "meter-sim/imports/home_import.h"
#include "meter-sim/imports/import_errors.h"

namespace fairfeed::imports {

struct SeriesOfHome {
    std::size_t file = 0;  // the first one, for its zone and format
    std::vector<std::size_t> files;
    ReadSeries series;
};

struct HomeSeries {
    std::string label;
    std::string id;
    std::vector<SeriesOfHome> series;
};

// The rules, in this order: NAME of NAME=FILE; the meter that the file names; the file itself.
// Files of one home continue each other, register by register. A file of generation alone belongs
// to the only other home. Errors say what to write.
[[nodiscard]] std::vector<HomeSeries> group_by_home(std::vector<NamedFile>& files,
                                                    ImportErrors& errors);

// Of a-z, 0-9 and '-', begins with a letter, at most 20 characters, not in `taken`; adds itself.
[[nodiscard]] std::string home_id(std::string_view label, std::set<std::string>& taken);

}  // namespace fairfeed::imports
