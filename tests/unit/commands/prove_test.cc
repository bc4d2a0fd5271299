#include "edge-node/commands/prove.h"

#include <gmock/gmock.h>

#include "core/io/file.h"
#include "core/proof/proof.h"
#include "core/wire/settlement_line_codec.h"
#include "edge-node/commands/check_proof.h"
#include "tests/unit/commands/node_directory.h"

namespace fairfeed {
namespace {

using test::NodeDirectory;
using test::Said;
using ::testing::HasSubstr;

ProveOptions options_for(const NodeDirectory& node, std::size_t index) {
    return {.config = node.config(index),
            .ledger = std::nullopt,
            .meter = "meter-1-1",
            .window = 1,
            .out = node.in("bill.proof")};
}

Said check(const NodeDirectory& node, const std::filesystem::path& file, bool json = false) {
    return test::say(run_check_proof, CheckProofOptions{node.genesis(), file, json});
}

TEST(prove_command, writes_a_private_file_that_checks_without_the_ledger) {
    const NodeDirectory node(4, 2);
    const Said written = test::say(run_prove, options_for(node, 3));
    ASSERT_EQ(written.code, kExitOk) << written.err;
    const auto mode = std::filesystem::status(node.in("bill.proof")).permissions();
    EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    std::filesystem::remove(node.ledger());
    const Said said = check(node, node.in("bill.proof"));
    EXPECT_EQ(said.code, kExitOk);
    EXPECT_THAT(said.out, HasSubstr("The proof holds."));
    EXPECT_THAT(said.out, HasSubstr("3 of 4 committee members endorsed"));
    EXPECT_THAT(said.out, HasSubstr("Not proved by this file:"));
}

TEST(prove_command, replaces_no_file) {
    const NodeDirectory node(1, 2);
    const ProveOptions options = options_for(node, 1);
    ASSERT_EQ(test::say(run_prove, options).code, kExitOk);
    const Said again = test::say(run_prove, options);
    EXPECT_EQ(again.code, kExitUsage);
    EXPECT_THAT(again.err, HasSubstr("exists already"));
}

TEST(prove_command, says_why_there_is_nothing_to_prove) {
    const NodeDirectory node(6, 2);
    const Said stranger = test::say(run_prove, options_for(node, 5));
    EXPECT_EQ(stranger.code, kExitFault);
    EXPECT_THAT(stranger.err, HasSubstr("holds no data key"));
    ProveOptions later = options_for(node, 1);
    later.window = 9;
    EXPECT_EQ(test::say(run_prove, later).code, kExitFault);
    EXPECT_FALSE(std::filesystem::exists(node.in("bill.proof")));
    later.meter = "Meter 1";
    EXPECT_EQ(test::say(run_prove, later).code, kExitUsage);
}

TEST(check_proof_command, names_the_part_that_does_not_hold) {
    const NodeDirectory node(2, 2);
    ASSERT_EQ(test::say(run_prove, options_for(node, 1)).code, kExitOk);
    const auto bytes = read_file(node.in("bill.proof"));
    ASSERT_TRUE(bytes);
    auto proof = decode_proof(*bytes);
    ASSERT_TRUE(proof);
    proof->line_key = proof->reading_key;
    ASSERT_TRUE(write_file_atomically(node.in("bent.proof"), ByteView(encode_proof(*proof))));
    const Said said = check(node, node.in("bent.proof"));
    EXPECT_EQ(said.code, kExitFault);
    EXPECT_THAT(said.out, HasSubstr("THE PROOF DOES NOT HOLD: line_key"));
    const Json json = check(node, node.in("bent.proof"), true).json();
    EXPECT_EQ(*json.at("valid").as_bool(), false);
    EXPECT_EQ(*json.at("part").as_text(), "line_key");
    const Json good = check(node, node.in("bill.proof"), true).json();
    EXPECT_EQ(*good.at("valid").as_bool(), true);
    EXPECT_EQ(*good.at("committee_class").as_text(), "degraded");
}

TEST(check_proof_command, calls_a_missing_file_a_usage_error) {
    const NodeDirectory node(1, 1);
    EXPECT_EQ(check(node, node.in("none")).code, kExitUsage);
    EXPECT_EQ(
        test::say(run_check_proof, CheckProofOptions{node.in("none"), node.genesis(), false}).code,
        kExitUsage);
    EXPECT_EQ(check(node, node.genesis()).code, kExitFault);
}

}  // namespace
}  // namespace fairfeed
