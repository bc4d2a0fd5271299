// Books that were written down and read again go on as if nothing had happened.
#include "core/accounts/books_codec.h"

#include <gtest/gtest.h>

#include "core/accounts/keyholder_accounts.h"
#include "core/ledger/replay.h"
#include "tests/unit/accounts/forecast_bench.h"

namespace fairfeed {
namespace {

using test::ForecastBench;
using test::HandoverBench;
using test::StoredChain;
using test::TestNetwork;

// What a keyholder learns from a chain.
struct Books {
    KeyholderAccounts accounts;
    InvariantMonitor invariants;

    void follow(const ReplayStep& step) {
        std::vector<OpenedSettlement> opened;
        for (const RecomputedSettlement& each : accounts.follow(step))
            opened.push_back(each.opened);
        for (const TakenOver& taken : accounts.taken_over()) {
            for (std::size_t i = 0; i < taken.meters.size(); ++i)
                invariants.take_over(taken.meters[i], taken.closings[i].state);
        }
        if (step.committed.block.header.height == 0) return;
        invariants.observe(step.before, step.committed.block, step.after, opened);
    }
    [[nodiscard]] Bytes written() const {
        cbor::Writer out;
        out.array(2);
        accounts.write(out);
        invariants.write(out);
        return out.take();
    }
    [[nodiscard]] static std::optional<Books> read(ByteView bytes, const Keyholder& holder) {
        cbor::Reader in(bytes);
        in.array_of(2);
        auto accounts = KeyholderAccounts::read(in, holder);
        Books books{std::move(accounts), InvariantMonitor::read(in)};
        if (!in.finish()) return std::nullopt;
        return books;
    }
};

// Follows the chain with books that are written and read again after every block, beside others
// that are not.
void expect_nothing_forgotten(const StoredChain& stored, const NodeId& node) {
    const Keyholder holder = stored.holder(node);
    Books kept{KeyholderAccounts(holder), {}};
    Books reread = kept;
    const auto end =
        replay(stored.open(), stored.genesis(), {.trust_signatures = true, .keep_before = true},
               [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                   kept.follow(step);
                   reread.follow(step);
                   const Bytes bytes = reread.written();
                   EXPECT_EQ(bytes, kept.written());
                   EXPECT_EQ(reread.accounts.faults(), kept.accounts.faults());
                   auto again = Books::read(bytes, holder);
                   EXPECT_TRUE(again.has_value());
                   if (again) reread = std::move(*again);
                   EXPECT_EQ(reread.written(), bytes);
                   return {};
               });
    ASSERT_TRUE(end) << end.error().explanation;
    EXPECT_EQ(reread.accounts.closed(), kept.accounts.closed());
    EXPECT_EQ(reread.invariants.reports(), kept.invariants.reports());
    EXPECT_TRUE(reread.invariants.all_held());
}

Bytes books_after(const StoredChain& stored, const Keyholder& holder) {
    Books books{KeyholderAccounts(holder), {}};
    const auto end =
        replay(stored.open(), stored.genesis(), {.trust_signatures = true, .keep_before = true},
               [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                   books.follow(step);
                   return {};
               });
    CHECK(end);
    return books.written();
}

test::TestNetworkOptions two_clusters() {
    test::TestNetworkOptions options;
    options.clusters_with_meters = 2;
    options.meters_per_cluster = 2;
    return options;
}

TEST(Books, of_a_member_go_on_from_any_block) {
    StoredChain stored(two_clusters());
    stored.run_windows(8);
    stored.store();
    expect_nothing_forgotten(stored, TestNetwork::node(2));
}

TEST(Books, of_a_stranger_go_on_from_any_block) {
    StoredChain stored(two_clusters());
    stored.run_windows(3);
    stored.store();
    expect_nothing_forgotten(stored, NodeId("stranger"));
}

TEST(Books, of_everybody_go_on_over_a_handover) {
    HandoverBench bench;
    bench.change();
    bench.hand_over();
    bench.settle(2);
    bench.settle(3);
    bench.stored.store();
    for (const NodeId& node : bench.network.nodes())
        expect_nothing_forgotten(bench.stored, node);
    expect_nothing_forgotten(bench.stored, bench.network.dgmd());
}

TEST(Books, hold_the_history_from_which_shares_are_forecast) {
    ForecastBench bench;
    bench.live(0, 8);
    bench.live_in_silence(8, 10);
    bench.live(10, 13);
    bench.stored.store();
    for (const std::size_t node : {2U, 5U})
        expect_nothing_forgotten(bench.stored, TestNetwork::node(node));
}

TEST(Books, are_refused_when_they_are_cut_short) {
    StoredChain stored(two_clusters());
    stored.run_windows(2);
    stored.store();
    const Keyholder holder = stored.holder(TestNetwork::node(1));
    Bytes bytes = books_after(stored, holder);
    ASSERT_TRUE(Books::read(bytes, holder));
    for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 500)
        EXPECT_FALSE(Books::read(ByteView(bytes).first(size), holder)) << size;
    bytes.push_back(0);
    EXPECT_FALSE(Books::read(bytes, holder));
}

TEST(Books, that_rotted_are_refused_or_are_what_they_say) {
    StoredChain stored(two_clusters());
    stored.run_windows(2);
    stored.store();
    const Keyholder holder = stored.holder(TestNetwork::node(1));
    const Bytes bytes = books_after(stored, holder);
    for (std::size_t i = 0; i < bytes.size(); i += 7) {
        Bytes changed = bytes;
        changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        const auto read = Books::read(changed, holder);
        EXPECT_TRUE(!read || read->written() == changed) << i;
    }
}

}  // namespace
}  // namespace fairfeed
