#include "edge-node/commands/verify.h"

#include <gmock/gmock.h>

#include "tests/unit/commands/node_directory.h"

namespace fairfeed {
namespace {

using test::NodeDirectory;
using test::Said;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Said verify(const NodeDirectory& node, std::optional<std::filesystem::path> config = {},
            bool json = false) {
    return test::say(run_verify, VerifyOptions{.genesis = node.genesis(),
                                               .ledger = node.ledger(),
                                               .config = std::move(config),
                                               .json = json});
}

TEST(verify_command, finds_a_good_ledger_sound_and_says_what_it_recomputed) {
    const NodeDirectory node(4, 2);
    const Said said = verify(node, node.config(1));
    EXPECT_EQ(said.code, kExitOk) << said.out << said.err;
    EXPECT_THAT(said.out, HasSubstr("sound up to its tip, height 2"));
    EXPECT_THAT(said.out, Not(HasSubstr("Not recomputed")));
    EXPECT_THAT(said.out, Not(HasSubstr("not_applicable")));
    EXPECT_THAT(said.err, IsEmpty());
}

TEST(verify_command, says_not_applicable_without_keys_and_never_ok) {
    const NodeDirectory node(2, 1);
    const Said said = verify(node);
    EXPECT_EQ(said.code, kExitOk);
    EXPECT_THAT(said.out, HasSubstr("Not recomputed: readings and bill lines of 2 clusters"));
    EXPECT_THAT(said.out, HasSubstr("\n  cluster-2, windows 0-0\n"));
    const Json json = verify(node, {}, true).json();
    EXPECT_EQ(*json.at("sound").as_bool(), true);
    EXPECT_THAT(*json.at("not_recomputed").as_array(), SizeIs(2));
    const auto& windows = *json.at("windows_not_recomputed").as_array();
    ASSERT_THAT(windows, SizeIs(2));
    EXPECT_EQ(*windows[1].at("cluster").as_text(), "cluster-2");
    EXPECT_EQ(*windows[1].at("first").as_int(), 0);
    EXPECT_EQ(*windows[1].at("last").as_int(), 0);
    EXPECT_THAT(*json.at("false_handovers").as_array(), IsEmpty());
    for (const Json& invariant : *json.at("invariants").as_array()) {
        const bool sealed = *invariant.at("checked_by").as_text() == "keyholders";
        EXPECT_EQ(*invariant.at("status").as_text(), sealed ? "not_applicable" : "ok");
        EXPECT_EQ(invariant.at("ok").is_null(), sealed);
    }
}

TEST(verify_command, gives_tip_and_app_hash_as_json) {
    NodeDirectory node(2, 2);
    const Json json = verify(node, node.config(2), true).json();
    const ChainState& state = node.stored().chain().state();
    EXPECT_EQ(*json.at("height").as_int(), 2);
    EXPECT_EQ(*json.at("tip").as_text(), to_hex(state.tip.view()));
    EXPECT_EQ(*json.at("app_hash").as_text(), to_hex(app_hash(state).view()));
    EXPECT_TRUE(json.at("fault").is_null());
    EXPECT_EQ(*json.at("counts").at("settlements_recomputed").as_int(), 4);
}

TEST(verify_command, names_height_and_reason_of_the_first_fault) {
    NodeDirectory node(2, 3);
    node.stored().damage("UPDATE blocks SET time_ms = time_ms - 1 WHERE height = 2");
    const Said said = verify(node, node.config(1));
    EXPECT_EQ(said.code, kExitFault);
    EXPECT_THAT(said.out, HasSubstr("NOT SOUND at height 2: damaged"));
    const Json json = verify(node, {}, true).json();
    EXPECT_EQ(*json.at("sound").as_bool(), false);
    EXPECT_EQ(*json.at("fault").at("height").as_int(), 2);
    EXPECT_EQ(*json.at("fault").at("reason").as_text(), "damaged");
    EXPECT_EQ(*json.at("height").as_int(), 1);
}

TEST(verify_command, calls_input_it_cannot_use_a_usage_error) {
    const NodeDirectory node(1, 1);
    const NodeDirectory other(2, 1);
    const auto run = [&](const std::filesystem::path& genesis,
                         const std::filesystem::path& ledger) {
        return test::say(
            run_verify,
            VerifyOptions{
                .genesis = genesis, .ledger = ledger, .config = std::nullopt, .json = false});
    };
    EXPECT_EQ(run(node.in("none"), node.ledger()).code, kExitUsage);
    EXPECT_EQ(run(node.genesis(), node.in("none")).code, kExitUsage);
    EXPECT_EQ(run(node.ledger(), node.ledger()).code, kExitUsage);
    EXPECT_EQ(run(node.genesis(), node.genesis()).code, kExitUsage);
    std::ofstream(node.in("other.cbor")) << "not a genesis";
    EXPECT_THAT(run(node.in("other.cbor"), node.ledger()).err, HasSubstr("not a genesis file"));
}

}  // namespace
}  // namespace fairfeed
