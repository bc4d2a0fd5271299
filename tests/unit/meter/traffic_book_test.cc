#include "meter-sim/traffic_book.h"

#include <gtest/gtest.h>

#include <sstream>

namespace fairfeed {
namespace {

const MeterId kOne("m-1");
const MeterId kTwo("m-2");
constexpr std::int64_t kDay = 17'021;  // 2016-08-08

TEST(TrafficBook, keeps_meters_and_days_apart) {
    TrafficBook book;
    book.add(kOne, kDay, {100, 10});
    book.add(kOne, kDay, {50, 5});
    book.add(kTwo, kDay, {200, 20});
    book.add(kOne, kDay + 1, {7, 8});
    EXPECT_EQ(book.of(kOne, kDay), (MqttTraffic{150, 15}));
    EXPECT_EQ(book.of(kTwo, kDay + 1), MqttTraffic{});
    EXPECT_EQ(book.total(), (MqttTraffic{357, 43}));
    std::ostringstream out;
    book.print(out);
    EXPECT_EQ(out.str(),
              "bytes of MQTT a meter on 2016-08-08: sent 175 (150 to 200), received 17 (15 to 20)\n"
              "bytes of MQTT a meter on 2016-08-09: sent 7 (7 to 7), received 8 (8 to 8)\n");
    EXPECT_EQ(book.to_json().at("days").at(0).dump(),
              R"({"day":"2016-08-08","sent":350,"received":35,)"
              R"("meters":{"m-1":{"sent":150,"received":15},"m-2":{"sent":200,"received":20}}})");
}

TEST(TrafficBook, forgets_the_days_but_not_the_bytes_of_a_long_run) {
    TrafficBook book;
    constexpr std::int64_t kDays = 400;
    for (std::int64_t day = 0; day < kDays; ++day)
        book.add(kOne, kDay + day, {3, 1});
    EXPECT_EQ(book.total(), (MqttTraffic{3 * kDays, kDays}));
    EXPECT_EQ(book.of(kOne, kDay), MqttTraffic{});
    EXPECT_EQ(book.to_json().at("days").as_array()->size(), TrafficBook::kMostDays);
}

}  // namespace
}  // namespace fairfeed
