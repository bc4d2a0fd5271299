// The table of allowed includes: the rooms of the house and the arrows between them, and for each
// third-party header the one adapter that may include it.
#pragma once

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/tidy/source_file.h"

namespace fairfeed::tidy {

using Rooms = std::set<std::string>;
using IncludeTable = std::map<std::string, Rooms>;

inline Rooms with(Rooms rooms, const Rooms& more) {
    rooms.insert(more.begin(), more.end());
    return rooms;
}

inline const Rooms kWire = {"core/base/", "core/crypto/", "core/model/", "core/wire/"};
inline const Rooms kState = with(kWire, {"core/contract/", "core/state/"});
inline const Rooms kAccounts = with(kState, {"core/accounts/"});

inline IncludeTable core_rooms() {
    return {
        {"core/base/", {}},
        {"core/crypto/", {"core/base/"}},
        {"core/model/", {"core/base/", "core/crypto/"}},
        {"core/recordings/", {"core/base/"}},
        {"core/follow/", {"core/base/", "core/crypto/", "core/model/"}},
        {"core/wire/", {"core/base/", "core/crypto/", "core/model/"}},
        {"core/contract/", kWire},
        {"core/state/", with(kWire, {"core/contract/"})},
        {"core/accounts/", kState},
        {"core/io/", {"core/base/", "core/crypto/"}},  // TLS: whose certificate a broker may show
        {"core/ledger/", with(kAccounts, {"core/io/"})},
        {"core/proof/", with(kAccounts, {"core/io/", "core/ledger/"})},
    };
}

inline IncludeTable node_rooms() {
    const Rooms member = with(kAccounts, {"edge-node/effects/"});
    return {
        {"edge-node/effects/", kState},
        {"edge-node/intake/", kAccounts},
        {"edge-node/consensus/", kWire},
        {"edge-node/committee/", with(member, {"edge-node/intake/"})},
        {"edge-node/chain/",
         with(kState, {"core/follow/", "edge-node/effects/", "edge-node/consensus/"})},
        {"edge-node/node/", with(member, {"edge-node/intake/", "edge-node/consensus/",
                                          "edge-node/committee/", "edge-node/chain/"})},
        {"edge-node/storage/", with(kState, {"core/io/", "core/ledger/", "edge-node/effects/"})},
        {"edge-node/service/",
         with(kState, {"core/io/", "core/ledger/", "edge-node/node/", "edge-node/storage/"})},
        {"edge-node/commands/",
         with(kAccounts, {"core/io/", "core/ledger/", "core/proof/", "edge-node/service/"})},
        {"edge-node/main.cc", {"core/base/", "edge-node/commands/"}},
    };
}

inline IncludeTable gateway_rooms() {
    return {
        {"gateway/dgmd/", with(kState, {"core/io/", "core/recordings/"})},
        {"gateway/forecast/", {"core/base/", "core/io/", "core/recordings/"}},
        {"gateway/follower/", with(kAccounts, {"core/follow/"})},
        {"gateway/readmodel/", with(kAccounts, {"core/io/", "gateway/follower/"})},
        {"gateway/office/", with(kState, {"gateway/forecast/"})},
        {"gateway/bills/", with(kAccounts, {"core/io/", "core/ledger/", "core/proof/"})},
        {"gateway/config/", with(kWire, {"core/io/", "gateway/readmodel/"})},
        {"gateway/service/",
         with(kAccounts,
              {"core/io/", "core/ledger/", "gateway/capacity/", "gateway/config/",
               "gateway/follower/", "gateway/office/", "gateway/readmodel/", "gateway/records/"})},
        {"gateway/runtime/",
         with(kWire, {"core/io/", "gateway/config/", "gateway/follower/", "gateway/service/"})},
        {"gateway/audit/", {"core/base/", "core/crypto/", "core/io/"}},
        {"gateway/accounts/", {"core/base/", "core/crypto/", "core/io/"}},
        {"gateway/http/", {"core/base/", "core/crypto/", "core/io/"}},
        {"gateway/api/",
         with(kState, {"core/io/", "gateway/accounts/", "gateway/audit/", "gateway/http/",
                       "gateway/office/", "gateway/readmodel/", "gateway/records/",
                       "gateway/alarms/", "gateway/bills/", "gateway/capacity/", "gateway/desk/"})},
        {"gateway/capacity/", with(kAccounts, {"gateway/follower/", "gateway/office/"})},
        {"gateway/alarms/", with(kAccounts, {"gateway/capacity/", "gateway/follower/"})},
        {"gateway/records/", with(kAccounts, {"gateway/alarms/", "gateway/capacity/",
                                              "gateway/follower/", "gateway/readmodel/"})},
        {"gateway/desk/",
         with(kAccounts, {"core/io/", "core/ledger/", "gateway/alarms/", "gateway/capacity/",
                          "gateway/office/", "gateway/records/"})},
        {"gateway/commands/",
         with(kAccounts,
              {"core/io/", "core/ledger/", "core/proof/", "core/recordings/", "gateway/accounts/",
               "gateway/alarms/", "gateway/api/", "gateway/audit/", "gateway/bills/",
               "gateway/capacity/", "gateway/config/", "gateway/desk/", "gateway/dgmd/",
               "gateway/forecast/", "gateway/office/", "gateway/readmodel/", "gateway/records/",
               "gateway/runtime/", "gateway/service/"})},
        {"gateway/main.cc",
         {"core/base/", "gateway/commands/", "gateway/account_arguments.",
          "gateway/office_arguments."}},
        {"gateway/account_arguments.", {"gateway/commands/"}},
        {"gateway/office_arguments.",
         {"gateway/alarms/", "gateway/capacity/", "gateway/commands/"}},
    };
}

inline IncludeTable meter_rooms() {
    const Rooms meter = with(kWire, {"core/contract/", "core/io/", "core/recordings/"});
    return {
        {"meter-sim/", meter},
        {"meter-sim/imports/", {"core/base/", "core/io/", "core/recordings/"}},
        {"meter-sim/commands/", with(meter, {"meter-sim/", "meter-sim/imports/"})},
        {"meter-sim/main.cc", {"core/base/", "meter-sim/commands/"}},
        {"tests/", {""}},
    };
}

// A path prefix and the prefixes it may include from; a room may always include itself, but not the
// rooms below it. The longest prefix that fits a file is its room. Tests may include everything.
inline const IncludeTable& include_table() {
    static const IncludeTable kTable = [] {
        IncludeTable all;
        for (IncludeTable part : {core_rooms(), node_rooms(), gateway_rooms(), meter_rooms()})
            all.merge(part);
        return all;
    }();
    return kTable;
}

struct ThirdParty {
    const char* header;   // how the name between <> begins
    const char* adapter;  // the pattern of paths that may include it
};

inline const std::vector<ThirdParty>& third_parties() {
    static const std::vector<ThirdParty> kTable = {
        {"openssl/", R"(core/crypto/\w+\.cc)"},
        {"sqlite3", R"(core/io/sqlite\.cc)"},
        {"yaml-cpp/", R"(core/io/yaml_file\.cc)"},
        {"spdlog/", R"(core/io/log\.cc)"},
        {"fmt/", R"(core/io/log\.cc)"},
        {"nlohmann/", R"(core/io/json\.cc)"},
        {"date/", R"(core/io/zone_file\.cc)"},
        {"Eigen/", R"(gateway/forecast/ridge\.cc)"},
        {"qrencode", R"(gateway/capacity/qr_picture\.cc)"},
        {"soci/", R"(gateway/(readmodel/read_model\.cc|records/records_session\.(h|cc)))"},
        {"boost/", R"(gateway/http/http_server\.cc)"},
        {"prometheus/", R"((gateway/api/gateway|edge-node/service/node)_metrics\.cc)"},
        {"pugixml", R"(meter-sim/imports/green_button_xml\.cc)"},
        {"mqtt/", R"(core/io/paho\.(h|cc))"},
        {"MQTT", R"(core/io/paho\.(h|cc))"},
        {"mosquitto", R"(core/io/mosquitto_session\.cc)"},
        {"mqtt_protocol", R"(core/io/mosquitto_session\.cc)"},
        {"systemd/", R"(core/io/notify\.cc)"},
        {"cbor", R"(core/wire/cbor\.cc)"},
        {"CLI/", R"((edge-node|gateway|meter-sim)/(main\.cc|\w+_arguments\.(h|cc)))"},
        {"gtest/", "tests/.*"},
        {"gmock/", "tests/.*"},
    };
    return kTable;
}

inline std::string room_of(const std::string& path) {
    std::string room;
    for (const auto& [prefix, allowed] : include_table()) {
        if (path.rfind(prefix, 0) == 0 && prefix.size() > room.size()) room = prefix;
    }
    return room;
}

inline bool may_include(const std::string& room, const std::string& header) {
    if (room_of(header) == room) return true;
    for (const std::string& allowed : include_table().at(room)) {
        if (header.rfind(allowed, 0) == 0) return true;
    }
    return false;
}

inline std::string objection_to_ours(const SourceFile& file, const std::string& header,
                                     const std::string& root) {
    const std::string room = room_of(file.path);
    if (room.empty()) return "no room of the include table holds this file: add it to the table";
    if (!std::filesystem::exists(std::filesystem::path(root) / header))
        return "\"" + header + "\" is not there: includes are quoted from the repository's root";
    if (may_include(room, header)) return "";
    return room + " may not include \"" + header +
           "\": move what is needed to a lower room, or pass it in";
}

inline std::string objection_to_theirs(const SourceFile& file, const std::string& header) {
    if (file.in("tests/")) return "";
    for (const ThirdParty& library : third_parties()) {
        if (header.rfind(library.header, 0) != 0) continue;
        if (std::regex_match(file.path, std::regex(library.adapter))) return "";
        return "<" + header + "> belongs to its adapter alone (" + library.adapter +
               "): use the adapter";
    }
    return "";
}

inline std::vector<Finding> includes_follow_the_arrows(const SourceFile& file,
                                                       const std::string& root) {
    std::vector<Finding> findings;
    if (!file.is_cpp()) return findings;
    static const std::regex kInclude(R"re(^\s*#\s*include\s*(["<])([^">]+)[">])re");
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
        std::smatch match;
        if (!std::regex_search(file.lines[i], match, kInclude)) continue;
        const std::string objection = match[1] == "\"" ? objection_to_ours(file, match[2], root)
                                                       : objection_to_theirs(file, match[2]);
        if (!objection.empty()) findings.push_back({i + 1, objection});
    }
    return findings;
}

// Every source belongs to a target: the CMakeLists.txt of a room globs the room's directory, and
// tests/CMakeLists.txt names each directory of tests.
inline std::vector<Finding> source_is_built(const SourceFile& file, const std::string& root) {
    if (!file.ends_with(".cc")) return {};
    const std::string directory = file.path.substr(0, file.path.rfind('/'));
    if (std::filesystem::exists(root + "/" + directory + "/CMakeLists.txt")) return {};
    const SourceFile tests = read_source(root, "tests/CMakeLists.txt");
    if (file.in("tests/")) {
        for (const std::string& line : tests.lines)
            if (line.find(" " + directory.substr(6)) != std::string::npos) return {};
    }
    return {{0,
             "no target builds it: name its directory in tests/CMakeLists.txt, or give the "
             "directory a CMakeLists.txt"}};
}

}  // namespace fairfeed::tidy
