#include "core/state/registry.h"

#include <gtest/gtest.h>

#include "core/state/execution.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

const ClusterId kOne = TestNetwork::cluster(1);
const MeterId kMeter = TestNetwork::meter(1, 1);

PublicKey key_of(const char* name) {
    return test::signing_key(name).public_key();
}

MeterRegistration new_meter(const char* name) {
    return {
        0, MeterId(name), kOne, "sp-new", key_of(name), 2, ConnectionRating{}, test::kInstalled};
}

// A grant wrapped with an invalid key, which nobody could open.
KeyGrant wrapped_with_no_point(KeyGrant grant) {
    grant.entries.back().wrapped.ephemeral.bytes.back() ^= 1U;
    return grant;
}

MeterRegistration rated(const ConnectionRating& rating) {
    MeterRegistration meter = new_meter("new");
    meter.rating = rating;
    return meter;
}

MeterRegistration installed(const Registers& registers) {
    MeterRegistration meter = new_meter("new");
    meter.installed = registers;
    return meter;
}

MeterCommand command(const MeterId& meter, Window effective, Window expires) {
    return {0, meter, MeterOrder::disconnect, CommandReason::grid_safety, effective, expires, 0};
}

Tariff at_offset(std::int64_t offset_s) {
    Tariff tariff{1, 1};
    tariff.clock.offset_s = offset_s;
    return tariff;
}

// Window 0 is settled and window 1 runs, so window 2 is the first that a change may concern.
class RegistryTest : public testing::Test {
  protected:
    RegistryTest() : chain_(network_) { chain_.run_window({kOne}, 0); }

    [[nodiscard]] std::string judge(const Transaction& transaction) const {
        ChainState copy = chain_.state();
        PlainSignatureChecker signatures;
        const std::vector<Transaction> one{transaction};
        const auto result = execute_transactions(copy, one, 2, copy.tip_time_ms + 1, signatures);
        return result ? "accepted" : std::string(to_string(result.error().reason));
    }
    [[nodiscard]] std::string judge(const TransactionContent& content) const {
        return judge(network_.from_dgmd(chain_.state(), content));
    }

    TestNetwork network_;
    TestChain chain_;
};

TEST_F(RegistryTest, commands_known_meters_in_windows_to_come) {
    EXPECT_EQ(judge(command(kMeter, 2, 3)), "accepted");
    EXPECT_EQ(judge(command(kMeter, 1, 3)), "not_effective") << "the window runs";
    EXPECT_EQ(judge(command(MeterId("x"), 2, 3)), "unknown_meter");
    EXPECT_EQ(judge(command(kMeter, 4, 3)), "out_of_range") << "it expires before it begins";
}

TEST_F(RegistryTest, judges_every_kind_by_its_own_rules) {
    const NodeId node("node-9");
    const PublicKey key = key_of("node-9");
    const PublicKey no_point{};
    const struct {
        const char* name;
        TransactionContent content;
        const char* expected;
    } table[] = {
        {"a node", NodeRegistration{0, node, key, key, {}}, "accepted"},
        {"a node twice", NodeRegistration{0, NodeId("node-1"), key, key, {}}, "already_registered"},
        {"a node like a meter", NodeRegistration{0, NodeId(kMeter.str()), key, key, {}},
         "already_registered"},
        {"a node like dgmd", NodeRegistration{0, NodeId("dgmd"), key, key, {}},
         "already_registered"},
        {"a node like an officer", NodeRegistration{0, NodeId("officer-3"), key, key, {}},
         "already_registered"},
        {"no point", NodeRegistration{0, node, no_point, key, {}}, "malformed"},
        {"a meter", new_meter("new"), "accepted"},
        {"a meter twice", new_meter(kMeter.str().c_str()), "already_registered"},
        {"a meter like a node", new_meter("node-1"), "already_registered"},
        {"a meter called grid", new_meter("grid"), "already_registered"},
        {"a meter like an inspector", new_meter("inspector-1"), "already_registered"},
        {"a meter nowhere",
         MeterRegistration{0, MeterId("new"), ClusterId("x"), "sp", key, 2, {}, {}},
         "wrong_cluster"},
        {"a meter for a running window",
         MeterRegistration{0, MeterId("new"), kOne, "sp", key, 1, {}, {}}, "not_effective"},
        {"a meter rated for nothing", rated({0, 3, 230}), "out_of_range"},
        {"a meter of four phases", rated({63, 4, 230}), "out_of_range"},
        {"a meter rated for more than a plant", rated({kMaxAmperes, 3, kMaxVolts}), "out_of_range"},
        {"a meter with a register below zero", installed({0, 0, -1}), "out_of_range"},
        {"a meter with an absurd register", installed({kMaxInstalledWh + 1, 0, 0}), "out_of_range"},
        {"capacity", CapacityCertificate{0, kMeter, 6000, 2}, "accepted"},
        {"capacity of the running window", CapacityCertificate{0, kMeter, 6000, 1},
         "not_effective"},
        {"capacity of nobody", CapacityCertificate{0, MeterId("x"), 6000, 2}, "unknown_meter"},
        {"negative capacity", CapacityCertificate{0, kMeter, -1, 2}, "out_of_range"},
        {"absurd capacity", CapacityCertificate{0, kMeter, kMaxCapacityW + 1, 2}, "out_of_range"},
        {"deauthorisation", Deauthorisation{0, kMeter, {}, 2}, "accepted"},
        {"deauthorisation of the running window", Deauthorisation{0, kMeter, {}, 1},
         "not_effective"},
        {"deauthorisation of nobody", Deauthorisation{0, MeterId("x"), {}, 2}, "unknown_meter"},
        {"key", network_.grant(kMeter, 2, {NodeId("node-1")}, 2), "accepted"},
        {"old key epoch", network_.grant(kMeter, 1, {NodeId("node-1")}, 2), "unknown_key_epoch"},
        {"key of the running window", network_.grant(kMeter, 2, {NodeId("node-1")}, 1),
         "not_effective"},
        {"key for a stranger", network_.grant(kMeter, 2, {NodeId("who")}, 2), "unknown_node"},
        {"key for nobody", KeyGrant{0, kMeter, 2, {}, 2}, "malformed"},
        {"key that is wrapped with no point",
         wrapped_with_no_point(network_.grant(kMeter, 2, {NodeId("node-1"), NodeId("node-2")}, 2)),
         "malformed"},
        {"committee", CommitteeAllocation{0, kOne, {}, {NodeId("node-2")}, 2, 2}, "accepted"},
        {"new cluster", CommitteeAllocation{0, ClusterId("new"), {}, {NodeId("node-2")}, 1, 2},
         "accepted"},
        {"old committee epoch", CommitteeAllocation{0, kOne, {}, {NodeId("node-2")}, 1, 2},
         "wrong_sequence"},
        {"committee of strangers", CommitteeAllocation{0, kOne, {}, {NodeId("who")}, 2, 2},
         "unknown_node"},
        {"member twice",
         CommitteeAllocation{0, kOne, {}, {NodeId("node-2"), NodeId("node-2")}, 2, 2}, "duplicate"},
        {"empty committee", CommitteeAllocation{0, kOne, {}, {}, 2, 2}, "out_of_range"},
        {"tariff", TariffNotice{0, {1, 1}, 42}, "accepted"},
        {"tariff within a week", TariffNotice{0, {1, 1}, 41}, "not_effective"},
        {"tariff of the past", TariffNotice{0, {1, 1}, 0}, "not_effective"},
        {"negative rate", TariffNotice{0, {-1, 1}, 42}, "out_of_range"},
    };
    for (const auto& row : table)
        EXPECT_EQ(judge(row.content), row.expected) << row.name;
}

TEST_F(RegistryTest, takes_a_tariff_only_for_the_first_window_of_a_week_by_its_clock) {
    const struct {
        const char* name;
        TariffNotice notice;
        const char* expected;
    } table[] = {
        {"tariff with bands, in the first window of the local week",
         TariffNotice{0, samples::banded(), 42}, "accepted"},
        {"tariff for a week that begins later by its clock",
         TariffNotice{0, at_offset(-5 * kSecondsPerHour), 42}, "not_effective"},
        {"tariff for that week", TariffNotice{0, at_offset(-5 * kSecondsPerHour), 44}, "accepted"},
        {"tariff for a window of that week", TariffNotice{0, at_offset(-5 * kSecondsPerHour), 45},
         "not_effective"},
        {"tariff by a clock of no zone", TariffNotice{0, at_offset(1), 42}, "out_of_range"},
    };
    for (const auto& row : table)
        EXPECT_EQ(judge(row.notice), row.expected) << row.name;
}

TEST_F(RegistryTest, takes_only_dgmds_next_transaction) {
    const CapacityCertificate content{chain_.state().dgmd_sequence + 1, kMeter, 6000, 2};
    const auto make = [this](const CapacityCertificate& said, const char* signer, const char* key) {
        const Transaction draft = make_notice(said, test::kLongValid, NodeId(signer),
                                              network_.network(), test::signing_key(key));
        return network_.approved(draft, {NodeId("officer-1"), NodeId("officer-2")});
    };
    EXPECT_EQ(judge(make(content, "dgmd", "dgmd")), "accepted");
    EXPECT_EQ(judge(make(content, "officer-3", "officer-3")), "accepted")
        << "an officer drafted it";
    EXPECT_EQ(judge(make(content, "node-1", "node-1")), "unknown_node");
    EXPECT_EQ(judge(make(content, "dgmd", "node-1")), "wrong_signature");
    CapacityCertificate replayed = content;
    replayed.sequence -= 1;
    EXPECT_EQ(judge(make(replayed, "dgmd", "dgmd")), "wrong_sequence");
    CapacityCertificate skipped = content;
    skipped.sequence += 1;
    EXPECT_EQ(judge(make(skipped, "dgmd", "dgmd")), "wrong_sequence");
    Transaction reserved = make(content, "dgmd", "dgmd");
    reserved.kind = TransactionKind::adjust;
    EXPECT_EQ(judge(reserved), "reserved_kind");
    EXPECT_EQ(judge(network_.genesis().block.block.transactions[0]), "reserved_kind");
}

TEST_F(RegistryTest, settles_a_new_meter_from_the_window_its_key_is_effective_for) {
    const auto run = [this](const TransactionContent& content) {
        const auto added = network_.from_dgmd(chain_.state(), content);
        ASSERT_TRUE(chain_.append(chain_.next_block({added}, chain_.state().tip_time_ms + 1)));
    };
    run(new_meter("new"));
    EXPECT_EQ(chain_.state().meters_of(kOne, 2).size(), 3U);  // no member could read it yet
    auto readers = network_.committee(kOne);
    readers.insert(readers.begin(), network_.dgmd());
    run(network_.grant(MeterId("new"), 1, readers, 3));
    EXPECT_EQ(chain_.state().meters_of(kOne, 2).size(), 3U);
    EXPECT_EQ(chain_.state().meters_of(kOne, 3).size(), 4U);
    for (const Window window : {1U, 2U, 3U})
        chain_.run_window({kOne}, window);
    EXPECT_EQ(chain_.accounts(kOne).last_lines().size(), 4U);
    EXPECT_TRUE(chain_.invariants().all_held());
}

// That member's accounts would close at the meter's first line.
TEST_F(RegistryTest, lets_no_new_meter_shut_out_a_member_of_today_or_of_a_later_window) {
    const auto say = [this](const TransactionContent& content) {
        const auto added = network_.from_dgmd(chain_.state(), content);
        const std::string said = judge(added);
        if (said == "accepted") {
            EXPECT_TRUE(chain_.append(chain_.next_block({added}, chain_.state().tip_time_ms + 1)));
        }
        return said;
    };
    const auto first = [&](const std::vector<NodeId>& readers, Window effective) {
        return say(network_.grant(MeterId("new"), 1, readers, effective));
    };
    const NodeId one("node-1"), two("node-2"), three("node-3"), four("node-4");
    ASSERT_EQ(say(new_meter("new")), "accepted");
    ASSERT_EQ(say(CommitteeAllocation{0, kOne, {}, {one, two, three}, 2, 5}), "accepted");
    EXPECT_EQ(first({one, two, three}, 4), "not_granted") << "node-4 settles window 4";
    EXPECT_EQ(first({one, two, four}, 4), "not_granted") << "node-3 settles on";
    EXPECT_EQ(first({one, two}, 5), "not_granted");
    EXPECT_EQ(first({one, two, three}, 5), "accepted");
}

TEST_F(RegistryTest, lets_the_old_committee_settle_until_the_new_one_is_effective) {
    const std::vector<NodeId> next{NodeId("node-3"), NodeId("node-4")};
    const auto change =
        network_.from_dgmd(chain_.state(), CommitteeAllocation{0, kOne, {}, next, 2, 2});
    ASSERT_TRUE(chain_.append(chain_.next_block({change}, chain_.state().tip_time_ms + 1)));
    EXPECT_EQ(chain_.state().committee_of(kOne, 1)->members.front(), NodeId("node-1"));
    EXPECT_EQ(chain_.state().quorum_of(kOne, 1), 3U);
    EXPECT_EQ(chain_.state().committee_of(kOne, 2)->members, next);
    EXPECT_EQ(chain_.state().quorum_of(kOne, 2), 2U);
    chain_.run_window({kOne}, 1);
    chain_.run_window({kOne}, 2);
}

}  // namespace
}  // namespace fairfeed
