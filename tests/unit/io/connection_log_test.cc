#include "core/io/connection_log.h"

#include <gmock/gmock.h>

#include "core/io/log.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;

TEST(ConnectionLogTest, tells_a_flapping_connection_a_few_times_a_minute_and_counts_the_rest) {
    ConnectionLog log;
    const NodeId broker("n2");
    Instant now;
    now.steady_ms = 70'000;
    std::size_t lines = 0;
    for (int i = 0; i < 100; ++i)
        lines += log.on_change(broker, now) ? 1U : 0U;
    EXPECT_EQ(lines, ConnectionLog::kMostInSpan);
    EXPECT_EQ(log.on_change(NodeId("n3"), now), 0U) << "others are told all the same";
    now.steady_ms += ConnectionLog::kSpanMs;
    EXPECT_EQ(log.on_change(broker, now), 94U);
    EXPECT_EQ(log.on_change(broker, now), 0U);
}

TEST(ConnectionLogTest, writes_what_changed_why_and_how_often_before_in_silence) {
    ConnectionLog log;
    const NodeId broker("n2");
    Instant now;
    testing::internal::CaptureStderr();
    for (int i = 0; i < 8; ++i)
        log.tell(broker, i % 2 == 0, "refused", now);
    now.steady_ms += ConnectionLog::kSpanMs;
    log.tell(broker, false, "no route", now);
    const std::string lines = testing::internal::GetCapturedStderr();
    EXPECT_THAT(lines, HasSubstr("connected broker=n2\n"));
    EXPECT_THAT(lines, HasSubstr("not connected; dialling again broker=n2 reason=refused\n"));
    EXPECT_THAT(lines, HasSubstr("reason=\"no route\" changes_not_told=2\n"));
}

}  // namespace
}  // namespace fairfeed
