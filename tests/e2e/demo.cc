#include "tests/e2e/demo.h"

#include <gtest/gtest.h>

#include <set>

#include "core/io/file.h"

namespace fairfeed::e2e {
namespace {

enum class Kind { integer, text, truth, array, object };

struct Member {
    const char* name;
    Kind kind;
};

bool is(const Json& json, Kind kind) {
    switch (kind) {
        case Kind::integer:
            return json.as_int() != nullptr;
        case Kind::text:
            return json.as_text() != nullptr;
        case Kind::truth:
            return json.as_bool() != nullptr;
        case Kind::array:
            return json.as_array() != nullptr;
        case Kind::object:
            return json.as_object() != nullptr;
    }
    return false;
}

void expect_members(const Json& json, const std::string& where,
                    const std::vector<Member>& members) {
    for (const Member& member : members)
        EXPECT_TRUE(is(json.at(member.name), member.kind)) << where << "." << member.name;
}

const Json::Array& array(const Json& json) {
    static const Json::Array kEmpty;
    EXPECT_NE(json.as_array(), nullptr);
    return json.as_array() != nullptr ? *json.as_array() : kEmpty;
}

void expect_members_of_each(const Json& list, const std::string& where,
                            const std::vector<Member>& members) {
    EXPECT_FALSE(array(list).empty()) << where;
    for (const Json& each : array(list))
        expect_members(each, where, members);
}

void expect_members_of_clusters(const Json& clusters) {
    const Kind number = Kind::integer;
    expect_members_of_each(clusters, "clusters", {{"id", Kind::text}, {"windows", Kind::array}});
    for (const Json& cluster : array(clusters)) {
        for (const Json& window : array(cluster.at("windows"))) {
            expect_members(window, "windows",
                           {{"window", number},
                            {"load_wh", number},
                            {"available_wh", number},
                            {"generation_wh", number},
                            {"d_wh", number},
                            {"df_ppm", number},
                            {"psa_ppm", number},
                            {"residual_surplus_wh", number},
                            {"conventional_wh", number},
                            {"basis", Kind::text},
                            {"shares_for", number},
                            {"factors_ppm", Kind::array},
                            {"bound_ppm", Kind::array},
                            {"quarters", Kind::array},
                            {"shares", Kind::array}});
            expect_members_of_each(window.at("shares"), "shares",
                                   {{"meter", Kind::text},
                                    {"capacity_w", number},
                                    {"mes_w", number},
                                    {"quarters_w", Kind::array},
                                    {"in_force_from", number}});
        }
    }
}

}  // namespace

std::vector<std::string> demo_command(const std::vector<std::string>& arguments) {
    std::vector<std::string> command{FAIRFEED_SOURCE_DIR "/scripts/demo"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return command;
}

std::string program(const std::string& name) {
    return std::string(FAIRFEED_BIN_DIR) + "/" + name;
}

Json read_json(const std::filesystem::path& file) {
    const auto bytes = read_text_file(file);
    EXPECT_TRUE(bytes) << file;
    if (!bytes) return {};
    auto json = Json::parse(*bytes);
    EXPECT_TRUE(json) << file << ": " << (json ? "" : json.error());
    return json ? *json : Json();
}

std::int64_t integer(const Json& json) {
    EXPECT_NE(json.as_int(), nullptr);
    return json.as_int() != nullptr ? *json.as_int() : INT64_MIN;
}

std::string text(const Json& json) {
    EXPECT_NE(json.as_text(), nullptr);
    return json.as_text() != nullptr ? *json.as_text() : std::string();
}

void expect_documented_members(const Json& report) {
    const Kind number = Kind::integer;
    expect_members_of_each(report.at("nodes"), "nodes",
                           {{"id", Kind::text},
                            {"height", number},
                            {"tip", Kind::text},
                            {"app_hash", Kind::text},
                            {"committee_class", Kind::text}});
    expect_members(report.at("readings"), "readings",
                   {{"sent", number},
                    {"final", number},
                    {"lost", number},
                    {"duplicate", number},
                    {"rejected", Kind::object}});
    expect_members(report, "report",
                   {{"ok", Kind::truth},
                    {"rule", Kind::text},
                    {"basis", Kind::text},
                    {"resolution", Kind::text},
                    {"by_quarter", Kind::object},
                    {"windows_settled", number},
                    {"money_sum_micro", number},
                    {"finality_ms", Kind::object}});
    expect_members_of_clusters(report.at("clusters"));
    expect_members_of_each(report.at("bills"), "bills",
                           {{"meter", Kind::text},
                            {"import_wh", number},
                            {"export_wh", number},
                            {"credited_wh", number},
                            {"amount_micro", number}});
    const std::vector<Member> outcome = {{"surplus_wh", number},
                                         {"left_wh", number},
                                         {"curtailed_in_surplus_wh", number},
                                         {"curtailed_without_surplus_wh", number}};
    expect_members_of_each(report.at("rules"), "rules", {{"rule", Kind::text}});
    expect_members_of_each(report.at("rules"), "rules", outcome);
    expect_members(report.at("by_quarter"), "by_quarter", outcome);
    expect_members_of_each(report.at("accounts"), "accounts",
                           {{"account", Kind::text}, {"amount_micro", number}});
    expect_members(report.at("finality_ms"), "finality_ms", {{"p50", number}, {"p99", number}});
    expect_members_of_each(report.at("invariants"), "invariants",
                           {{"name", Kind::text}, {"ok", Kind::truth}, {"checked_by", Kind::text}});
}

void expect_good_run(const Json& report) {
    EXPECT_EQ(report.at("ok"), Json(true)) << report.at("problems").dump();
    EXPECT_EQ(report.at("money_sum_micro"), Json(0));
    EXPECT_EQ(report.at("windows_settled"), report.at("windows"));
    const Json& readings = report.at("readings");
    EXPECT_GT(integer(readings.at("sent")), 0);
    EXPECT_EQ(readings.at("lost"), Json(0));
    EXPECT_EQ(readings.at("rejected"), Json::object());
    const Json& first = report.at("nodes").at(0);
    for (const Json& node : array(report.at("nodes"))) {
        EXPECT_EQ(node.at("tip"), first.at("tip"));
        EXPECT_EQ(node.at("app_hash"), first.at("app_hash"));
    }
    std::set<std::string> held;
    for (const Json& invariant : array(report.at("invariants"))) {
        EXPECT_EQ(invariant.at("ok"), Json(true)) << invariant.dump();
        held.insert(text(invariant.at("name")));
    }
    for (const char* name : {"conservation_of_energy", "conservation_of_money",
                             "no_share_above_capacity", "registers_never_fall"})
        EXPECT_TRUE(held.contains(name)) << name;
    std::int64_t sum_micro = 0;
    for (const Json& account : array(report.at("accounts")))
        sum_micro += integer(account.at("amount_micro"));
    EXPECT_EQ(sum_micro, 0);
}

void expect_whole_office(const Json& report) {
    const Json& office = report.at("office");
    for (const Json& node : array(report.at("nodes"))) {
        EXPECT_EQ(office.at("tip"), node.at("tip"));
        EXPECT_EQ(office.at("height"), node.at("height"));
    }
    EXPECT_EQ(office.at("contradictions"), Json(0));
    EXPECT_EQ(office.at("capacities_certified"), Json(1));
    EXPECT_EQ(office.at("tariffs_signed"), Json(1));
    EXPECT_EQ(office.at("commands_signed"), Json(1));
    EXPECT_EQ(office.at("commands_executed"), Json(1));
    EXPECT_EQ(office.at("work_orders").at("opened"), Json(1));
    EXPECT_EQ(office.at("work_orders").at("closed"), Json(1));
    EXPECT_EQ(office.at("meters_replaced"), Json(1));
    EXPECT_GT(integer(office.at("api_height")), 0);
    EXPECT_EQ(office.at("bills_sum_micro"), Json(0));
}

}  // namespace fairfeed::e2e
