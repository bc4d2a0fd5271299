// A small lab file as text, which tests damage line by line, and functions that load such texts.
#pragma once

#include <fstream>
#include <string>

#include "core/base/check.h"
#include "gateway/dgmd/lab_file.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::testing_support {

// Line numbers matter: the tables of expected errors name them.
inline constexpr const char* kSmallLab =
    "network:\n"                                                             // 1
    "  name: lab\n"                                                          // 2
    "  grid_epoch: 2016-08-08T00:00\n"                                       // 3
    "  speed: 4800\n"                                                        // 4
    "  window_seconds: 14400\n"                                              // 5
    "  preset: lab\n"                                                        // 6
    "nodes:\n"                                                               // 7
    "  - id: n1\n"                                                           // 8
    "    location: {east_m: 0, north_m: 0}\n"                                // 9
    "    address: 127.0.0.1\n"                                               // 10
    "    port: 18831\n"                                                      // 11
    "  - id: n2\n"                                                           // 12
    "    location: {east_m: 300, north_m: 400}\n"                            // 13
    "    address: 127.0.0.1\n"                                               // 14
    "    port: 18832\n"                                                      // 15
    "clusters:\n"                                                            // 16
    "  - {id: east, parent: n1}\n"                                           // 17
    "  - {id: west, parent: n2}\n"                                           // 18
    "meters:\n"                                                              // 19
    "  - {id: m1, cluster: east, capacity_w: 3000}\n"                        // 20
    "  - {id: m2, cluster: west, capacity_w: 0}\n"                           // 21
    "  - {id: m3, cluster: west, capacity_w: 0}\n"                           // 22
    "tariff: {import_micro_per_kwh: 250000, export_micro_per_kwh: 80000}\n"  // 23
    "meter_source: {seed: 7}\n";                                             // 24

// The text with its first `from` replaced by `to`; aborts if there is none.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    CHECK(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

inline void write_text(const std::filesystem::path& file, std::string_view text) {
    std::ofstream out(file);
    out << text;
    out.close();
    CHECK(out.good());
}

// Loads the text as DIRECTORY/lab.yaml and removes the directory from error lines.
inline Result<LabNetwork, YamlErrors> load_lab_text(const TempDirectory& directory,
                                                    const std::string& text) {
    write_text(directory / "lab.yaml", text);
    auto lab = load_lab_file(directory / "lab.yaml");
    if (lab) return lab;
    const std::string prefix = directory.path().string() + "/";
    YamlErrors errors = lab.error();
    for (std::string& line : errors)
        if (line.starts_with(prefix)) line.erase(0, prefix.size());
    return unexpected(std::move(errors));
}

}  // namespace fairfeed::testing_support
