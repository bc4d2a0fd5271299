// Approved notices on their way from `gateway submit` through the service to the nodes.
#include "gateway/service/notice_outbox.h"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/support/temp_directory.h"
#include "tests/unit/follower/followed_chain.h"

namespace fairfeed::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::TempDirectory;

class NoticesOnTheirWay : public FollowedChain {
  protected:
    NoticesOnTheirWay() : outbox_(directory_ / "ledger.db") {}
    [[nodiscard]] Transaction approved(Window valid_until) {
        const Transaction draft = network_.draft(
            chain_.state(), CapacityCertificate{0, TestNetwork::meter(1, 1), 6000, 9}, valid_until);
        return network_.approved(draft, {TestNetwork::officer(1), TestNetwork::officer(2)});
    }
    [[nodiscard]] NoticeOutbox::Look look() {
        return outbox_.look(network_.genesis(), ledger_, now_);
    }

    TempDirectory directory_;
    Ledger ledger_ = std::move(*Ledger::open(directory_ / "ledger.db", network_.genesis()));
    NoticeOutbox outbox_;
};

TEST_F(NoticesOnTheirWay, are_published_again_and_again_until_a_block_has_them) {
    const Transaction notice = approved(kLongValid);
    ASSERT_TRUE(outbox_.put(notice));
    EXPECT_THAT(look().publish, ElementsAre(notice)) << "with its approvals";
    EXPECT_THAT(look().publish, IsEmpty()) << "not every second";
    EXPECT_EQ(look().waiting, 1U);
    now_.steady_ms += NoticeOutbox::kAgainMs;
    EXPECT_THAT(look().publish, ElementsAre(notice));
    append({notice});
    ASSERT_TRUE(ledger_.commit(block(1).block, block(1).certificate, 0));
    now_.steady_ms += NoticeOutbox::kAgainMs;
    const NoticeOutbox::Look last = look();
    EXPECT_THAT(last.publish, IsEmpty());
    EXPECT_THAT(last.ended, ElementsAre(HasSubstr("block 1 has it")));
    EXPECT_THAT(look().ended, IsEmpty()) << "and it is gone";
}

TEST_F(NoticesOnTheirWay, go_when_they_expire) {
    ASSERT_TRUE(outbox_.put(approved(3)));
    now_.real_ms = GridClock(network_.genesis().content.parameters).end_real_ms(3);
    const NoticeOutbox::Look last = look();
    EXPECT_THAT(last.publish, IsEmpty());
    EXPECT_THAT(last.ended, ElementsAre(HasSubstr("it expired when window 3 ended")));
    EXPECT_EQ(last.waiting, 0U);
}

TEST_F(NoticesOnTheirWay, do_not_wait_behind_a_file_that_is_none) {
    ASSERT_TRUE(outbox_.put(approved(kLongValid)));
    std::ofstream(directory_ / "notices/0.notice") << "a poem";
    const NoticeOutbox::Look all = look();
    EXPECT_EQ(all.publish.size(), 1U);
    EXPECT_THAT(all.faults, ElementsAre(HasSubstr("0.notice: holds no notice of this network")));
}

}  // namespace
}  // namespace fairfeed::test
