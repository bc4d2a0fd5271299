// The announcements of ids: which ids are announced and when, and which ids of a peer's
// announcement are requested.
#include "edge-node/chain/announcements.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/wire/message_codec.h"

namespace fairfeed::test {
namespace {

const Timers kTimers{.rebroadcast_ms = 100, .rebroadcast_cap_ms = 800};
const NetworkParameters kParameters = [] {
    NetworkParameters parameters;
    parameters.timers = kTimers;
    return parameters;
}();
const NodeId kA("a");
const NodeId kB("b");

Digest id(std::uint64_t number) {
    return sha256(as_bytes(std::to_string(number)));
}

Instant at(std::int64_t steady_ms) {
    return {.steady_ms = steady_ms, .real_ms = 0, .synchronised = true};
}

std::vector<Digest> some(std::uint64_t count) {
    std::vector<Digest> ids;
    for (std::uint64_t i = 0; i < count; ++i)
        ids.push_back(id(i));
    return ids;
}

TEST(Announcements, are_said_again_with_growing_pauses_up_to_the_cap) {
    Announcements announcements;
    announcements.begin(id(1), {id(1)}, 0);
    std::vector<std::int64_t> said;
    for (std::int64_t now = 0; now < 4000; ++now) {
        announcements.begin(id(1), {id(1)}, now);  // still waiting
        if (!announcements.due(kTimers, at(now)).empty()) said.push_back(now);
    }
    EXPECT_EQ(said, (std::vector<std::int64_t>{0, 100, 300, 700, 1500, 2300, 3100, 3900}));
    EXPECT_EQ(announcements.next_deadline_ms(), 4700);
    announcements.keep_only({});
    EXPECT_EQ(announcements.next_deadline_ms(), std::nullopt);
}

TEST(Announcements, of_what_is_new_do_not_hurry_what_is_old) {
    Announcements announcements;
    announcements.begin(id(1), {id(1)}, 0);
    std::size_t ids = 0;
    for (std::int64_t now = 0; now < 8000; ++now) {
        announcements.begin(id(1000 + static_cast<std::uint64_t>(now)), {id(2)}, now);
        for (const auto& message : announcements.due(kTimers, at(now)))
            ids += static_cast<std::size_t>(std::count(message.begin(), message.end(), id(1)));
    }
    EXPECT_EQ(ids, 13U) << "at 0, 100, 300, 700, and then every 800";
}

TEST(Announcements, fit_messages_that_are_taken) {
    Announcements announcements;
    announcements.begin(id(0), some(2 * kMaxAnnounced + 1), 0);
    const auto messages = announcements.due(kTimers, at(0));
    ASSERT_EQ(messages.size(), 3U);
    for (const auto& message : messages)
        EXPECT_EQ(*decode_have(encode_have(message)), message);
    EXPECT_EQ(decode_have(encode_have(some(kMaxAnnounced + 1))).error(), Reject::oversized);
}

TEST(Pulls, ask_one_peer_at_a_time_and_the_same_one_ever_more_rarely) {
    Pulls pulls;
    std::map<NodeId, std::vector<std::int64_t>> asked;
    for (std::int64_t now = 0; now < 3000; now += 10)
        for (const NodeId& peer : {kA, kB})
            if (!pulls.choose(peer, {id(1)}, kParameters, at(now)).empty())
                asked[peer].push_back(now);
    EXPECT_EQ(asked[kA], (std::vector<std::int64_t>{0, 100, 300, 700, 1500}));
    EXPECT_EQ(asked[kB], (std::vector<std::int64_t>{200, 400, 600, 1000, 1800}))
        << "whoever gives nothing keeps nobody else from giving it";
}

TEST(Pulls, do_not_ask_for_what_was_refused_or_is_committed) {
    Pulls pulls;
    pulls.refused(id(1));
    EXPECT_TRUE(pulls.choose(kA, {id(1)}, kParameters, at(0)).empty());
    CommittedBlock block;
    block.block.transactions.resize(1);
    block.block.transactions[0].id = id(2);
    pulls.on_commit(block);
    EXPECT_EQ(pulls.choose(kA, {id(1), id(2)}, kParameters, at(0)), std::vector<Digest>{id(1)})
        << "what was refused may fit the new state";
    for (std::uint64_t height = 0; height < 8; ++height)
        pulls.on_commit({});
    EXPECT_EQ(pulls.choose(kA, {id(2)}, kParameters, at(0)).size(), 1U);
}

// Its ids come in a dozen messages, and nothing else may end the wait.
TEST(Pulls, ask_for_every_reading_of_the_largest_window) {
    NetworkParameters large = kParameters;
    large.max_block_transactions = 12'000;
    Pulls pulls;
    std::size_t asked = 0;
    for (std::uint64_t i = 0; i < 12; ++i) {
        std::vector<Digest> announced;
        for (std::uint64_t j = 0; j < kMaxAnnounced; ++j)
            announced.push_back(id(i * kMaxAnnounced + j));
        asked += pulls.choose(kA, announced, large, at(0)).size();
    }
    EXPECT_EQ(asked, 12 * kMaxAnnounced);
}

TEST(Pulls, are_bounded_whatever_a_peer_invents) {
    Pulls pulls;
    std::size_t asked = 0;
    for (std::uint64_t i = 0; i < 20; ++i) {
        std::vector<Digest> invented;
        for (std::uint64_t j = 0; j < kMaxAnnounced; ++j)
            invented.push_back(id(i * kMaxAnnounced + j));
        asked += pulls.choose(kA, invented, kParameters, at(static_cast<std::int64_t>(i))).size();
    }
    EXPECT_EQ(asked, 4 * kMaxAnnounced);
    EXPECT_EQ(pulls.choose(kB, {id(1'000'000)}, kParameters, at(100)).size(), 1U);
}

}  // namespace
}  // namespace fairfeed::test
