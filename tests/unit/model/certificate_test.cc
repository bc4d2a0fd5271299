#include "core/model/certificate.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

TEST(Quorum, follows_the_table_of_the_protocol) {
    const std::vector<std::pair<std::size_t, std::size_t>> rows = {
        {1, 1}, {2, 2}, {3, 2}, {4, 3}, {5, 4}, {6, 4}, {7, 5}, {10, 7}, {31, 21}};
    for (const auto& [validators, needed] : rows) {
        EXPECT_EQ(quorum(validators), needed) << validators << " validators";
    }
}

TEST(Quorum, two_quorums_always_share_an_honest_validator) {
    for (std::size_t n = 1; n <= 200; ++n) {
        EXPECT_GT(2 * quorum(n), n + tolerated_faults(n)) << n;
        EXPECT_LE(quorum(n), n - tolerated_faults(n)) << n << ": the honest ones must suffice";
    }
}

}  // namespace
}  // namespace fairfeed
