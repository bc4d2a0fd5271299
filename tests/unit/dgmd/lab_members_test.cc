// How many meters a lab file's clusters may have, and how large its blocks become.
#include "gateway/dgmd/lab_members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/dgmd/lab_text.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing_support::kSmallLab;
using testing_support::load_lab_text;
using testing_support::TempDirectory;
using testing_support::with;

// One of them is in the small lab already.
std::string lab_with_meters_in_one_cluster(int meters) {
    std::string more;
    for (int i = 1; i < meters; ++i)
        more += "  - {id: x" + std::to_string(i) + ", cluster: east, capacity_w: 0}\n";
    return with(kSmallLab, "tariff:", more + "tariff:");
}

TEST(LabMembers, refuses_the_meter_after_ten_thousand_of_a_cluster) {
    const TempDirectory directory;
    const auto lab = load_lab_text(directory, lab_with_meters_in_one_cluster(10'001));
    ASSERT_FALSE(lab);
    EXPECT_THAT(lab.error(), ElementsAre("lab.yaml:10022:27: cluster 'east' has more than 10000 "
                                         "meters from here on"));
}

TEST(LabMembers, makes_blocks_as_large_as_its_largest_cluster_needs) {
    const TempDirectory directory;
    const auto transactions_for = [&](int meters) {
        const auto lab = load_lab_text(directory, lab_with_meters_in_one_cluster(meters));
        return lab ? lab->parameters.max_block_transactions : -1;
    };
    EXPECT_EQ(transactions_for(1), 1000);
    EXPECT_EQ(transactions_for(900), 1000);
    EXPECT_EQ(transactions_for(901), 1002);
    EXPECT_EQ(transactions_for(10'000), 11'112);
}

TEST(LabMembers, refuses_blocks_that_its_largest_cluster_does_not_fit) {
    const TempDirectory directory;
    const auto with_blocks_of = [&](const std::string& transactions) {
        return load_lab_text(
            directory, with(lab_with_meters_in_one_cluster(20), "  preset: lab\n",
                            "  max_block_transactions: " + transactions + "\n  preset: lab\n"));
    };
    ASSERT_TRUE(with_blocks_of("21"));
    EXPECT_EQ(with_blocks_of("21")->parameters.max_block_transactions, 21);
    const auto refused = with_blocks_of("20");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(),
                ElementsAre("lab.yaml:6:27: 'network.max_block_transactions' must be above the 20 "
                            "meters of the largest cluster: a block holds their readings and the "
                            "settlement"));
}

}  // namespace
}  // namespace fairfeed
