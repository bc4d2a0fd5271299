// A cluster with more than 141 meters, whose closing states are therefore cut, changes its
// committee. Members hand over the cut past, newcomers go on from it, and a HANDOVER of the largest
// cluster fits.
#include <gtest/gtest.h>

#include "core/accounts/handover.h"
#include "core/state/late_rules.h"
#include "core/wire/handover_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/accounts/old_cluster.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMeters = 900;  // of a cluster whose blocks hold 1000 transactions

using test::agreement_key;
using test::OldCluster;
using test::signing_key;
using test::TestNetwork;

constexpr std::size_t kCut = 300;  // meters; each has less room than its past needs
const NodeId kOld = TestNetwork::node(1);
const NodeId kCome = TestNetwork::node(5);
const NodeId kComeToo = TestNetwork::node(6);
constexpr Window kNext = OldCluster::kNow + 1;

// The state after the last window of nodes 1 to 4; nodes 5 and 6 settle the next one.
OldCluster changed(std::size_t meters) {
    OldCluster old(meters, 6);
    old.send_all(OldCluster::kNow);
    old.move_on(old.settle());
    ClusterRecord& record = old.state.clusters.edit(old.cluster);
    for (const MeterId& id : record.meters) {
        old.state.meters.edit(id).grants.push_back(
            old.network.grant(id, 2, {kCome, kComeToo, old.network.dgmd()}, kNext));
    }
    record.earlier.push_back(record.committee);
    record.committee.members = {kCome, kComeToo};
    record.committee.epoch += 1;
    record.committee.effective = kNext;
    return old;
}

Transaction handover_by(const OldCluster& old, const NodeId& sender, const KeyRing& keys) {
    const auto said = write_handover(old.state, old.settled, sender, {kCome, kComeToo}, keys,
                                     old.network.random());
    CHECK(said);
    return make_handover(*said, sender, old.network.network(), signing_key(sender.str()));
}

TEST(PastHandover, gives_newcomers_the_cut_past_and_they_settle_as_the_old_members_would) {
    OldCluster old = changed(kCut);
    const Transaction said = handover_by(old, kOld, old.keys);
    const auto closings =
        open_handover(old.network.network(), old.settled, said, kCome, agreement_key(kCome.str()));
    ASSERT_TRUE(closings) << to_string(closings.error());
    ClusterAccounts fresh(old.cluster);
    (void)fresh.take_over(old.state, old.settled, *closings,
                          settling_block(old.state, old.settled, old.settled_at_ms));
    const std::size_t room = past_room(old.state, kCut).gaps;
    for (const MeterId& meter : old.state.meters_of(old.cluster, kNext)) {
        const ClosingState& closing = *fresh.closing(meter);
        ASSERT_EQ(closing, *old.accounts.closing(meter)) << meter.str();
        EXPECT_LT(closing.gaps.size(), kMaxGaps) << "it is cut";
        std::size_t weight = 0;
        for (const RegisterGap& gap : closing.gaps)
            weight += gap_weight(gap);
        EXPECT_LE(weight, room);
    }
    PlainSignatureChecker signatures;
    for (const Transaction& each : {said, handover_by(old, TestNetwork::node(2), old.keys)}) {
        ASSERT_TRUE(check_signed_handover(old.state, each, signatures));
        apply_handover(old.state, each);
    }
    const KeyRing come = old.network.key_ring(old.state, kCome);
    const KeyRing come_too = old.network.key_ring(old.state, kComeToo);
    old.use_key_epoch(2);
    old.send_all(kNext);
    const auto draft = fresh.draft(old.state, kNext, old.held);
    ASSERT_TRUE(draft);
    const auto sealed =
        fresh.seal(old.state, kNext, *draft, kCome, 0, 0, come, old.network.random());
    ASSERT_TRUE(sealed);
    ClusterAccounts other(old.cluster);
    const auto too = open_handover(old.network.network(), old.settled, said, kComeToo,
                                   agreement_key(kComeToo.str()));
    ASSERT_TRUE(too);
    (void)other.take_over(old.state, old.settled, *too,
                          settling_block(old.state, old.settled, old.settled_at_ms));
    const auto agreed = other.check(old.state, *sealed, old.held, come_too);
    EXPECT_TRUE(agreed) << to_string(agreed.error());
    for (const SettlementEntry& entry : sealed->entries)
        EXPECT_EQ(entry.status, EntryStatus::reading) << entry.meter.str();
}

// No member of the new committee could read the energy of the gaps. So the committee neither asks
// for nor takes late readings of them, although the cut past still lists the gaps.
TEST(PastHandover, lets_newcomers_neither_ask_for_nor_take_readings_of_before) {
    const OldCluster old = changed(kCut);
    const MeterId meter = TestNetwork::meter(1, 1);
    const auto& unread = old.state.meters.at(meter).unread;
    ASSERT_FALSE(unread.empty());
    EXPECT_EQ(old.state.witnessed_from(meter, kNext), kNext);
    EXPECT_FALSE(may_true_up(old.state, meter, unread.back().first, kNext));
}

TEST(PastHandover, of_900_meters_fits_and_opens) {
    const OldCluster old = changed(kMeters);
    const Transaction said = handover_by(old, kOld, old.keys);
    EXPECT_LE(said.envelope.size(), kMaxHandoverBytes);
    const auto decoded = decode_transaction(encode_transaction(said), old.network.network());
    ASSERT_TRUE(decoded) << to_string(decoded.error());
    const auto closings = open_handover(old.network.network(), old.settled, *decoded, kComeToo,
                                        agreement_key(kComeToo.str()));
    ASSERT_TRUE(closings);
    EXPECT_EQ(closings->size(), kMeters);
}

}  // namespace
}  // namespace fairfeed
