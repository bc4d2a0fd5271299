// The metrics, and the dashboard that draws them.
#include "gateway/api/gateway_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "core/io/file.h"
#include "core/io/json_numbers.h"

namespace fairfeed {
namespace {

std::string figures() {
    GatewayMetrics metrics;
    metrics.request("GET", 200, 3);
    metrics.request("BREW", 405, 1);
    metrics.connections(4, 2);
    metrics.height(7);
    return metrics.text();
}

TEST(Metrics, are_text_with_bounded_labels) {
    const std::string text = figures();
    for (const char* line :
         {"fairfeed_gateway_http_requests_total{method=\"GET\",status=\"200\"} 1",
          "{method=\"other\",status=\"405\"} 1", "fairfeed_gateway_http_request_seconds_count 2",
          "fairfeed_gateway_http_connections 4", "fairfeed_gateway_event_streams 2",
          "fairfeed_gateway_height 7"})
        EXPECT_THAT(text, ::testing::HasSubstr(line));
}

TEST(TheDashboard, draws_metrics_that_exist_and_all_of_them) {
    const auto file = read_text_file(FAIRFEED_SOURCE_DIR "/config/grafana-gateway.json");
    ASSERT_TRUE(file);
    const auto json = parse_json_with_fractions(*file);
    ASSERT_TRUE(json) << json.error();
    std::set<std::string> exist;
    const std::string text = figures();
    const std::regex name("fairfeed_[a-z_]+");
    for (std::sregex_iterator each(text.begin(), text.end(), name), end; each != end; ++each)
        exist.insert(each->str());
    std::set<std::string> drawn;
    for (const Json& panel : *json->at("panels").as_array())
        for (const Json& target : *panel.at("targets").as_array()) {
            const std::string query = *target.at("expr").as_text();
            for (std::sregex_iterator each(query.begin(), query.end(), name), end; each != end;
                 ++each) {
                EXPECT_TRUE(exist.contains(each->str())) << each->str();
                drawn.insert(each->str());
            }
        }
    for (const char* each :
         {"fairfeed_gateway_http_requests_total", "fairfeed_gateway_http_request_seconds_bucket",
          "fairfeed_gateway_http_connections", "fairfeed_gateway_event_streams",
          "fairfeed_gateway_height", "fairfeed_gateway_build_info"})
        EXPECT_TRUE(drawn.contains(each)) << each;
}

}  // namespace
}  // namespace fairfeed
