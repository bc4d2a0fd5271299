#include "meter-sim/link_model.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fairfeed {
namespace {

LinkModel link(std::uint64_t seed = 1) {
    return LinkModel(seed, "m-1", "n1", 0);
}

TEST(LinkModel, a_perfect_link_delivers_at_once_and_once) {
    LinkModel model = link();
    for (std::int64_t now = 0; now < 100; ++now)
        EXPECT_EQ(model.pass(LinkWay::out, {}, now), std::vector{now});
}

TEST(LinkModel, loses_and_doubles_as_many_messages_as_it_is_told) {
    LinkModel model = link();
    const LinkConditions poor{0, 0, 200'000, 50'000};
    constexpr int kMessages = 20'000;
    int lost = 0;
    int doubled = 0;
    for (int i = 0; i < kMessages; ++i) {
        const auto arrivals = model.pass(LinkWay::out, poor, i);
        lost += arrivals.empty() ? 1 : 0;
        doubled += arrivals.size() == 2 ? 1 : 0;
    }
    EXPECT_NEAR(lost, kMessages / 5, kMessages / 100);
    EXPECT_NEAR(doubled, kMessages * 4 / 5 / 20, kMessages / 100);
}

TEST(LinkModel, nothing_passes_a_link_that_loses_all) {
    LinkModel model = link();
    for (int i = 0; i < 1000; ++i)
        EXPECT_TRUE(model.pass(LinkWay::in, {5, 5, 1'000'000, 1'000'000}, i).empty());
}

TEST(LinkModel, delays_within_its_bounds_and_keeps_the_order_of_each_way) {
    LinkModel model = link();
    const LinkConditions slow{300, 200, 0, 100'000};
    std::int64_t last = 0;
    bool differs = false;
    for (std::int64_t now = 0; now < 5000; now += 10) {
        for (const std::int64_t at : model.pass(LinkWay::out, slow, now)) {
            EXPECT_GE(at, now + 300);
            EXPECT_LE(at, now + 500);
            EXPECT_GE(at, last) << "a connection keeps the order";
            differs = differs || at != now + 300;
            last = at;
        }
    }
    EXPECT_TRUE(differs);
    EXPECT_EQ(model.pass(LinkWay::in, {}, 0), std::vector<std::int64_t>{0})
        << "the other way is not held up";
}

TEST(LinkModel, has_the_same_fate_under_the_same_seed_and_another_under_another) {
    const auto fates = [](LinkModel model) {
        std::vector<std::vector<std::int64_t>> out;
        for (std::int64_t now = 0; now < 200; ++now)
            out.push_back(model.pass(LinkWay::out, {10, 50, 300'000, 100'000}, now));
        return out;
    };
    EXPECT_EQ(fates(link(7)), fates(link(7)));
    EXPECT_NE(fates(link(7)), fates(link(8)));
    EXPECT_NE(fates(LinkModel(7, "m-1", "n1", 0)), fates(LinkModel(7, "m-1", "n2", 0)));
}

TEST(LinkModel, is_out_once_in_each_stretch_and_says_when_that_changes) {
    const LinkModel model = link();
    const LinkOutages outages{1000, 100};
    std::int64_t out_ms = 0;
    bool was = model.is_out(outages, 0);
    std::int64_t change_ms = model.next_change_ms(outages, 0);
    for (std::int64_t now = 0; now < 20'000; ++now) {
        const bool is = model.is_out(outages, now);
        if (is != was) {
            EXPECT_EQ(now, change_ms);
            change_ms = model.next_change_ms(outages, now);
            was = is;
        }
        out_ms += is ? 1 : 0;
    }
    EXPECT_EQ(out_ms, 20 * 100);
}

TEST(LinkModel, without_outages_it_is_never_out) {
    const LinkModel model = link();
    EXPECT_FALSE(model.is_out({}, 5));
    EXPECT_EQ(model.next_change_ms({}, 5), INT64_MAX);
}

}  // namespace
}  // namespace fairfeed
