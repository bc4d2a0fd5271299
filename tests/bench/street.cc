#include "tests/bench/street.h"

#include <fstream>
#include <optional>
#include <sstream>

#include "core/base/check.h"
#include "core/base/units.h"
#include "core/recordings/homes_meta.h"
#include "core/recordings/recorded_homes.h"

namespace fairfeed::bench {

namespace {

std::optional<std::string> text_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) return std::nullopt;
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Home home_of(const RecordedHome& recorded, std::int64_t capacity_w, std::int64_t quarters) {
    Home home{MeterId(recorded.name), capacity_w, {}, {}};
    for (std::int64_t quarter = 0; quarter < quarters; ++quarter) {
        home.load_wh.push_back(recorded.quarter(quarter).load_wh);
        home.available_wh.push_back(recorded.quarter(quarter).available_wh);
    }
    return home;
}

}  // namespace

Result<Street, std::string> read_street(const std::filesystem::path& folder,
                                        const std::string& file, std::size_t clusters) {
    const auto meta_file = folder / "homes_meta.csv";
    const auto homes_text = text_of(folder / file);
    if (!homes_text) return unexpected((folder / file).string() + " is not there");
    const auto meta_text = text_of(meta_file);
    if (!meta_text) return unexpected(meta_file.string() + " is not there");
    const auto recorded = parse_recorded_homes(file, *homes_text);
    if (!recorded) return unexpected(recorded.error().front());
    const auto nameplates = parse_homes_meta("homes_meta.csv", *meta_text);
    if (!nameplates) return unexpected(nameplates.error().front());
    Street street{recorded->start_s, static_cast<std::size_t>(recorded->quarters),
                  std::vector<std::vector<Home>>(clusters)};
    for (std::size_t i = 0; i < recorded->homes.size(); ++i) {
        const RecordedHome& home = recorded->homes[i];
        const auto nameplate = nameplates->find(home.name);
        if (nameplate == nameplates->end())
            return unexpected("homes_meta.csv has no home " + home.name);
        street.clusters[i % clusters].push_back(
            home_of(home, nameplate->second, recorded->quarters));
    }
    return street;
}

Street without_one_each(Street street) {
    for (auto& cluster : street.clusters)
        cluster.erase(cluster.begin());
    return street;
}

Street part_of(Street street, std::size_t first, std::size_t quarters) {
    CHECK(first + quarters <= street.quarters);
    street.start_s += static_cast<std::int64_t>(first) * kSecondsPerQuarter;
    street.quarters = quarters;
    const auto cut = [&](std::vector<std::int64_t>& figures) {
        const auto begin = figures.begin() + static_cast<std::ptrdiff_t>(first);
        figures = {begin, begin + static_cast<std::ptrdiff_t>(quarters)};
    };
    for (auto& cluster : street.clusters) {
        for (Home& home : cluster) {
            cut(home.load_wh);
            cut(home.available_wh);
        }
    }
    return street;
}

}  // namespace fairfeed::bench
