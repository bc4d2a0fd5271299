#include "core/model/office.h"

#include <gtest/gtest.h>

#include <functional>

namespace fairfeed {
namespace {

Signatory person(const char* name, std::uint8_t key) {
    Signatory out{NodeId(name), {}};
    out.key.bytes.fill(key);
    return out;
}

Office three() {
    return {.threshold = 2,
            .officers = {person("amal", 1), person("bela", 2), person("chen", 3)},
            .inspectors = {person("dara", 4)}};
}

std::vector<Witness> by(const std::vector<const char*>& names) {
    std::vector<Witness> out;
    for (const char* name : names)
        out.push_back({NodeId(name), {}});
    return out;
}

TEST(Office, has_a_fault_for_everything_that_makes_a_threshold_less_than_it_says) {
    EXPECT_EQ(fault_of(three()), std::nullopt);
    const struct {
        const char* name;
        std::function<void(Office&)> damage;
    } table[] = {
        {"nobody", [](Office& o) { o.officers.clear(); }},
        {"no threshold", [](Office& o) { o.threshold = 0; }},
        {"more than there are", [](Office& o) { o.threshold = 4; }},
        {"an officer twice", [](Office& o) { o.officers[1] = o.officers[0]; }},
        {"out of order", [](Office& o) { std::swap(o.officers[0], o.officers[1]); }},
        {"one key for two", [](Office& o) { o.officers[1].key = o.officers[0].key; }},
        {"an officer who inspects", [](Office& o) { o.inspectors[0].name = NodeId("bela"); }},
        {"an inspector with an officer's key",
         [](Office& o) { o.inspectors[0].key = o.officers[2].key; }},
    };
    for (const auto& row : table) {
        Office office = three();
        row.damage(office);
        EXPECT_TRUE(fault_of(office)) << row.name;
    }
}

TEST(Office, has_at_most_five_of_sixteen) {
    Office office{.threshold = 5, .officers = {}, .inspectors = {}};
    for (std::uint8_t i = 0; i < 16; ++i)
        office.officers.push_back(person(("o-" + std::to_string(10 + i)).c_str(), i));
    EXPECT_EQ(fault_of(office), std::nullopt);
    office.threshold = 6;
    EXPECT_TRUE(fault_of(office)) << "the frame of a transaction has no room for more witnesses";
    office.threshold = 5;
    office.officers.push_back(person("o-26", 16));
    EXPECT_TRUE(fault_of(office));
}

TEST(Office, counts_each_officer_once_and_nobody_else) {
    const struct {
        std::vector<const char*> names;
        const char* expected;
    } table[] = {
        {{"amal", "bela"}, "accepted"},
        {{"bela", "chen"}, "accepted"},
        {{}, "no_quorum"},
        {{"amal"}, "no_quorum"},
        {{"amal", "bela", "chen"}, "no_quorum"},
        {{"amal", "amal"}, "not_canonical"},
        {{"bela", "amal"}, "not_canonical"},
        {{"amal", "dara"}, "not_a_member"},
        {{"amal", "dgmd"}, "not_a_member"},
    };
    for (const auto& row : table) {
        const auto form = check_form(three(), by(row.names));
        EXPECT_EQ(form ? "accepted" : std::string(to_string(form.error())), row.expected)
            << row.names.size();
    }
}

TEST(Office, says_so_where_one_key_alone_decides) {
    EXPECT_EQ(promise_of(three()), "2 of 3 officers decide");
    EXPECT_FALSE(is_decided_alone(three()));
    Office alone = three();
    alone.threshold = 1;
    EXPECT_TRUE(is_decided_alone(alone));
    EXPECT_EQ(promise_of(alone),
              "1 of 3 officers decide: for a laboratory only, one stolen key is enough");
    alone.officers.resize(1);
    EXPECT_EQ(promise_of(alone),
              "1 of 1 officer decides: for a laboratory only, one stolen key is enough");
}

TEST(Office, knows_its_people_by_name) {
    EXPECT_NE(find_officer(three(), NodeId("chen")), nullptr);
    EXPECT_EQ(find_officer(three(), NodeId("dara")), nullptr) << "an inspector";
    EXPECT_TRUE(is_of(three(), "dara"));
    EXPECT_FALSE(is_of(three(), "node-1"));
}

}  // namespace
}  // namespace fairfeed
