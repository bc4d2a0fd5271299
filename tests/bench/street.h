// The recorded homes as a street of clusters. Each home is a meter with its load and its available
// generation, by quarter hour. Homes are dealt to clusters round robin, in the order of the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/result.h"

namespace fairfeed::bench {

struct Home {
    MeterId meter;
    std::int64_t capacity_w = 0;
    std::vector<std::int64_t> load_wh;  // by quarter hour, as available_wh
    std::vector<std::int64_t> available_wh;
};

struct Street {
    std::int64_t start_s = 0;  // of the first quarter hour
    std::size_t quarters = 0;
    std::vector<std::vector<Home>> clusters;  // homes ascend by meter
};

// Reads `file` in the folder of the recordings. The error names what is missing or wrong.
[[nodiscard]] Result<Street, std::string> read_street(const std::filesystem::path& folder,
                                                      const std::string& file,
                                                      std::size_t clusters);

// The same street without the first home of every cluster.
[[nodiscard]] Street without_one_each(Street street);

// The part of the street's time from quarter hour `first` on, which is the first of a day.
[[nodiscard]] Street part_of(Street street, std::size_t first, std::size_t quarters);

}  // namespace fairfeed::bench
