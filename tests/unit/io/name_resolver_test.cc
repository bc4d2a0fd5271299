#include "core/io/name_resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/io/event_queue.h"
#include "tests/support/name_server.h"

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::NameServer;

constexpr std::int64_t kPatienceMs = 15'000;
constexpr std::int64_t kLaterMs = 10'000;  // the time at which a name may be looked up again

class NameResolverTest : public testing::Test {
  protected:
    NameResolver::Known ask(const std::string& host, std::int64_t now_ms) {
        return resolver_.ask(host, now_ms, [this, host] { ended_.push_always(host); });
    }
    // The host of the look-up that ended next; empty when the time is up.
    std::string await_end() {
        const auto hosts = ended_.pop_batch(1, kPatienceMs);
        return hosts.empty() ? "" : hosts.front();
    }

    EventQueue<std::string> ended_{1};
    NameServer server_;
    NameResolver resolver_{server_.lookup()};
};

TEST_F(NameResolverTest, an_address_needs_no_look_up) {
    for (const char* address : {"127.0.0.1", "::1", "fe80::1%eth0"}) {
        const auto known = ask(address, 0);
        EXPECT_THAT(known.last.addresses, ElementsAre(address));
        EXPECT_FALSE(known.pending);
    }
    EXPECT_EQ(server_.asked(), 0);
}

TEST_F(NameResolverTest, a_name_is_known_once_its_look_up_has_ended) {
    server_.set("n1.lan", {"10.0.0.1", "fd00::1"});
    EXPECT_THAT(resolver_.known("n1.lan").last.addresses, IsEmpty());
    (void)ask("n1.lan", 0);
    EXPECT_EQ(await_end(), "n1.lan");
    EXPECT_THAT(resolver_.known("n1.lan").last.addresses, ElementsAre("10.0.0.1", "fd00::1"));
}

TEST_F(NameResolverTest, a_name_without_an_answer_delays_no_other) {
    server_.set("n1.lan", {"10.0.0.1"});
    server_.fall_silent();
    EXPECT_TRUE(ask("n4.lan", 0).pending);
    NameServer other;
    other.set("n2.lan", {"10.0.0.2"});
    NameResolver mixed([silent = server_.lookup(), good = other.lookup()](const std::string& host) {
        return host == "n4.lan" ? silent(host) : good(host);
    });
    EXPECT_TRUE(mixed.ask("n4.lan", 0, [] {}).pending);
    (void)mixed.ask("n2.lan", 0, [this] { ended_.push_always("n2.lan"); });
    EXPECT_EQ(await_end(), "n2.lan");
    EXPECT_TRUE(mixed.known("n4.lan").pending);
}

TEST_F(NameResolverTest, the_last_good_answer_outlives_failures_and_silence) {
    server_.set("n1.lan", {"10.0.0.1"});
    (void)ask("n1.lan", 0);
    await_end();
    server_.set("n1.lan", {});
    EXPECT_THAT(ask("n1.lan", kLaterMs).last.addresses, ElementsAre("10.0.0.1"));
    await_end();
    EXPECT_THAT(resolver_.known("n1.lan").last.addresses, ElementsAre("10.0.0.1"));
    server_.fall_silent();
    EXPECT_THAT(ask("n1.lan", 2 * kLaterMs).last.addresses, ElementsAre("10.0.0.1"));
    server_.set("n1.lan", {"10.0.0.9"});
    server_.speak();
    await_end();
    EXPECT_THAT(resolver_.known("n1.lan").last.addresses, ElementsAre("10.0.0.9"));
}

TEST_F(NameResolverTest, a_name_that_nobody_knows_has_its_reason) {
    (void)ask("nowhere.lan", 0);
    await_end();
    const auto known = resolver_.known("nowhere.lan");
    EXPECT_THAT(known.last.addresses, IsEmpty());
    EXPECT_EQ(known.last.fault, "unknown");
    EXPECT_FALSE(known.pending);
}

TEST_F(NameResolverTest, many_who_ask_share_one_look_up_and_it_is_not_repeated_at_once) {
    server_.set("n1.lan", {"10.0.0.1"});
    server_.fall_silent();
    for (int i = 0; i < 100; ++i)
        (void)ask("n1.lan", 0);
    server_.speak();
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(await_end(), "n1.lan");
    (void)ask("n1.lan", 1);
    EXPECT_EQ(server_.asked(), 1);
}

TEST(NameResolver, does_not_wait_at_its_end_and_calls_nobody_afterwards) {
    NameServer server;
    server.set("n1.lan", {"10.0.0.1"});
    server.fall_silent();
    EventQueue<int> ended(10);
    {
        NameResolver resolver(server.lookup());
        (void)resolver.ask("n1.lan", 0, [&ended] { ended.push_always(1); });
    }
    NameResolver again(server.lookup());
    (void)again.ask("n1.lan", 0, [&ended] { ended.push_always(2); });
    server.speak();
    EXPECT_THAT(ended.pop_batch(1, kPatienceMs), ElementsAre(2));
    EXPECT_THAT(ended.pop_batch(1, 0), IsEmpty());
}

TEST(NameResolver, asks_the_system) {
    const auto found = NameResolver::look_up("localhost");
    EXPECT_THAT(found.addresses, testing::Contains(testing::AnyOf("127.0.0.1", "::1")));
    const auto none = NameResolver::look_up("no-such-host.invalid");
    EXPECT_THAT(none.addresses, IsEmpty());
    EXPECT_NE(none.fault, "");
}

}  // namespace
}  // namespace fairfeed
