#include "core/base/shared.h"

#include <gtest/gtest.h>

#include <string>

namespace fairfeed {
namespace {

TEST(Shared, is_one_value_in_many_hands) {
    const Shared<std::string> one(std::string("a block"));
    const Shared<std::string> other = one;
    EXPECT_EQ(&*one, &*other) << "nothing was copied";
    EXPECT_EQ(other->size(), 7U);
}

TEST(Shared, is_equal_by_value) {
    EXPECT_EQ(Shared<std::string>(std::string("a")), Shared<std::string>(std::string("a")));
    EXPECT_FALSE(Shared<std::string>(std::string("a")) == Shared<std::string>(std::string("b")));
    EXPECT_EQ(Shared<std::string>(), Shared<std::string>(std::string()));
}

}  // namespace
}  // namespace fairfeed
