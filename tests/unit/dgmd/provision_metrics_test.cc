// The ports on which nodes serve their metrics, from the network's file to the node's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_support::content_of;
using testing_support::kSmallLab;
using testing_support::load_lab_text;
using testing_support::Provisioned;
using testing_support::TempDirectory;
using testing_support::with;

std::string lab_with(const std::string& one, const std::string& two) {
    const std::string first = with(kSmallLab, "port: 18831\n", "port: 18831\n" + one);
    return with(first, "port: 18832\n", "port: 18832\n" + two);
}

TEST(ProvisionedMetrics, have_the_port_that_the_file_gives_each_node_and_none_unasked) {
    const Provisioned made(lab_with("    metrics_port: 18841\n", ""));
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    const auto files = content_of(made.network());
    EXPECT_THAT(files.at("nodes/n1/edge-node.yaml"), HasSubstr("\nmetrics:\n  port: 18841\n"));
    EXPECT_THAT(files.at("nodes/n2/edge-node.yaml"), Not(HasSubstr("metrics")));
}

TEST(ProvisionedMetrics, are_refused_a_port_that_something_else_on_the_machine_has) {
    const TempDirectory directory;
    const auto refusal = [&](const std::string& one, const std::string& two) {
        const auto lab = load_lab_text(directory, lab_with(one, two));
        return lab ? std::vector<std::string>() : lab.error();
    };
    EXPECT_THAT(refusal("    metrics_port: 18831\n", ""),
                ElementsAre(HasSubstr("is the port of the node's broker")));
    EXPECT_THAT(refusal("    metrics_port: 18832\n", ""),
                ElementsAre(HasSubstr("is the port of metrics on node 'n1'")));
    EXPECT_THAT(refusal("", "    metrics_port: 18831\n"),
                ElementsAre(HasSubstr("is the broker's port on node 'n1'")));
    EXPECT_THAT(refusal("    metrics_port: 9464\n", "    metrics_port: 9464\n"),
                ElementsAre(HasSubstr("is the port of metrics on node 'n1'")));
    const auto gateway = load_lab_text(
        directory, with(lab_with("    metrics_port: 18830\n", ""),
                        "tariff:", "gateway: {address: 127.0.0.1, port: 18830}\ntariff:"));
    ASSERT_FALSE(gateway);
    EXPECT_THAT(gateway.error(), ElementsAre(HasSubstr("is the port of metrics on node 'n1'")));
}

TEST(ProvisionedMetrics, may_have_one_port_on_machines_of_their_own) {
    const TempDirectory directory;
    const std::string text = lab_with("    metrics_port: 9464\n", "    metrics_port: 9464\n");
    const auto lab =
        load_lab_text(directory, with(text, "address: 127.0.0.1", "address: n1.example.org"));
    EXPECT_TRUE(lab) << lab.error().front();
}

}  // namespace
}  // namespace fairfeed
