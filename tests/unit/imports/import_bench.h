// Imports of texts for tests: what the pure parts make of files that a test spells out.
#pragma once

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/zone_file.h"
#include "meter-sim/imports/formats.h"
#include "meter-sim/imports/home_import.h"
#include "meter-sim/imports/import_table.h"

namespace fairfeed::imports::test {

inline TimeZone zone(std::string_view name) {
    auto zone = load_time_zone(name);
    EXPECT_TRUE(zone) << name;
    return zone ? *zone : *TimeZone::fixed("UTC");
}

struct FileText {
    std::string name;
    std::string format;
    std::string text;
    std::string home = "";
};

struct Setting {
    GapPolicy gaps = GapPolicy::refuse;
    std::string zone = "";
    std::int64_t step_s = 0;
    ChannelChoices choices = {};
};

inline Result<HomeImport, std::vector<std::string>> import_texts(const std::vector<FileText>& texts,
                                                                 const Setting& setting = {}) {
    std::vector<NamedFile> files;
    ImportRules rules;
    rules.gaps = setting.gaps;
    rules.step_s = setting.step_s;
    if (!setting.zone.empty()) rules.zone = zone(setting.zone);
    for (const FileText& each : texts) {
        const std::string text = plain_text(each.text);
        const Format* format = each.format.empty() ? recognise(text) : find_format(each.format);
        if (format == nullptr) return unexpected(std::vector<std::string>{"no format"});
        CsvComplaints complaints(each.name);
        NamedFile file{each.name, each.home, rules.zone,
                       format->read({text, setting.choices}, complaints)};
        file.read.format = format->name;
        if (!file.zone && !file.read.zone.empty()) file.zone = zone(file.read.zone);
        if (!complaints.empty()) return unexpected(complaints.take());
        files.push_back(std::move(file));
    }
    return import_homes(std::move(files), rules);
}

inline std::string first_error(const Result<HomeImport, std::vector<std::string>>& import) {
    return import ? "no error" : import.error().front();
}

inline std::int64_t total_mwh(const ImportedHome& home, Channel channel) {
    const auto found = home.steps_mwh.find(channel);
    if (found == home.steps_mwh.end()) return -1;
    return std::accumulate(found->second.begin(), found->second.end(), std::int64_t{0});
}

}  // namespace fairfeed::imports::test
