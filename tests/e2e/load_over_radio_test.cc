// `meter-sim load` with the `link` of its configuration, in the network of config/lab.yaml, in
// which a window takes 3 s.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/e2e/demo.h"
#include "tests/e2e/running_lab.h"

namespace fairfeed::e2e {
namespace {

using ::testing::HasSubstr;

constexpr int kDelayMs = 150;  // each way

TEST(LoadOverRadio, a_poor_link_is_in_the_measured_times_and_costs_no_reading) {
    const RunningLab lab(12, 8000);
    std::ofstream(lab.meters(), std::ios::app)
        << "\nlink: {delay_ms: " << kDelayMs
        << ", jitter_ms: 50, loss_percent: 15, duplicate_percent: 15,\n"
           "       outage_every_s: 6, outage_s: 1}\n";
    RunningProgram load({program("meter-sim"), "load", "--config", lab.meters().string(), "--burst",
                         "--duration", "6", "--json", lab.in("load.json").string()});
    EXPECT_EQ(load.wait(), 0) << load.output();
    EXPECT_THAT(load.output(), HasSubstr("messages on the links: "));
    EXPECT_THAT(load.output(), HasSubstr("bytes of MQTT a meter on 2016-08-08: sent "));

    const Json result = read_json(lab.in("load.json"));
    EXPECT_EQ(integer(result.at("readings").at("final")), 24);
    EXPECT_GE(integer(result.at("publish_to_receipt_ms").at("p50")), 2 * kDelayMs);
    EXPECT_GT(integer(result.at("link").at("lost")), 0);
    EXPECT_GT(integer(result.at("link").at("doubled")), 0);
    const Json& connections = result.at("connections");
    EXPECT_GT(integer(connections.at("made")), integer(connections.at("wanted")))
        << "outages cut connections, and they come back";

    // A reading is at least 300 bytes; two of them go to at least two members.
    std::int64_t sent = 0;
    for (const Json& day : *result.at("traffic").at("days").as_array()) {
        EXPECT_EQ(day.at("meters").as_object()->size(), 12U);
        sent += integer(day.at("meters").at("m-102").at("sent"));
    }
    EXPECT_GT(sent, 2 * 2 * 300);
}

}  // namespace
}  // namespace fairfeed::e2e
