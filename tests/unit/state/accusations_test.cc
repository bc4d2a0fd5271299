#include "core/state/accusations.h"

#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "core/state/execution.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/cose.h"
#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/selected.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

const ClusterId kOne = TestNetwork::cluster(1);
const ClusterId kTwo = TestNetwork::cluster(2);
const MeterId kMeter = TestNetwork::meter(1, 1);
const NodeId kParent = TestNetwork::node(1);
const NodeId kNeighbour = TestNetwork::node(2);

// A chain on which window 0 of cluster-1 is settled.
class AccusationTest : public testing::Test {
  protected:
    AccusationTest() : chain_(network_) { chain_.run_window({kOne}, 0); }

    // "accepted", or the first reason.
    [[nodiscard]] std::string judge(const std::vector<Transaction>& transactions,
                                    std::int64_t time_ms = 0) const {
        ChainState copy = chain_.state();
        PlainSignatureChecker signatures;
        const Block block = chain_.next_block(transactions, time_ms);
        const auto result = execute_block(copy, block, signatures);
        return result ? "accepted" : std::string(to_string(result.error().reason));
    }
    void commit(const std::vector<Transaction>& transactions) {
        ASSERT_EQ(judge(transactions), "accepted");
        ASSERT_TRUE(chain_.append(chain_.next_block(transactions)));
    }
    [[nodiscard]] OpenedReading read(Window window) {
        return chain_.meter(kMeter).read(window, test::flat_profile(chain_.state(), {100, 0, 0}));
    }
    [[nodiscard]] Transaction two_readings(Window window) {
        return *make_evidence(Offence::two_readings, read(window).reading.envelope,
                              read(window).reading.envelope, network_.network());
    }
    [[nodiscard]] Bytes vote(const NodeId& node, Height height, Round round,
                             std::string_view block) const {
        Vote said{{VoteType::prevote, height, round, sha256(as_bytes(block))}, node, {}};
        said.signature =
            network_.key(node).sign(vote_to_be_signed(said.content, node, network_.network()));
        return encode_vote(said);
    }
    [[nodiscard]] Transaction two_votes(const NodeId& node, Height height, Round round = 0) const {
        return *make_evidence(Offence::two_votes, vote(node, height, round, "a"),
                              vote(node, height, round, "b"), network_.network());
    }
    [[nodiscard]] Transaction event(Window window, const MeterId& meter = kMeter) const {
        return make_event(
            {1, network_.network(), meter, kOne, window, 77, AlarmType::seal_broken, 1'470'700'000},
            network_.key(meter));
    }
    [[nodiscard]] const MeterRecord& record() const { return chain_.state().meters.at(kMeter); }
    [[nodiscard]] const NodeRecord& node(const NodeId& id) const {
        return chain_.state().nodes.at(id);
    }
    // Settles cluster-1 with these readings, endorsed by all members.
    void settle(Window window, const OpenedReadings& readings, std::uint32_t version = 0) {
        Settlement settlement = chain_.settle(kOne, window, readings);
        if (version > 0) {
            const ChainState& state = chain_.state();
            settlement = *chain_.accounts(kOne).seal(
                state, window, *chain_.accounts(kOne).draft(state, window, {{window, readings}}),
                kParent, version, 0, chain_.keys(), network_.random());
        }
        commit(chain_.group(settlement, readings));
    }

    TestNetwork network_;
    TestChain chain_;
};

TEST_F(AccusationTest, two_readings_void_their_window_which_settles_in_conflict) {
    const OpenedReadings readings = chain_.read_all(kOne, 1);
    const Transaction evidence =
        *make_evidence(Offence::two_readings, readings.at(kMeter).reading.envelope,
                       read(1).reading.envelope, network_.network());
    const Settlement before = chain_.settle(kOne, 1, readings);
    commit({evidence});
    EXPECT_EQ(record().offences.count, 1U);
    EXPECT_EQ(record().offences.last, evidence.id);
    EXPECT_TRUE(chain_.state().is_voided(kMeter, 1));
    EXPECT_EQ(judge(chain_.group(before, readings)), "stale_state");

    const Settlement after = chain_.settle(kOne, 1, readings);
    ASSERT_EQ(after.entries.front().meter, kMeter);
    EXPECT_EQ(after.entries.front().status, EntryStatus::conflict);
    commit(chain_.group(after, readings));
    EXPECT_TRUE(chain_.state().is_voided(kMeter, 1)) << "nor may it come late";
    chain_.run_window({kOne}, 2);  // registers go on, so the next good reading recovers the energy
    EXPECT_TRUE(chain_.state().is_voided(kMeter, 1)) << "nor after newer ones";
}

TEST_F(AccusationTest, a_settlement_that_uses_a_voided_reading_or_calls_it_missing_is_refused) {
    OpenedReadings readings = chain_.read_all(kOne, 1);
    Settlement early = chain_.settle(kOne, 1, readings);
    commit({two_readings(1)});
    early.state_height = chain_.state().height;
    EXPECT_EQ(judge(chain_.group(early, readings)), "wrong_entries");
    Settlement missing = chain_.settle(kOne, 1, readings);
    missing.entries.front().status = EntryStatus::missing;
    EXPECT_EQ(judge(chain_.group(missing, readings)), "wrong_entries");
}

// Otherwise a committee could accuse any meter of contradicting itself, without a proof.
TEST_F(AccusationTest, a_settlement_that_calls_a_conflict_what_no_evidence_shows_is_refused) {
    const OpenedReadings readings = chain_.read_all(kOne, 1);
    Settlement settlement = chain_.settle(kOne, 1, readings);
    settlement.entries.front() = {kMeter, EntryStatus::conflict, Digest{}};
    EXPECT_EQ(judge(chain_.group(settlement, readings)), "wrong_entries");
}

TEST_F(AccusationTest, evidence_in_front_of_a_settlement_of_one_block_makes_it_stale) {
    const OpenedReadings readings = chain_.read_all(kOne, 1);
    auto block = chain_.group(chain_.settle(kOne, 1, readings), readings);
    block.insert(block.begin(), two_readings(1));
    EXPECT_EQ(judge(block), "stale_state");
}

TEST_F(AccusationTest, evidence_about_a_settled_window_names_the_meter_and_reopens_nothing) {
    const Transaction evidence = two_readings(0);
    const Digest settled = chain_.state().cluster(kOne)->last_settlement;
    commit({evidence});
    EXPECT_EQ(record().offences.count, 1U);
    EXPECT_TRUE(record().voided.empty());
    EXPECT_EQ(chain_.state().cluster(kOne)->last_settlement, settled);
    EXPECT_TRUE(chain_.state().is_current(kOne, 1, chain_.state().height - 1));
}

TEST_F(AccusationTest, evidence_enters_once_whatever_signatures_it_carries) {
    const Bytes first = read(1).reading.envelope;
    const Bytes second = read(1).reading.envelope;
    const Transaction evidence =
        *make_evidence(Offence::two_readings, first, second, network_.network());
    EXPECT_EQ(judge({evidence, evidence}), "already_committed");
    commit({evidence});
    EXPECT_EQ(judge({evidence}), "already_committed");
    // The meter signs the same payloads again: the bytes differ, the id does not.
    const auto again = cose::parse_sign1(second);
    const Bytes signed_again = cose::sign1(cose::Domain::reading, network_.network(), kMeter.str(),
                                           again->payload, network_.key(kMeter));
    const Transaction resigned =
        *make_evidence(Offence::two_readings, first, signed_again, network_.network());
    EXPECT_EQ(resigned.id, evidence.id);
    EXPECT_NE(resigned.envelope, evidence.envelope);
    EXPECT_EQ(judge({resigned}), "already_committed");
    // A third reading of the same window adds nothing either.
    const Transaction third =
        *make_evidence(Offence::two_readings, first, read(1).reading.envelope, network_.network());
    EXPECT_EQ(judge({third}), "already_committed");
}

TEST_F(AccusationTest, an_older_window_is_voided_even_after_a_newer_one) {
    const Transaction older = two_readings(1);
    const Transaction newer = two_readings(2);
    commit({newer});
    commit({older});
    EXPECT_EQ(record().voided, (std::vector<Window>{1, 2}));
    EXPECT_EQ(record().offences.count, 2U);
    EXPECT_EQ(record().offences.newest, 2U);
}

TEST_F(AccusationTest, one_sequence_for_two_windows_voids_both) {
    const OpenedReading one = read(1);
    ReadingHeader header = one.reading.header;
    header.window = 2;
    const auto other =
        make_reading(header, one.body, network_.data_key(kMeter), network_.key(kMeter));
    commit({*make_evidence(Offence::two_readings, one.reading.envelope, other.envelope,
                           network_.network())});
    EXPECT_EQ(record().voided, (std::vector<Window>{1, 2}));
}

TEST_F(AccusationTest, forged_evidence_is_refused) {
    const OpenedReading honest = read(1);
    ReadingHeader header = honest.reading.header;
    header.salt.bytes[0] ^= 1;
    const auto forged = make_reading(header, honest.body, network_.data_key(kMeter),
                                     test::signing_key("somebody else"));
    EXPECT_EQ(judge({*make_evidence(Offence::two_readings, honest.reading.envelope, forged.envelope,
                                    network_.network())}),
              "wrong_signature");
}

TEST_F(AccusationTest, nobody_is_accused_of_what_lies_ahead) {
    const std::int64_t soon_ms = chain_.state().tip_time_ms + 1;
    EXPECT_EQ(judge({two_readings(9)}, soon_ms), "future_window");
    EXPECT_EQ(judge({two_votes(kNeighbour, 9)}), "wrong_height");
    EXPECT_EQ(judge({event(9)}, soon_ms), "future_window");
}

TEST_F(AccusationTest, two_votes_name_the_validator_once_per_height) {
    commit({two_votes(kNeighbour, 1)});
    EXPECT_EQ(node(kNeighbour).offences.at(Offence::two_votes).count, 1U);
    EXPECT_EQ(judge({two_votes(kNeighbour, 1, 5)}), "already_committed");
    EXPECT_EQ(judge({two_votes(kNeighbour, 2), two_votes(kNeighbour, 3)}), "accepted");
    EXPECT_EQ(judge({two_votes(kParent, 1)}), "accepted");
}

TEST_F(AccusationTest, two_batches_name_their_proposer) {
    const OpenedReadings readings = chain_.read_all(kOne, 1);
    const Settlement one = chain_.settle(kOne, 1, readings);
    const Settlement other = chain_.settle(kOne, 1, readings);  // sealed with other salts
    const auto sign = [&](const Settlement& settlement) {
        return to_bytes(
            signed_envelope(make_batch(settlement, network_.network(), network_.key(kParent))));
    };
    const auto evidence =
        make_evidence(Offence::two_batches, sign(one), sign(other), network_.network());
    ASSERT_TRUE(evidence);
    commit({*evidence});
    EXPECT_EQ(node(kParent).offences.at(Offence::two_batches).count, 1U);
    EXPECT_EQ(node(kParent).offences.at(Offence::two_batches).newest, 1U);
    EXPECT_EQ(judge({*evidence}), "already_committed");
}

TEST_F(AccusationTest, evidence_changes_no_right_to_vote) {
    const auto validators = chain_.state().validators;
    commit({two_votes(kNeighbour, 1)});
    EXPECT_EQ(chain_.state().validators, validators);
}

TEST_F(AccusationTest, a_tampered_meter_leaves_the_settlement_of_the_same_window) {
    OpenedReadings readings = chain_.read_all(kOne, 1);
    const Settlement early = chain_.settle(kOne, 1, readings);
    commit({event(1)});
    EXPECT_TRUE(chain_.state().is_tampered(kMeter, 1));
    EXPECT_FALSE(chain_.state().is_tampered(kMeter, 0));
    EXPECT_EQ(judge(chain_.group(early, readings)), "stale_state");
    readings.erase(kMeter);
    const Settlement late = chain_.settle(kOne, 1, readings);
    EXPECT_EQ(late.entries.size(), 2U);
    commit(chain_.group(late, readings));
    EXPECT_EQ(judge({event(1)}), "already_committed");
}

TEST_F(AccusationTest, an_event_of_a_settled_window_counts_from_the_next_one) {
    commit({event(0)});
    EXPECT_FALSE(chain_.state().is_tampered(kMeter, 0));
    EXPECT_TRUE(chain_.state().is_tampered(kMeter, 1));
}

TEST_F(AccusationTest, an_event_of_another_network_or_signer_is_refused) {
    MeterAlarm content = std::get<MeterAlarm>(event(1).content);
    content.network.bytes[0] ^= 1;
    EXPECT_EQ(judge({make_event(content, network_.key(kMeter))}), "wrong_network");
    content = std::get<MeterAlarm>(event(1).content);
    EXPECT_EQ(judge({make_event(content, test::signing_key("somebody else"))}), "wrong_signature");
    content.cluster = kTwo;
    EXPECT_EQ(judge({make_event(content, network_.key(kMeter))}), "wrong_cluster");
}

TEST_F(AccusationTest, a_cluster_whose_only_meter_is_tampered_settles_nothing_and_goes_on) {
    test::TestNetworkOptions options;
    options.meters_per_cluster = 1;
    const TestNetwork network(options);
    TestChain chain(network);
    chain.run_window({kOne}, 0);
    const auto alarm =
        make_event({1, network.network(), kMeter, kOne, 1, 7, AlarmType::cover_open, 1'470'700'000},
                   network.key(kMeter));
    ASSERT_TRUE(chain.append(chain.next_block({alarm})));
    const Settlement empty = chain.settle(kOne, 1, {});
    EXPECT_TRUE(empty.entries.empty());
    ASSERT_TRUE(chain.append(chain.next_block(chain.group(empty, {}))));
    EXPECT_EQ(chain.state().next_window(kOne), 2U);
}

TEST_F(AccusationTest, only_a_new_meter_with_a_new_key_takes_a_tampered_meters_place) {
    const auto judge_meter = [&](const char* name, const char* service_point, const char* key) {
        return judge({network_.from_dgmd(chain_.state(),
                                         MeterRegistration{0, MeterId(name), kOne, service_point,
                                                           test::signing_key(key).public_key(), 3,
                                                           ConnectionRating{}, test::kInstalled})});
    };
    const std::string point = "sp-" + kMeter.str();
    EXPECT_EQ(judge_meter("meter-new", point.c_str(), "meter-new"), "already_registered");
    commit({event(1)});
    EXPECT_EQ(judge_meter("meter-new", point.c_str(), kMeter.str().c_str()), "already_registered");
    EXPECT_EQ(judge_meter(kMeter.str().c_str(), point.c_str(), "meter-new"), "already_registered");
    EXPECT_EQ(judge_meter("meter-new", point.c_str(), "meter-new"), "accepted");

    const ChainState& state = chain_.state();
    const MeterId fresh("meter-new");
    commit({network_.from_dgmd(
        state, MeterRegistration{0, fresh, kOne, point, test::signing_key("meter-new").public_key(),
                                 3, ConnectionRating{}, test::kInstalled})});
    std::vector<NodeId> readers = network_.committee(kOne);
    readers.push_back(network_.dgmd());
    commit({network_.from_dgmd(chain_.state(), network_.grant(fresh, 1, readers, 3))});
    const auto before = chain_.state().meters_of(kOne, 2);
    const auto after = chain_.state().meters_of(kOne, 3);
    EXPECT_EQ(before.size(), 2U);
    EXPECT_EQ(after.size(), 3U);
    EXPECT_NE(std::find(after.begin(), after.end(), fresh), after.end());
    EXPECT_EQ(judge_meter("meter-newer", point.c_str(), "meter-newer"), "already_registered");
}

TEST_F(AccusationTest, reissues_count_unless_the_chain_explains_them) {
    settle(1, chain_.read_all(kOne, 1), 1);
    EXPECT_EQ(node(kParent).reissued, 1U);
    const OpenedReadings readings = chain_.read_all(kOne, 2);
    commit({two_readings(2)});
    settle(2, readings, 1);
    EXPECT_EQ(node(kParent).reissued, 1U);
    EXPECT_EQ(node(kParent).taken_over, 0U);
}

TEST_F(AccusationTest, a_window_settled_by_a_neighbour_counts_for_the_parent) {
    const OpenedReadings readings = chain_.read_all(kOne, 1);
    const ChainState& state = chain_.state();
    const auto draft = chain_.accounts(kOne).draft(state, 1, {{1, readings}});
    ASSERT_TRUE(draft);
    const NodeId second = network_.committee(kOne)[1];
    const auto settlement = chain_.accounts(kOne).seal(state, 1, *draft, second, 0, 1,
                                                       chain_.keys(), network_.random());
    ASSERT_TRUE(settlement);
    commit(chain_.group(*settlement, readings));
    EXPECT_EQ(node(kParent).taken_over, 1U);
    EXPECT_EQ(node(second).taken_over, 0U);
}

TEST_F(AccusationTest, a_block_begins_with_evidence_and_ends_with_events) {
    const OpenedReadings readings = chain_.read_all(kOne, 1);
    std::vector<Transaction> waiting{event(1, TestNetwork::meter(1, 2))};
    for (const Transaction& each : chain_.group(chain_.settle(kOne, 1, readings), readings))
        waiting.push_back(each);
    waiting.push_back(two_votes(kNeighbour, 1));
    PlainSignatureChecker signatures;
    const std::int64_t time_ms = earliest_block_time_ms(chain_.state(), waiting);
    const auto selected = test::selected_of(chain_.state(), waiting, time_ms, signatures);
    ASSERT_EQ(selected.size(), waiting.size());
    EXPECT_EQ(selected.front().kind, TransactionKind::evidence);
    EXPECT_EQ(selected.back().kind, TransactionKind::event);
    EXPECT_EQ(judge(selected), "accepted");
}

}  // namespace
}  // namespace fairfeed
