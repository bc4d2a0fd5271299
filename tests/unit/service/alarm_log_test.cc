// A node logs each alarm once when it begins and once when it ends.
#include "edge-node/service/alarm_log.h"

#include <gtest/gtest.h>

namespace fairfeed::test {
namespace {

using News = std::vector<AlarmNews>;

TEST(AlarmLog, says_once_that_an_alarm_begins_and_once_that_it_is_over) {
    AlarmLog log;
    NodeSummary summary;
    EXPECT_EQ(log.look(summary), News{});
    summary.alarms = {"signs nothing, because its record is lost: 1 of 3 have answered"};
    EXPECT_EQ(log.look(summary), (News{{false, summary.alarms[0]}}));
    EXPECT_EQ(log.look(summary), News{});
    summary.alarms = {"signs nothing, because its record is lost: until height 9"};
    EXPECT_EQ(log.look(summary), News{}) << "the same alarm, with other figures";
    summary.alarms = {"diverged at height 9 (ours 1, theirs 2): compare"};
    EXPECT_EQ(log.look(summary), (News{{true, "signs nothing, because its record is lost"},
                                       {false, summary.alarms[0]}}));
    summary.alarms.clear();
    EXPECT_EQ(log.look(summary).size(), 1U);
    EXPECT_EQ(log.look(summary), News{});
}

TEST(AlarmLog, hears_of_silent_meters_broken_seals_and_invariants) {
    AlarmLog log;
    NodeSummary summary;
    summary.silent = {{MeterId("m1"), 3}};
    summary.tampered = {{MeterId("m2"), 7}};
    summary.invariants = {{"energy", true, false, "public", "height 3: 1 Wh too many"},
                          {"money", true, true, "public", ""},
                          {"bills", false, false, "keyholders", ""}};
    const News news = log.look(summary);
    ASSERT_EQ(news.size(), 3U);
    EXPECT_EQ(news[0].what, "invariant energy does not hold: height 3: 1 Wh too many");
    summary.silent = {{MeterId("m1"), 4}};
    EXPECT_EQ(log.look(summary), News{}) << "one more window is no news";
    summary.silent.clear();
    EXPECT_EQ(log.look(summary), (News{{true, "meter m1 is silent"}}));
}

TEST(AlarmLog, calls_no_meter_silent_that_talks_and_names_who_generates_beyond_its_certificate) {
    AlarmLog log;
    NodeSummary summary;
    summary.unusable = {{MeterId("m1"), "register_fell"}};
    summary.over_certified = {{MeterId("m2"), 1}};
    EXPECT_EQ(log.look(summary),
              (News{{false, "meter m1 talks, and its readings are refused: register_fell"},
                    {false,
                     "meter m2 generates more than it is certified for: windows flagged "
                     "since its certificate: 1"}}));
    summary.unusable = {{MeterId("m1"), "stale_sequence"}};
    summary.over_certified = {{MeterId("m2"), 2}};
    EXPECT_EQ(log.look(summary), News{}) << "the same, with other figures";
    summary.over_certified.clear();
    EXPECT_EQ(log.look(summary),
              (News{{true, "meter m2 generates more than it is certified for"}}));
}

TEST(AlarmLog, names_each_new_evidence_and_never_calls_it_over) {
    AlarmLog log;
    NodeSummary summary;
    summary.accused = {{"node-3", 1}};
    ASSERT_EQ(log.look(summary).size(), 1U);
    EXPECT_EQ(log.look(summary), News{});
    summary.accused = {{"node-3", 2}, {"m4", 1}};
    EXPECT_EQ(log.look(summary).size(), 2U);
    EXPECT_EQ(log.look(summary), News{});
}

}  // namespace
}  // namespace fairfeed::test
