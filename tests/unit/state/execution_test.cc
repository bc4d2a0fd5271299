#include "core/state/execution.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/model/reject.h"
#include "core/wire/chain_codec.h"
#include "core/wire/cose.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;
using test::TestNetworkOptions;

const ClusterId kOne = TestNetwork::cluster(1);
const ClusterId kTwo = TestNetwork::cluster(2);

TestNetworkOptions two_clusters() {
    TestNetworkOptions options;
    options.clusters_with_meters = 2;
    return options;
}

// "accepted", or the reason and where.
std::string verdict(const Result<void, ExecutionFault>& result) {
    if (result) return "accepted";
    std::string text(to_string(result.error().reason));
    if (result.error().transaction) text += " at " + std::to_string(*result.error().transaction);
    return text;
}

std::string judged(const ChainState& state, const Block& block) {
    ChainState copy = state;
    PlainSignatureChecker signatures;
    return verdict(execute_block(copy, block, signatures));
}

// A chain with window 0 of both clusters settled, and window 1 of cluster-1 read.
class ExecutionTest : public testing::Test {
  protected:
    ExecutionTest() : network_(two_clusters()), chain_(network_) {
        chain_.run_window({kOne, kTwo}, 0);
        readings_ = chain_.read_all(kOne, 1);
        settlement_ = chain_.settle(kOne, 1, readings_);
    }

    [[nodiscard]] Block block(const std::vector<Transaction>& transactions) const {
        return chain_.next_block(transactions);
    }
    [[nodiscard]] std::string judge(const std::vector<Transaction>& transactions) const {
        return judged(chain_.state(), block(transactions));
    }
    [[nodiscard]] std::vector<Transaction> group() const {
        return chain_.group(settlement_, readings_);
    }
    // The verdict on the readings and this settlement, signed and endorsed by all necessary
    // members.
    [[nodiscard]] std::string judge_settlement(const Settlement& settlement) const {
        return judge(chain_.group(settlement, readings_));
    }

    TestNetwork network_;
    TestChain chain_;
    OpenedReadings readings_;
    Settlement settlement_;
};

TEST_F(ExecutionTest, settles_two_clusters_window_after_window) {
    for (Window window = 1; window < 5; ++window)
        chain_.run_window({kOne, kTwo}, window);
}

TEST_F(ExecutionTest, accepts_the_undamaged_settlement) {
    EXPECT_EQ(judge(group()), "accepted");
}

struct SettlementDamage {
    const char* name;
    std::function<void(Settlement&)> damage;
    const char* expected;
};

TEST_F(ExecutionTest, rejects_damaged_settlements_by_name) {
    const std::vector<SettlementDamage> table = {
        {"unknown cluster", [](auto& s) { s.cluster = ClusterId("nowhere"); },
         "wrong_cluster at 3"},
        {"window twice", [](auto& s) { s.window = 0; }, "wrong_window at 3"},
        {"window skipped", [](auto& s) { s.window = 2; }, "wrong_window at 3"},
        {"other history", [](auto& s) { s.previous = Digest{}; }, "wrong_previous at 3"},
        {"future state", [](auto& s) { s.state_height = 2; }, "stale_state at 3"},
        {"state before the last window", [](auto& s) { s.state_height = 0; }, "stale_state at 3"},
        {"later slot", [](auto& s) { s.slot = 1; }, "wrong_proposer at 3"},
        {"neighbour proposes", [](auto& s) { s.proposer = TestNetwork::node(2); },
         "wrong_proposer at 3"},
        {"other contract", [](auto& s) { s.contract_version = 2; }, "unsupported_version at 3"},
        {"other rule", [](auto& s) { s.rule = ShareRule::waterfill; }, "unsupported_version at 3"},
        {"load", [](auto& s) { s.totals.load_wh += 1; }, "wrong_totals at 3"},
        {"generation", [](auto& s) { s.totals.available_wh += 1; }, "wrong_totals at 3"},
        {"import", [](auto& s) { s.totals.import_wh -= 1; }, "wrong_totals at 3"},
        {"delivered above available",
         [](auto& s) {
             s.totals.generation_wh = s.totals.available_wh + 1;
             s.totals.load_wh += 1;
         },
         "wrong_totals at 3"},
        {"credit above export", [](auto& s) { s.totals.credited_wh = s.totals.export_wh + 1; },
         "wrong_totals at 3"},
        {"D", [](auto& s) { s.totals.d_wh += 1; }, "wrong_totals at 3"},
        {"DF", [](auto& s) { s.totals.df_ppm += 1; }, "wrong_totals at 3"},
        {"PSA", [](auto& s) { s.totals.psa_ppm -= 1; }, "wrong_totals at 3"},
        {"sum of shares", [](auto& s) { s.totals.mes_w += 1; }, "wrong_totals at 3"},
        {"residual above D", [](auto& s) { s.totals.residual_surplus_wh = s.totals.d_wh + 1; },
         "wrong_totals at 3"},
        {"conventional", [](auto& s) { s.totals.conventional_wh += 1; }, "wrong_totals at 3"},
        {"money", [](auto& s) { s.totals.grid_amount_micro += 100; }, "wrong_totals at 3"},
        {"negative energy", [](auto& s) { s.totals.credited_wh = -1; }, "out_of_range at 3"},
        {"overflowing energy", [](auto& s) { s.totals.load_wh = INT64_MAX; }, "out_of_range at 3"},
        {"key epoch never granted", [](auto& s) { s.lines[1].key_epoch = 2; },
         "unknown_key_epoch at 3"},
    };
    ASSERT_GT(settlement_.totals.d_wh, 0);  // the table damages figures of a surplus
    for (const SettlementDamage& row : table) {
        Settlement damaged = settlement_;
        row.damage(damaged);
        // The undamaged settlement's committee signs and endorses the damaged one.
        Transaction batch = make_batch(damaged, network_.network(), network_.key(damaged.proposer));
        for (const char* member : {"node-1", "node-2", "node-3"}) {
            batch.endorsements.push_back(
                test::endorse(network_, damaged, batch.id, NodeId(member)));
        }
        auto transactions = group();
        transactions.back() = batch;
        Block damaged_block = test::make_block(chain_.state(), transactions, chain_.certificate(),
                                               chain_.state().grid().end_real_ms(5));
        EXPECT_EQ(judged(chain_.state(), damaged_block), row.expected) << row.name;
    }
}

// No other rule refuses these settlements: a whole committee claims that no meter was read.
TEST_F(ExecutionTest, takes_a_window_once_and_in_its_turn_whoever_vouches_for_it) {
    const auto judge_window = [&](Window window) {
        Settlement silent = chain_.settle(kOne, 1, {});
        silent.window = window;
        return judged(
            chain_.state(),
            test::make_block(chain_.state(), {test::certify(network_, chain_.state(), silent)},
                             chain_.certificate(), chain_.state().grid().end_real_ms(5)));
    };
    EXPECT_EQ(judge_window(1), "accepted");
    EXPECT_EQ(judge_window(0), "wrong_window at 0") << "settled twice";
    EXPECT_EQ(judge_window(2), "wrong_window at 0") << "window 1 is skipped";
}

TEST_F(ExecutionTest, rejects_entries_that_are_not_the_clusters_meters) {
    Settlement dropped = settlement_;
    dropped.entries.pop_back();
    dropped.lines.pop_back();
    EXPECT_EQ(judge_settlement(dropped), "wrong_entries at 2");
    Settlement renamed = settlement_;
    renamed.entries[2].meter = renamed.lines[2].meter = MeterId("zz");
    renamed.entries[2].status = EntryStatus::missing;
    renamed.entries[2].reading = Digest{};
    EXPECT_EQ(judge_settlement(renamed), "wrong_entries at 2");
    Settlement unlisted = settlement_;
    unlisted.entries[1].status = EntryStatus::missing;
    EXPECT_EQ(judge_settlement(unlisted), "wrong_entries at 2");
}

TEST_F(ExecutionTest, rejects_readings_that_are_not_those_listed) {
    const auto good = group();
    EXPECT_EQ(judge({good[0], good[1], good[2]}), "wrong_entries at 0");  // nobody lists them
    EXPECT_EQ(judge({good[3]}), "reading_not_held at 0");
    EXPECT_EQ(judge({good[3], good[0], good[1], good[2]}), "reading_not_held at 0");
    EXPECT_EQ(judge({good[1], good[0], good[2], good[3]}), "wrong_entries at 0");
    EXPECT_EQ(judge({good[0], good[1], good[3]}), "reading_not_held at 2");
    EXPECT_EQ(judge({good[0], good[1], good[2], good[2], good[3]}), "wrong_entries at 3");
    Settlement fewer = settlement_;
    fewer.entries[2].status = EntryStatus::missing;
    fewer.entries[2].reading = Digest{};
    auto extra = good;
    extra.back() = test::certify(network_, chain_.state(), fewer);
    EXPECT_EQ(judge(extra), "wrong_entries at 2");
}

TEST_F(ExecutionTest, rejects_a_settlement_that_is_already_in) {
    auto twice = group();
    const auto again = group();
    twice.insert(twice.end(), again.begin(), again.end());
    EXPECT_EQ(judge(twice), "already_committed at 7");
}

TEST_F(ExecutionTest, rejects_a_settlement_before_its_window_is_over) {
    const std::int64_t end_ms = chain_.state().grid().end_real_ms(1);
    EXPECT_EQ(judged(chain_.state(), chain_.next_block(group(), end_ms - 1)), "wrong_time at 3");
    EXPECT_EQ(judged(chain_.state(), chain_.next_block(group(), end_ms)), "accepted");
    EXPECT_EQ(earliest_block_time_ms(chain_.state(), group()), end_ms);
}

struct EndorsementDamage {
    const char* name;
    std::function<void(std::vector<Witness>&)> damage;
    const char* expected;
};

TEST_F(ExecutionTest, rejects_damaged_endorsements_by_name) {
    const auto good = group();
    const Digest batch = good.back().id;
    const Witness stranger = test::endorse(network_, settlement_, Digest{}, NodeId("node-1"));
    const std::vector<EndorsementDamage> table = {
        {"one missing", [](auto& w) { w.pop_back(); }, "no_quorum at 3"},
        {"none", [](auto& w) { w.clear(); }, "no_quorum at 3"},
        {"one twice", [](auto& w) { w[2] = w[1]; }, "not_canonical at 3"},
        {"unsorted", [](auto& w) { std::swap(w[0], w[1]); }, "not_canonical at 3"},
        {"no member", [](auto& w) { w[2].node = NodeId("somebody"); }, "not_a_member at 3"},
        {"another's signature", [](auto& w) { w[1].signature = w[0].signature; },
         "wrong_signature at 3"},
        {"another batch's", [&](auto& w) { w[0] = stranger; }, "wrong_signature at 3"},
        {"high s", [](auto& w) { w[1].signature = flip_s(w[1].signature); }, "high_s at 3"},
    };
    for (const EndorsementDamage& row : table) {
        auto transactions = good;
        row.damage(transactions.back().endorsements);
        EXPECT_EQ(judge(transactions), row.expected) << row.name;
    }
    auto four = good;
    four.back() = test::certify(network_, chain_.state(), settlement_, 4);
    EXPECT_EQ(four.back().id, batch);  // witnesses are outside the id
    EXPECT_EQ(judge(four), "accepted");
}

TEST_F(ExecutionTest, rejects_a_batch_that_its_proposer_did_not_sign) {
    auto transactions = group();
    Transaction forged = make_batch(settlement_, network_.network(), test::signing_key("node-2"));
    forged.endorsements = transactions.back().endorsements;
    transactions.back() = forged;
    EXPECT_EQ(judge(transactions), "wrong_signature at 3");
    transactions = group();
    transactions.back().signer = NodeId("node-2");
    EXPECT_EQ(judge(transactions), "wrong_proposer at 3");
}

struct ReadingDamage {
    const char* name;
    std::function<void(ReadingHeader&)> damage;
    const char* expected;
};

TEST_F(ExecutionTest, rejects_damaged_readings_by_name) {
    const std::vector<ReadingDamage> table = {
        {"unchanged", [](auto&) {}, "accepted"},
        {"other window", [](auto& h) { h.window = 0; }, "wrong_window at 1"},
        {"other cluster", [](auto& h) { h.cluster = kTwo; }, "wrong_cluster at 1"},
        {"replayed sequence", [](auto& h) { h.sequence = 1; }, "stale_sequence at 1"},
        {"key never granted", [](auto& h) { h.key_epoch = 2; }, "unknown_key_epoch at 1"},
        {"other network", [](auto& h) { h.network = Digest{}; }, "wrong_network at 1"},
        {"other version", [](auto& h) { h.version = 2; }, "unsupported_version at 1"},
    };
    const MeterId meter = TestNetwork::meter(1, 2);
    for (const ReadingDamage& row : table) {
        OpenedReadings readings = readings_;
        OpenedReading& changed = readings.at(meter);
        ReadingHeader header = changed.reading.header;
        row.damage(header);
        changed.reading =
            make_reading(header, changed.body, network_.data_key(meter), network_.key(meter));
        Settlement settlement = settlement_;
        settlement.entries[1].reading = changed.reading.id;
        EXPECT_EQ(judge(chain_.group(settlement, readings)), row.expected) << row.name;
    }
}

TEST_F(ExecutionTest, rejects_a_reading_with_a_wrong_or_a_high_s_signature) {
    auto transactions = group();
    const auto parsed = cose::parse_sign1(transactions[1].envelope);
    ASSERT_TRUE(parsed);
    Transaction high_s = transactions[1];
    high_s.envelope = cose::assemble_sign1(parsed->kid, parsed->payload, flip_s(parsed->signature));
    Transaction wrong = transactions[1];
    Signature other = parsed->signature;
    other.bytes[5] ^= 1;
    wrong.envelope = cose::assemble_sign1(parsed->kid, parsed->payload, other);
    transactions[1] = high_s;
    EXPECT_EQ(judge(transactions), "high_s at 1");
    transactions[1] = wrong;
    EXPECT_EQ(judge(transactions), "wrong_signature at 1");
}

struct HeaderDamage {
    const char* name;
    std::function<void(Block&)> damage;
    const char* expected;
};

TEST_F(ExecutionTest, rejects_damaged_headers_by_name) {
    const std::vector<HeaderDamage> table = {
        {"version", [](auto& b) { b.header.version = 2; }, "unsupported_version"},
        {"network", [](auto& b) { b.header.network = Digest{}; }, "wrong_network"},
        {"height", [](auto& b) { b.header.height += 1; }, "wrong_height"},
        {"parent", [](auto& b) { b.header.parent = Digest{}; }, "wrong_parent"},
        {"epoch", [](auto& b) { b.header.epoch = 1; }, "wrong_validators"},
        {"validators", [](auto& b) { b.header.validators = Digest{}; }, "wrong_validators"},
        {"proposer", [](auto& b) { b.header.proposer = NodeId("dgmd"); }, "wrong_proposer_turn"},
        {"root", [](auto& b) { b.header.transactions_root = Digest{}; }, "wrong_root"},
        {"count", [](auto& b) { b.header.transaction_count += 1; }, "wrong_root"},
        {"body", [](auto& b) { b.transactions.pop_back(); }, "wrong_root"},
        {"app hash", [](auto& b) { b.header.app_hash = Digest{}; }, "wrong_app_hash"},
        {"hash of the certificate", [](auto& b) { b.header.parent_certificate = Digest{}; },
         "wrong_certificate"},
        {"no certificate", [](auto& b) { b.parent_certificate.reset(); }, "wrong_certificate"},
    };
    for (const HeaderDamage& row : table) {
        Block damaged = block(group());
        row.damage(damaged);
        EXPECT_EQ(judged(chain_.state(), damaged), row.expected) << row.name;
    }
    Block early = chain_.next_block(group(), chain_.state().tip_time_ms);
    EXPECT_EQ(judged(chain_.state(), early), "wrong_time");
    EXPECT_EQ(judge({}), "empty_block");
}

struct CertificateDamage {
    const char* name;
    std::function<void(QuorumCertificate&)> damage;
    const char* expected;
};

TEST_F(ExecutionTest, rejects_damaged_certificates_by_name) {
    const std::vector<CertificateDamage> table = {
        {"undamaged", [](auto&) {}, "accepted"},
        {"too few", [](auto& c) { c.witnesses.pop_back(); }, "no_quorum"},
        {"one twice", [](auto& c) { c.witnesses[1] = c.witnesses[0]; }, "not_canonical"},
        {"no validator", [](auto& c) { c.witnesses[0].node = NodeId("dgmd"); }, "wrong_validators"},
        {"other round", [](auto& c) { c.content.round += 1; }, "wrong_signature"},
        {"other block", [](auto& c) { c.content.block = Digest{}; }, "wrong_certificate"},
        {"nil", [](auto& c) { c.content.block.reset(); }, "wrong_certificate"},
        {"prevotes", [](auto& c) { c.content.type = VoteType::prevote; }, "wrong_certificate"},
        {"high s", [](auto& c) { c.witnesses[0].signature = flip_s(c.witnesses[0].signature); },
         "high_s"},
    };
    for (const CertificateDamage& row : table) {
        QuorumCertificate certificate = *chain_.certificate();
        row.damage(certificate);
        const Block damaged = test::make_block(chain_.state(), group(), certificate);
        EXPECT_EQ(judged(chain_.state(), damaged), row.expected) << row.name;
    }
}

TEST_F(ExecutionTest, takes_any_quorum_of_the_parents_voters) {
    const auto certificate =
        test::make_certificate(network_, chain_.state(), chain_.blocks().back().block.header, 4, 7);
    EXPECT_EQ(judged(chain_.state(), test::make_block(chain_.state(), group(), certificate)),
              "accepted");
}

TEST_F(ExecutionTest, gives_the_same_app_hash_when_the_same_blocks_run_twice) {
    for (Window window = 1; window < 4; ++window)
        chain_.run_window({kTwo}, window);
    ChainState again = network_.initial_state();
    PlainSignatureChecker signatures;
    for (const CommittedBlock& committed : chain_.blocks()) {
        ASSERT_EQ(verdict(execute_block(again, committed.block, signatures)), "accepted");
    }
    EXPECT_EQ(app_hash(again), app_hash(chain_.state()));
    EXPECT_EQ(again.height, 4U);
}

TEST_F(ExecutionTest, remembers_what_a_settlement_changes) {
    const auto transactions = group();
    ASSERT_TRUE(chain_.append(block(transactions)));
    const ClusterRecord& cluster = *chain_.state().cluster(kOne);
    EXPECT_EQ(cluster.last_window, 1U);
    EXPECT_EQ(cluster.last_settlement, transactions.back().id);
    EXPECT_EQ(cluster.settled_at, 2U);
    EXPECT_EQ(chain_.state().next_window(kOne), 2U);
    EXPECT_EQ(chain_.state().next_window(kTwo), 1U);
    const MeterRecord& meter = chain_.state().meters.at(TestNetwork::meter(1, 1));
    EXPECT_EQ(meter.last_reading, transactions[0].id);
    EXPECT_EQ(meter.last_sequence, 2U);
}

}  // namespace
}  // namespace fairfeed
