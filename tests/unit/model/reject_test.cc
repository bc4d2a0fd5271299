#include "core/model/reject.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace fairfeed {
namespace {

TEST(Reject, every_reason_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < kRejectCount; ++i) {
        const std::string_view name = to_string(static_cast<Reject>(i));
        EXPECT_TRUE(std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || c == '_';
        })) << name;
        EXPECT_FALSE(name.empty());
        EXPECT_TRUE(names.insert(name).second) << name << " stands twice";
    }
    EXPECT_EQ(names.size(), kRejectCount);
}

TEST(Reject, names_are_those_of_the_enumerators) {
    EXPECT_EQ(to_string(Reject::oversized), "oversized");
    EXPECT_EQ(to_string(Reject::high_s), "high_s");
    EXPECT_EQ(to_string(Reject::register_fell), "register_fell");
    EXPECT_EQ(to_string(Reject::no_quorum), "no_quorum");
    EXPECT_EQ(to_string(Reject::already_committed), "already_committed");
}

}  // namespace
}  // namespace fairfeed
