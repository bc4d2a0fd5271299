#include "meter-sim/share_book.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

const NodeId kParent("node-1");
const NodeId kNeighbour("node-2");
const NodeId kOther("node-3");

ShareStatement stated(Window window, std::int64_t mes_w, std::int64_t from_s) {
    ShareStatement statement;
    statement.meter = MeterId("m-1");
    statement.window = window;
    statement.mes_w = mes_w;
    statement.from_s = from_s;
    return statement;
}

std::vector<ShareBook::Quorum> quorum(std::size_t needed) {
    return {{{kParent, kNeighbour, kOther}, needed}};
}

TEST(ShareBook, one_member_alone_changes_nothing_however_often_it_speaks) {
    ShareBook book({}, {});
    const auto all = quorum(2);
    EXPECT_FALSE(book.hear(kParent, stated(0, 800, 100), all));
    EXPECT_FALSE(book.hear(kParent, stated(0, 800, 100), all));
    EXPECT_TRUE(book.schedule().empty());
}

TEST(ShareBook, statements_that_differ_in_anything_do_not_add_up) {
    ShareBook book({}, {});
    const auto all = quorum(2);
    ShareStatement other_settlement = stated(0, 800, 100);
    other_settlement.settlement.bytes[0] = 1;
    EXPECT_FALSE(book.hear(kParent, stated(0, 800, 100), all));
    EXPECT_FALSE(book.hear(kNeighbour, stated(0, 801, 100), all));
    EXPECT_FALSE(book.hear(kNeighbour, stated(0, 800, 1000), all));
    EXPECT_FALSE(book.hear(kNeighbour, other_settlement, all));
    EXPECT_TRUE(book.hear(kOther, stated(0, 800, 100), all));
    EXPECT_EQ(book.schedule(), (ShareSchedule{{800, 100}}));
}

TEST(ShareBook, a_later_windows_share_replaces_one_that_would_bind_later) {
    ShareBook book({}, {});
    const auto all = quorum(1);
    EXPECT_TRUE(book.hear(kParent, stated(0, 800, 100), all));
    EXPECT_TRUE(book.hear(kParent, stated(1, 700, 1000), all));
    EXPECT_TRUE(book.hear(kParent, stated(2, 600, 1000), all));
    EXPECT_EQ(book.schedule(), (ShareSchedule{{800, 100}, {600, 1000}}));
    EXPECT_FALSE(book.hear(kParent, stated(1, 900, 5000), all));  // an old window
}

TEST(ShareBook, forgets_what_can_no_longer_bind_but_not_what_binds_now) {
    ShareBook book({}, {{0, {800, 100}}, {1, {700, 1000}}, {2, {600, 2000}}});
    book.forget_before(1500);
    EXPECT_EQ(book.schedule(), (ShareSchedule{{700, 1000}, {600, 2000}}));
    book.forget_before(99'999);
    EXPECT_EQ(book.schedule(), (ShareSchedule{{600, 2000}}));
}

TEST(ShareBook, a_member_who_talks_of_the_future_crowds_out_only_itself) {
    ShareBook book({}, {});
    const auto all = quorum(2);
    EXPECT_FALSE(book.hear(kParent, stated(5, 800, 100), all));
    for (Window window = 100; window < 200; ++window)
        EXPECT_FALSE(book.hear(kOther, stated(window, 1, 1), all));
    EXPECT_TRUE(book.hear(kNeighbour, stated(5, 800, 100), all));
}

TEST(ShareBook, remembers_across_a_restart_which_windows_are_old) {
    ShareBook book({}, {{4, {800, 100}}});
    const auto all = quorum(1);
    EXPECT_FALSE(book.hear(kParent, stated(4, 900, 100), all));
    EXPECT_TRUE(book.hear(kParent, stated(5, 900, 1000), all));
}

// Each committee may have one liar. Two equal statements must not come from one liar in each.
TEST(ShareBook, does_not_add_up_members_of_two_committees) {
    ShareBook book({}, {});
    const std::vector<ShareBook::Quorum> two{{{kParent, kNeighbour}, 2}, {{kOther, kNeighbour}, 2}};
    EXPECT_FALSE(book.hear(kParent, stated(0, 800, 100), two));
    EXPECT_FALSE(book.hear(kOther, stated(0, 800, 100), two));
    EXPECT_TRUE(book.hear(kNeighbour, stated(0, 800, 100), two));
}

}  // namespace
}  // namespace fairfeed
