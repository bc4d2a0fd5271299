// Those who watch: each sees what is theirs, in order, and nobody waits for a slow one.
#include "gateway/http/event_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

LiveEvent event(std::uint64_t height, std::uint64_t position, const std::string& meter = "") {
    return {height, position, "block", "{\"height\":" + std::to_string(height) + "}", meter};
}

const std::size_t kEvent = event_text(event(1, 0)).size();

EventWish all() {
    return {[](const LiveEvent&) { return true; }, {}};
}
EventWish of_meter(const std::string& meter) {
    return {[meter](const LiveEvent& each) { return each.meter.empty() || each.meter == meter; },
            {}};
}
EventWish after(std::uint64_t height, std::uint64_t position) {
    EventWish wish = all();
    wish.last = {height, position};
    return wish;
}

TEST(AnEvent, is_text_that_a_browser_reads) {
    EXPECT_EQ(event_text(event(7, 2)), "id: 7.2\nevent: block\ndata: {\"height\":7}\n\n");
    EXPECT_EQ(*parse_event_id("7.2"), (std::pair<std::uint64_t, std::uint64_t>(7, 2)));
    for (const char* odd :
         {"", ".", "7", "7.", ".2", "7.2.1", "-1.2", "7.x", "99999999999999999999.1"})
        EXPECT_FALSE(parse_event_id(odd)) << odd;
}

TEST(Watchers, see_what_is_theirs_in_order) {
    EventHub hub({});
    const auto anyone = *hub.open(all());
    const auto owner = *hub.open(of_meter("m-1"));
    EXPECT_THAT(hub.publish({event(1, 0)}), ElementsAre(anyone, owner));
    EXPECT_THAT(hub.publish({event(1, 1, "m-2")}), ElementsAre(anyone));
    EXPECT_EQ(hub.take(anyone), event_text(event(1, 0)) + event_text(event(1, 1)));
    EXPECT_EQ(hub.take(owner), event_text(event(1, 0)));
    EXPECT_EQ(hub.take(owner), "");
}

TEST(AWatcher, that_reads_too_slowly_is_let_go_and_others_are_not) {
    EventHub hub({.watchers = 10, .queue_bytes = 3 * kEvent, .history_bytes = 100 * kEvent});
    const auto slow = *hub.open(all());
    const auto quick = *hub.open(all());
    for (std::uint64_t i = 0; i < 4; ++i) {
        hub.publish({event(i, 0)});
        EXPECT_NE(hub.take(quick), "");
    }
    EXPECT_TRUE(hub.is_let_go(slow));
    EXPECT_EQ(hub.take(slow), "");
    EXPECT_FALSE(hub.is_let_go(quick));
    EXPECT_EQ(hub.watchers(), 1U);
}

TEST(AWatcher, that_comes_back_gets_what_it_missed) {
    EventHub hub({.watchers = 10, .queue_bytes = 5 * kEvent, .history_bytes = 4 * kEvent});
    for (std::uint64_t i = 1; i <= 4; ++i)
        hub.publish({event(i, 0)});
    EXPECT_EQ(hub.take(*hub.open(after(2, 0))), event_text(event(3, 0)) + event_text(event(4, 0)));
    EXPECT_EQ(hub.take(*hub.open(after(4, 0))), "");
    EXPECT_EQ(hub.take(*hub.open(all())), "") << "a new watcher begins now";
}

TEST(AWatcher, that_was_away_too_long_is_told_of_the_gap) {
    EventHub hub({.watchers = 10, .queue_bytes = 2 * kEvent, .history_bytes = 4 * kEvent});
    EXPECT_THAT(hub.take(*hub.open(after(1, 0))), HasSubstr("event: gap")) << "after a restart";
    for (std::uint64_t i = 1; i <= 6; ++i)
        hub.publish({event(i, 0)});
    EXPECT_THAT(hub.take(*hub.open(after(1, 0))), HasSubstr("event: gap")) << "forgotten";
    EXPECT_THAT(hub.take(*hub.open(after(3, 0))), HasSubstr("event: gap")) << "beyond the queue";
    EXPECT_EQ(hub.take(*hub.open(after(5, 0))), event_text(event(6, 0)));
}

TEST(Watchers, are_so_many_and_no_more) {
    EventHub hub({.watchers = 2});
    const auto first = hub.open(all());
    EXPECT_TRUE(hub.open(all()));
    EXPECT_FALSE(hub.open(all()));
    hub.close(*first);
    EXPECT_TRUE(hub.open(all()));
}

TEST(AWatcher, that_sees_many_meters_is_not_let_go_by_one_large_block) {
    EventHub hub({.watchers = 10, .queue_bytes = 3 * kEvent, .history_bytes = 4 * kEvent});
    const auto officer = *hub.open(all());
    std::vector<LiveEvent> block;
    std::string expected;
    for (std::uint64_t i = 0; i < 5000; ++i) {
        block.push_back(event(1, i, "m-" + std::to_string(i)));
        expected += event_text(block.back());
    }
    EXPECT_THAT(hub.publish(block), ElementsAre(officer));
    ASSERT_FALSE(hub.is_let_go(officer));
    std::string came;
    for (std::string piece = hub.take(officer); !piece.empty(); piece = hub.take(officer)) {
        EXPECT_LE(piece.size(), std::size_t{65 * 1024}) << "no copy of all for each watcher";
        came += piece;
    }
    EXPECT_EQ(came, expected);
    hub.publish(block);
    hub.publish(block);
    EXPECT_TRUE(hub.is_let_go(officer)) << "who reads nothing at all is";
}

TEST(Watchers, of_one_account_are_eight_and_no_more) {
    EventHub hub({});
    EventWish mine = all();
    mine.account = "home";
    std::vector<WatcherId> open;
    for (int i = 0; i < 8; ++i)
        open.push_back(*hub.open(mine));
    EXPECT_FALSE(hub.open(mine));
    EventWish other = all();
    other.account = "olga";
    EXPECT_TRUE(hub.open(other)) << "others are not shut out";
    hub.close(open.front());
    EXPECT_TRUE(hub.open(mine));
}

TEST(Watchers, are_not_asked_about_meters_that_are_none_of_theirs) {
    EventHub hub({});
    int asked = 0;
    EventWish owner{[&asked](const LiveEvent&) {
        ++asked;
        return true;
    }};
    owner.account = "home";
    owner.meters = {"m-1", "m-2"};
    const auto id = *hub.open(owner);
    EXPECT_THAT(hub.publish({event(1, 0, "m-3"), event(1, 1, "m-2"), event(1, 2)}),
                ElementsAre(id));
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(hub.take(id), event_text(event(1, 1)) + event_text(event(1, 2)));
    hub.close(id);
    EXPECT_THAT(hub.publish({event(2, 0, "m-1")}), ElementsAre());
    EXPECT_EQ(asked, 2);
}

}  // namespace
}  // namespace fairfeed
