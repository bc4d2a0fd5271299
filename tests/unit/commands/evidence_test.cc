#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge-node/commands/check_proof.h"
#include "edge-node/commands/prove_evidence.h"
#include "edge-node/commands/show.h"
#include "tests/unit/commands/accused_directory.h"

namespace fairfeed {
namespace {

using test::AccusedDirectory;
using test::NodeDirectory;
using test::Said;
using testing::HasSubstr;

const MeterId kMeter = AccusedDirectory::culprit();

TEST(show_evidence_command, lists_liars_and_broken_seals) {
    const AccusedDirectory node;
    const Said page = test::say(run_show_evidence, ShowEvidenceOptions{node.source(), false});
    ASSERT_EQ(page.code, kExitOk) << page.err;
    EXPECT_THAT(page.out, HasSubstr("two_readings"));
    EXPECT_THAT(page.out, HasSubstr("window 1 of cluster-1"));
    EXPECT_THAT(page.out, HasSubstr("cover_open"));
    const Json json = test::say(run_show_evidence, ShowEvidenceOptions{node.source(), true}).json();
    EXPECT_EQ(*json.at("evidence").at(0).at("culprit").as_text(), kMeter.str());
    EXPECT_EQ(*json.at("events").at(0).at("meter").as_text(), "meter-2-1");
}

TEST(show_evidence_command, says_when_there_is_none) {
    const NodeDirectory node(1, 1);
    const Said said =
        test::say(run_show_evidence,
                  ShowEvidenceOptions{{std::nullopt, node.genesis(), node.ledger()}, false});
    EXPECT_EQ(said.out, "Nothing is said against anybody up to height 1.\n");
}

TEST(show_nodes_command, counts_what_anybody_can_see) {
    const AccusedDirectory node;
    const Json json = test::say(run_show_nodes, ShowNodesOptions{node.source(), true}).json();
    EXPECT_EQ(*json.at("nodes").at(0).at("node").as_text(), "node-1");
    EXPECT_EQ(*json.at("nodes").at(0).at("reissued").as_int(), 0);
    const Said page = test::say(run_show_nodes, ShowNodesOptions{node.source(), false});
    EXPECT_THAT(page.out, HasSubstr("taken over"));
}

TEST(prove_evidence_command, writes_a_file_that_checks_without_the_ledger) {
    const AccusedDirectory node;
    const ProveEvidenceOptions options{node.source(), kMeter.str(), node.in("guilt.evidence")};
    const Said written = test::say(run_prove_evidence, options);
    ASSERT_EQ(written.code, kExitOk) << written.err;
    EXPECT_EQ(test::say(run_prove_evidence, options).code, kExitUsage) << "replaces nothing";
    std::filesystem::remove(node.ledger());
    const CheckProofOptions check{node.genesis(), node.in("guilt.evidence"), false};
    const Said said = test::say(run_check_proof, check);
    EXPECT_EQ(said.code, kExitOk);
    EXPECT_THAT(said.out, HasSubstr("The evidence holds."));
    EXPECT_THAT(said.out, HasSubstr("culprit  " + kMeter.str()));
    const Json json =
        test::say(run_check_proof, CheckProofOptions{node.genesis(), check.file, true}).json();
    EXPECT_EQ(*json.at("network").as_text(), to_hex(node.stored_network().view()));
    EXPECT_EQ(*json.at("on_chain").as_bool(), true);
}

TEST(prove_evidence_command, says_what_is_not_there) {
    const AccusedDirectory node;
    ProveEvidenceOptions options{node.source(), "node-2", node.in("guilt.evidence")};
    EXPECT_EQ(test::say(run_prove_evidence, options).code, kExitFault);
    options.wanted = "No Name";
    EXPECT_EQ(test::say(run_prove_evidence, options).code, kExitUsage);
}

}  // namespace
}  // namespace fairfeed
