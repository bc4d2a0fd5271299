#include "meter-sim/line_traffic.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

const MeterId kOne("m-1");
const MeterId kTwo("m-2");
constexpr std::int64_t kDayMs = 86'400'000;

class CountedLines final : public MqttLines {
  public:
    explicit CountedLines(std::size_t lines) : traffic_(lines) {}
    void carry(std::size_t line, MqttTraffic more) {
        traffic_[line].sent += more.sent;
        traffic_[line].received += more.received;
    }
    bool publish(std::size_t, std::string_view, ByteView) override { return true; }
    void cut(std::size_t, bool) override {}
    [[nodiscard]] MqttLineCounts counts() const override { return {}; }
    [[nodiscard]] MqttTraffic traffic(std::size_t line) const override { return traffic_[line]; }

  private:
    std::vector<MqttTraffic> traffic_;
};

// Real time is grid time; the first day begins at 0.
NetworkParameters one_to_one() {
    NetworkParameters parameters;
    parameters.grid_epoch_s = 0;
    parameters.real_epoch_ms = 0;
    parameters.speed = 1;
    return parameters;
}

class LineTrafficTest : public ::testing::Test {
  protected:
    LineTrafficTest() {
        for (const MeterId& meter : {kOne, kOne, kTwo})
            traffic_.add_line(meter);
    }
    LineTraffic traffic_{one_to_one()};
    CountedLines lines_{3};
    TrafficBook book_;
};

TEST_F(LineTrafficTest, a_meter_has_the_bytes_of_all_its_lines_and_no_other) {
    EXPECT_TRUE(traffic_.must_count(0)) << "the day of the first bytes is not known yet";
    traffic_.count(lines_, 0, book_);
    lines_.carry(0, {100, 10});
    lines_.carry(1, {20, 2});
    lines_.carry(2, {7, 3});
    traffic_.count(lines_, kDayMs - 1, book_);
    EXPECT_EQ(book_.of(kOne, 0), (MqttTraffic{120, 12}));
    EXPECT_EQ(book_.of(kTwo, 0), (MqttTraffic{7, 3}));
}

TEST_F(LineTrafficTest, no_byte_is_booked_twice_or_on_the_day_after) {
    traffic_.count(lines_, 0, book_);
    EXPECT_FALSE(traffic_.must_count(kDayMs - 1));
    EXPECT_EQ(traffic_.next_day_s(), kSecondsPerDay);
    lines_.carry(2, {50, 5});
    EXPECT_TRUE(traffic_.must_count(kDayMs));
    traffic_.count(lines_, kDayMs, book_);
    lines_.carry(2, {1, 1});
    traffic_.count(lines_, kDayMs + 1, book_);
    EXPECT_EQ(book_.of(kTwo, 0), (MqttTraffic{50, 5}));
    EXPECT_EQ(book_.of(kTwo, 1), (MqttTraffic{1, 1}));
    EXPECT_EQ(book_.total(), (MqttTraffic{51, 6}));
}

}  // namespace
}  // namespace fairfeed
