// A node's metrics: every figure of its report, the page, and the dashboard that draws them.
#include "edge-node/service/node_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/dashboard.h"
#include "tests/support/http_talk.h"

namespace fairfeed {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

NodeSummary summary() {
    NodeSummary summary;
    summary.height = 40;
    summary.claimed = 43;
    summary.consensus.round = 2;
    summary.consensus.may_sign = true;
    summary.readings_accepted = 11;
    summary.readings_duplicate = 3;
    summary.rejected = {{"high_s", 2}, {"bad_signature", 5}};
    summary.refused = {{"wrong_topic", 4}};
    summary.objections = {{"wrong_totals", 1}};
    summary.settled = {{ClusterId("ash"), 6}};
    summary.settlements.estimated = {{MeterId("meter-1"), 5}, {MeterId("meter-2"), 1}};
    summary.silent = {{MeterId("meter-1"), 3}};
    summary.alarms = {"no quorum: 1 of 4"};
    summary.invariants = {{"chain_is_linked", true, true, "public", ""},
                          {"conservation_of_money", true, false, "public", "lost"},
                          {"conservation_of_energy", false, false, "keyholders", ""}};
    return summary;
}

StatusReport report_of(const NodeSummary& summary) {
    StatusReport report{.node = NodeId("node-1"),
                        .broker_connected = true,
                        .peers_connected = 2,
                        .peers = 3,
                        .dropped = 9,
                        .summary = summary};
    report.view.missing = {{NodeId("node-4"), "no connection: refused"}};
    report.shell = {.load = {.waiting_transactions = 5,
                             .pending_windows = 1,
                             .readings = 8,
                             .batches = 2,
                             .buffered_bytes = 77},
                    .events_waiting = 12,
                    .bytes_waiting = 3400,
                    .unacknowledged = 6,
                    .sent = {{"receipt", 11}, {"prevote", 41}},
                    .view_changes = 7};
    return report;
}

class NodeMetricsTest : public ::testing::Test {
  protected:
    NodeMetricsTest() {
        auto opened = NodeMetrics::open(0);
        CHECK(opened.has_value());
        metrics_ = std::move(*opened);
    }
    std::unique_ptr<NodeMetrics> metrics_;
};

TEST_F(NodeMetricsTest, show_every_figure_and_name_no_meter) {
    const NodeSummary facts = summary();
    metrics_->show(report_of(facts));
    metrics_->wrote(true, 4);
    metrics_->wrote(false, 600);
    const std::string text = metrics_->text();
    for (const char* line : {"\nfairfeed_node_height 40\n",
                             "\nfairfeed_node_behind 3\n",
                             "\nfairfeed_node_round 2\n",
                             "fairfeed_node_running 1\n",
                             "\nfairfeed_node_signs 1\n",
                             "\nfairfeed_node_broker_connected 1\n",
                             "\nfairfeed_node_peers 3\n",
                             "\nfairfeed_node_peers_connected 2\n",
                             "\nfairfeed_node_gateway_connected 0\n",
                             "\nfairfeed_node_nodes_missing 1\n",
                             "\nfairfeed_node_alarms 1\n",
                             "\nfairfeed_node_invariants_failed 1\n",
                             "\nfairfeed_node_transactions_waiting 5\n",
                             "\nfairfeed_node_windows_waiting 1\n",
                             "\nfairfeed_node_readings_held 8\n",
                             "\nfairfeed_node_batches_held 2\n",
                             "\nfairfeed_node_votes_held_bytes 77\n",
                             "\nfairfeed_node_events_waiting 12\n",
                             "\nfairfeed_node_events_waiting_bytes 3400\n",
                             "\nfairfeed_node_messages_unacknowledged 6\n",
                             "\nfairfeed_node_meters_silent 1\n",
                             "\nfairfeed_node_readings_accepted_total 11\n",
                             "\nfairfeed_node_readings_duplicate_total 3\n",
                             "\nfairfeed_node_readings_estimated_total 6\n",
                             "\nfairfeed_node_view_changes_total 7\n",
                             "\nfairfeed_node_messages_dropped_total 9\n",
                             "\nfairfeed_node_readings_refused_total{reason=\"bad_signature\"} 5\n",
                             "\nfairfeed_node_readings_refused_total{reason=\"high_s\"} 2\n",
                             "\nfairfeed_node_messages_refused_total{reason=\"wrong_topic\"} 4\n",
                             "\nfairfeed_node_objections_total{reason=\"wrong_totals\"} 1\n",
                             "\nfairfeed_node_messages_sent_total{channel=\"receipt\"} 11\n",
                             "\nfairfeed_node_windows_settled_total{cluster=\"ash\"} 6\n",
                             "\nfairfeed_node_write_seconds_bucket{block=\"yes\",le=\"0.005\"} 1\n",
                             "\nfairfeed_node_write_seconds_count{block=\"no\"} 1\n",
                             "\nfairfeed_node_build_info{version=\"" FAIRFEED_VERSION "\"} 1\n",
                             "\nprocess_resident_memory_bytes ",
                             "\nprocess_cpu_seconds_total ",
                             "\nprocess_open_fds ",
                             "\nprocess_start_time_seconds "})
        EXPECT_THAT(text, HasSubstr(line));
    EXPECT_THAT(text, Not(HasSubstr("meter-1")));
}

TEST_F(NodeMetricsTest, tell_of_a_chain_that_is_ahead_of_all_claims_nothing_to_catch_up) {
    NodeSummary facts = summary();
    facts.claimed = 12;
    metrics_->show(report_of(facts));
    EXPECT_THAT(metrics_->text(), HasSubstr("\nfairfeed_node_behind 0\n"));
}

TEST_F(NodeMetricsTest, say_while_a_node_waits_for_its_disk_that_it_does_not_run) {
    const NodeSummary facts = summary();
    metrics_->show(report_of(facts));
    metrics_->show_waiting();
    const std::string text = metrics_->text();
    EXPECT_THAT(text, HasSubstr("fairfeed_node_running 0\n"));
    EXPECT_THAT(text, Not(HasSubstr("fairfeed_node_height")));
}

TEST_F(NodeMetricsTest, are_a_page_on_loopback) {
    testing_support::HttpTalk talk(metrics_->port());
    ASSERT_TRUE(talk.say("GET /metrics HTTP/1.1\r\n\r\n"));
    const std::string page = talk.read_all();
    EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4;"));
    EXPECT_THAT(page, HasSubstr("\nfairfeed_node_build_info{"));
    EXPECT_THAT(page, EndsWith("\n"));
}

TEST_F(NodeMetricsTest, are_all_on_the_dashboard_which_draws_no_others) {
    const NodeSummary facts = summary();
    metrics_->show(report_of(facts));
    const std::string text = metrics_->text();
    const auto exist = testing_support::metric_names_in(text);
    auto drawn = testing_support::drawn_metrics(FAIRFEED_SOURCE_DIR "/config/grafana-node.json");
    for (const std::string& each : drawn)
        EXPECT_TRUE(exist.contains(each)) << each;
    ASSERT_EQ(drawn.erase("fairfeed_node_write_seconds_bucket"), 1U);
    drawn.insert("fairfeed_node_write_seconds");
    for (const std::string& each : testing_support::metric_families_in(text))
        EXPECT_TRUE(drawn.contains(each)) << each;
}

}  // namespace
}  // namespace fairfeed
