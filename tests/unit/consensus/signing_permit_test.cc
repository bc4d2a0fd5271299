// R23 and R24: the heights at which a validator may sign.
#include <gtest/gtest.h>

#include "edge-node/consensus/signing_permit.h"

namespace fairfeed::consensus {
namespace {

class Permit : public testing::Test {
  protected:
    SigningPermit permit_;
};

TEST_F(Permit, is_withheld_by_mistrust_until_its_bound_has_passed) {
    EXPECT_TRUE(permit_.allows(1));
    EXPECT_TRUE(permit_.mistrust(SilenceReason::lost));
    EXPECT_FALSE(permit_.allows(1'000'000));
    EXPECT_TRUE(permit_.bound_mistrust(6));
    EXPECT_FALSE(permit_.allows(6));
    EXPECT_TRUE(permit_.allows(7));
    EXPECT_TRUE(permit_.silence()) << "endorsements look at a silence that is over";
}

TEST_F(Permit, is_not_given_back_by_a_later_bound) {
    ASSERT_TRUE(permit_.mistrust(SilenceReason::lost));
    ASSERT_TRUE(permit_.bound_mistrust(6));
    EXPECT_FALSE(permit_.bound_mistrust(2));
    EXPECT_FALSE(permit_.allows(6));
}

TEST_F(Permit, keeps_the_first_reason_of_an_unbounded_silence) {
    ASSERT_TRUE(permit_.mistrust(SilenceReason::damaged));
    EXPECT_FALSE(permit_.mistrust(SilenceReason::lost));
    EXPECT_EQ(permit_.silence()->reason, SilenceReason::damaged);
}

TEST_F(Permit, ends_where_a_lost_statement_is_shown) {
    permit_.lost_statement_shown(4);
    EXPECT_FALSE(permit_.allows(4));
    EXPECT_EQ(permit_.silence()->reason, SilenceReason::outdated);
}

TEST_F(Permit, does_not_last_longer_for_a_lost_statement_that_was_expected) {
    ASSERT_TRUE(permit_.mistrust(SilenceReason::lost));
    ASSERT_TRUE(permit_.bound_mistrust(6));
    permit_.lost_statement_shown(6);
    EXPECT_TRUE(permit_.allows(7));
    permit_.lost_statement_shown(7);
    EXPECT_FALSE(permit_.allows(8)) << "the bound was wrong";
}

TEST_F(Permit, is_forgiven_for_statements_shown_before_the_first_height_only) {
    ASSERT_TRUE(permit_.mistrust(SilenceReason::lost));
    EXPECT_TRUE(permit_.forgive_mistrust());
    permit_.lost_statement_shown(4);
    EXPECT_TRUE(permit_.allows(4));
    permit_.start();
    permit_.lost_statement_shown(4);
    EXPECT_FALSE(permit_.allows(4));
}

TEST_F(Permit, does_not_come_back_after_a_halt) {
    const Halt diverged{HaltReason::diverged, 3, {}, {}};
    EXPECT_TRUE(permit_.halt(diverged));
    EXPECT_FALSE(permit_.halt({HaltReason::same_key_elsewhere, 9, {}, {}}));
    EXPECT_EQ(permit_.halt(), diverged);
    EXPECT_FALSE(permit_.forgive_mistrust());
    EXPECT_FALSE(permit_.allows(1'000'000));
}

}  // namespace
}  // namespace fairfeed::consensus
