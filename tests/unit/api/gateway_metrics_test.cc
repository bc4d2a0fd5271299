// The metrics, and the dashboard that draws them.
#include "gateway/api/gateway_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/dashboard.h"

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
    const auto exist = testing_support::metric_names_in(figures());
    const auto drawn =
        testing_support::drawn_metrics(FAIRFEED_SOURCE_DIR "/config/grafana-gateway.json");
    for (const std::string& each : drawn)
        EXPECT_TRUE(exist.contains(each)) << each;
    for (const char* each :
         {"fairfeed_gateway_http_requests_total", "fairfeed_gateway_http_request_seconds_bucket",
          "fairfeed_gateway_http_connections", "fairfeed_gateway_event_streams",
          "fairfeed_gateway_height", "fairfeed_gateway_build_info"})
        EXPECT_TRUE(drawn.contains(each)) << each;
}

}  // namespace
}  // namespace fairfeed
