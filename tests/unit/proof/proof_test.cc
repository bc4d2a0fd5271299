#include "core/proof/proof.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "core/wire/reading_codec.h"
#include "core/wire/settlement_line_codec.h"
#include "tests/unit/proof/proof_bench.h"

namespace fairfeed {
namespace {

using test::fault_of;
using test::options_of;
using test::ProofOfAReading;
using test::prove;
using test::StoredChain;
using test::TestChain;
using test::TestNetwork;
using test::TestNetworkOptions;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(ProofOfAReading, convinces_whoever_has_the_genesis_file) {
    const auto findings = check_proof(encode_proof(proof_), stored_.genesis());
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->meter, meter_);
    EXPECT_EQ(findings->cluster, TestNetwork::cluster(1));
    EXPECT_EQ(findings->window, 1U);
    EXPECT_EQ(findings->window_end_s - findings->window_start_s, 14'400);
    EXPECT_EQ(findings->height, 2U);
    EXPECT_EQ(findings->block, stored_.chain().state().tip);
    EXPECT_EQ(findings->body.end, stored_.chain().meter(meter_).registers());
    EXPECT_EQ(findings->line, stored_.chain().accounts(TestNetwork::cluster(1)).last_lines()[0]);
    EXPECT_EQ(findings->committee, CommitteeClass::full);
    EXPECT_EQ(findings->endorsements, 3U);
    EXPECT_EQ(findings->members, 4U);
    EXPECT_EQ(findings->signers, 3U);
    EXPECT_THAT(findings->proved, SizeIs(6));
    EXPECT_THAT(findings->not_proved, Contains(HasSubstr("those of the settlements before")));
}

TEST_F(ProofOfAReading, is_the_same_after_it_was_written_and_read) {
    const auto read = decode_proof(encode_proof(proof_));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, proof_);
    EXPECT_THAT(proof_.registry, IsEmpty());
}

TEST_F(ProofOfAReading, holds_no_key_that_opens_anything_else) {
    const Bytes file = encode_proof(proof_);
    const SymmetricKey data_key = stored_.network().data_key(meter_);
    EXPECT_EQ(std::search(file.begin(), file.end(), data_key.bytes.begin(), data_key.bytes.end()),
              file.end());
    for (const CommittedBlock& each : stored_.chain().blocks())
        for (const Transaction& transaction : each.block.transactions) {
            const auto* reading = std::get_if<SignedReading>(&transaction.content);
            if (reading == nullptr || reading->id == proof_.reading.transaction.id) continue;
            EXPECT_FALSE(open_reading(*reading, proof_.reading_key));
            EXPECT_FALSE(open_reading(*reading, proof_.line_key));
        }
    EXPECT_FALSE(open_line(settlement(), settlement().lines[1], proof_.line_key));
}

TEST_F(ProofOfAReading, is_refused_with_any_byte_changed) {
    const Bytes file = encode_proof(proof_);
    for (std::size_t at = 0; at < file.size(); at += 7) {
        Bytes changed = file;
        changed[at] ^= 1U;
        ASSERT_FALSE(check_proof(changed, stored_.genesis())) << "byte " << at;
    }
}

TEST_F(ProofOfAReading, is_refused_cut_short_or_with_something_behind_it) {
    const Bytes file = encode_proof(proof_);
    for (std::size_t size = 0; size < file.size(); size += 97) {
        const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
        const auto checked = check_proof(cut, stored_.genesis());
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().part, ProofPart::file);
    }
    Bytes longer = file;
    longer.push_back(0);
    EXPECT_FALSE(check_proof(longer, stored_.genesis()));
}

TEST_F(ProofOfAReading, is_refused_with_a_part_of_another_proof) {
    const auto other = prove(stored_, TestNetwork::node(2), meter_, 0);
    ASSERT_TRUE(other);
    struct Row {
        std::string_view part;
        void (*swap)(Proof&, const Proof&);
    };
    const Row rows[] = {
        {"certificate", [](Proof& p, const Proof& o) { p.header = o.header; }},
        {"certificate", [](Proof& p, const Proof& o) { p.certificate = o.certificate; }},
        {"reading", [](Proof& p, const Proof& o) { p.reading = o.reading; }},
        {"settlement", [](Proof& p, const Proof& o) { p.settlement = o.settlement; }},
        {"reading_key", [](Proof& p, const Proof& o) { p.reading_key = o.reading_key; }},
        {"reading_key", [](Proof& p, const Proof&) { p.reading_key = p.line_key; }},
        {"line_key", [](Proof& p, const Proof& o) { p.line_key = o.line_key; }},
        {"file", [](Proof& p, const Proof&) { p.reading = p.settlement; }},
        {"file", [](Proof& p, const Proof&) { p.settlement = p.reading; }},
        {"reading", [](Proof& p, const Proof&) { p.reading.index += 1; }},
        {"settlement", [](Proof& p, const Proof&) { p.settlement.path.pop_back(); }},
        {"settlement", [](Proof& p, const Proof&) { p.rows.pop_back(); }},
        {"settlement", [](Proof& p, const Proof&) { p.rows.front().index += 1; }},
        {"settlement", [](Proof& p, const Proof&) { p.rows.front().path.pop_back(); }},
        {"settlement", [](Proof& p, const Proof&) { p.rows.push_back(p.rows.front()); }},
        {"committee", [](Proof& p, const Proof&) { p.committee = CommitteeClass::degraded; }},
        {"committee",
         [](Proof& p, const Proof&) { p.settlement.transaction.endorsements.pop_back(); }},
        {"certificate", [](Proof& p, const Proof&) { p.certificate.witnesses.pop_back(); }},
        {"certificate", [](Proof& p, const Proof&) { p.header.time_ms += 1; }},
    };
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        Proof changed = proof_;
        rows[i].swap(changed, *other);
        EXPECT_EQ(fault_of(changed, stored_.genesis()), rows[i].part) << "row " << i;
    }
    EXPECT_EQ(fault_of(proof_, stored_.genesis()), "none");
}

TEST_F(ProofOfAReading, is_refused_with_the_reading_of_another_meter) {
    const auto neighbour = prove(stored_, TestNetwork::node(2), TestNetwork::meter(1, 2), 1);
    ASSERT_TRUE(neighbour);
    Proof changed = proof_;
    changed.reading = neighbour->reading;
    changed.reading_key = neighbour->reading_key;
    EXPECT_EQ(fault_of(changed, stored_.genesis()), "settlement") << "it has my row alone";
    changed.settlement = neighbour->settlement;
    changed.rows = neighbour->rows;
    EXPECT_EQ(fault_of(changed, stored_.genesis()), "line_key");
}

TEST_F(ProofOfAReading, is_refused_with_one_endorsement_counted_twice) {
    Proof changed = proof_;
    auto& endorsements = changed.settlement.transaction.endorsements;
    endorsements[2] = endorsements[1];
    EXPECT_NE(fault_of(changed, stored_.genesis()), "none");
}

TEST_F(ProofOfAReading, is_refused_against_another_genesis) {
    TestNetworkOptions other = options_of(4);
    other.parameters.name = "other";
    EXPECT_EQ(fault_of(proof_, TestNetwork(other).genesis()), "network");
}

TEST_F(ProofOfAReading, is_not_made_for_what_is_not_there) {
    const NodeId node = TestNetwork::node(2);
    const auto later = prove(stored_, node, meter_, 2);
    ASSERT_FALSE(later);
    EXPECT_THAT(later.error().explanation, HasSubstr("is not settled in this ledger"));
    const auto stranger = prove(stored_, node, MeterId("nobody"), 1);
    ASSERT_FALSE(stranger);
    EXPECT_THAT(stranger.error().explanation, HasSubstr("not registered"));
    const auto unsound = [this] {
        stored_.damage("DELETE FROM blocks WHERE height = 1");
        return prove(stored_, TestNetwork::node(2), meter_, 1);
    }();
    ASSERT_FALSE(unsound);
    EXPECT_THAT(unsound.error().explanation, HasSubstr("not sound at height 1"));
}

TEST(proof, is_not_made_without_the_meters_key) {
    StoredChain stored(options_of(6, 1));
    stored.run_windows(1);
    stored.store();
    EXPECT_TRUE(prove(stored, TestNetwork::node(4), TestNetwork::meter(1, 1), 0));
    const auto refused = prove(stored, TestNetwork::node(5), TestNetwork::meter(1, 1), 0);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().explanation, HasSubstr("node-5 holds no data key of key epoch 1"));
}

TEST(proof, is_not_made_of_an_estimate) {
    StoredChain stored(options_of(1));
    TestChain& chain = stored.chain();
    const ClusterId cluster = TestNetwork::cluster(1);
    auto readings = chain.read_all(cluster, 0);
    readings.erase(TestNetwork::meter(1, 2));
    const auto settlement = chain.settle(cluster, 0, readings);
    ASSERT_TRUE(chain.append(chain.next_block(chain.group(settlement, readings))));
    stored.store();
    EXPECT_TRUE(prove(stored, TestNetwork::node(1), TestNetwork::meter(1, 1), 0));
    const auto refused = prove(stored, TestNetwork::node(1), TestNetwork::meter(1, 2), 0);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().explanation, HasSubstr("estimate"));
}

TEST(proof, of_a_late_reading_shows_the_line_that_trued_it_up) {
    StoredChain stored(options_of(1));
    stored.run_windows(1);
    TestChain& chain = stored.chain();
    const ClusterId cluster = TestNetwork::cluster(1);
    const MeterId meter = TestNetwork::meter(1, 2);
    HeldReadings held;
    held[1] = chain.read_all(cluster, 1);
    const auto late = held[1].extract(meter);
    const auto first = chain.settle_held(cluster, 1, held);
    ASSERT_TRUE(chain.append(chain.next_block(chain.group_held(first, held))));
    held[1].insert({meter, late.mapped()});
    held[2] = chain.read_all(cluster, 2);
    const auto second = chain.settle_held(cluster, 2, held);
    ASSERT_TRUE(chain.append(chain.next_block(chain.group_held(second, held))));
    stored.store();
    const auto proof = prove(stored, TestNetwork::node(1), meter, 1);
    ASSERT_TRUE(proof) << proof.error().explanation;
    const auto findings = check_proof(encode_proof(*proof), stored.genesis());
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->window, 1U);
    EXPECT_EQ(findings->settled, 2U);
    EXPECT_THAT(findings->proved, Contains(HasSubstr("came late")));
    EXPECT_THAT(findings->not_proved, Contains(HasSubstr("trued up")));
    // The same line proves the reading of its own window.
    const auto own = prove(stored, TestNetwork::node(1), meter, 2);
    ASSERT_TRUE(own);
    EXPECT_EQ(fault_of(*own, stored.genesis()), "none");
    Proof forged = *proof;
    forged.settlement = own->settlement;
    forged.rows = own->rows;
    forged.reading = own->reading;
    EXPECT_EQ(fault_of(forged, stored.genesis()), "reading_key") << "one key, one reading";
}

// The block of window 0 has a time that is 11 hours too late, so the share of window 0 binds after
// that of window 1, whose block has the right time (R20).
TEST(proof, of_a_line_after_the_chains_time_was_set_back_is_taken) {
    StoredChain stored(options_of(1));
    TestChain& chain = stored.chain();
    const ClusterId cluster = TestNetwork::cluster(1);
    const GridClock grid = chain.state().grid();
    for (const Window window : {0U, 1U}) {
        const auto readings = chain.read_all(cluster, window);
        const auto group = chain.group(chain.settle(cluster, window, readings), readings);
        const std::int64_t late_ms = window == 0 ? 11 * 3'600'000 : 0;
        const std::int64_t time_ms = grid.end_real_ms(window) + late_ms;
        ASSERT_TRUE(chain.append(chain.next_block(group, time_ms)));
    }
    stored.store();
    const auto proof = prove(stored, TestNetwork::node(1), TestNetwork::meter(1, 1), 1);
    ASSERT_TRUE(proof) << proof.error().explanation;
    const auto findings = check_proof(encode_proof(*proof), stored.genesis());
    ASSERT_TRUE(findings) << findings.error().explanation;
    ASSERT_FALSE(findings->line.closing.shares.empty());
    EXPECT_GT(findings->line.closing.shares.back().from_s, findings->in_force_from_s);
}

TEST(proof, says_honestly_what_a_small_committee_is_worth) {
    StoredChain stored(options_of(1));
    stored.run_windows(1);
    stored.store();
    const auto proof = prove(stored, TestNetwork::node(1), TestNetwork::meter(1, 1), 0);
    ASSERT_TRUE(proof);
    const auto findings = check_proof(encode_proof(*proof), stored.genesis());
    ASSERT_TRUE(findings);
    EXPECT_EQ(findings->committee, CommitteeClass::single);
    EXPECT_THAT(findings->proved, Contains(HasSubstr("nobody else witnessed it")));
}

// A meter, its capacity and a tariff, all added after genesis.
class ProofOfALaterMeter : public ::testing::Test {
  protected:
    void SetUp() override {
        stored_.run_windows(1);
        const MeterRegistration registration{0,
                                             meter_,
                                             TestNetwork::cluster(1),
                                             "sp-late",
                                             test::signing_key("late").public_key(),
                                             3,
                                             ConnectionRating{},
                                             test::kInstalled};
        add(registration);
        add(CapacityCertificate{0, meter_, 3000, 3});
        add(TariffNotice{0, {300'000, 90'000}, 42});
        TestChain& chain = stored_.chain();
        auto readers = stored_.network().committee(TestNetwork::cluster(1));
        readers.insert(readers.begin(), chain.network().dgmd());
        add(stored_.network().grant(meter_, 1, readers, 3));
        for (Window window = 1; window <= 3; ++window)
            chain.run_window({TestNetwork::cluster(1)}, window);
        stored_.store();
        auto proof = prove(stored_, TestNetwork::node(1), meter_, 3);
        ASSERT_TRUE(proof) << proof.error().explanation;
        proof_ = std::move(*proof);
    }
    void add(const TransactionContent& content) {
        TestChain& chain = stored_.chain();
        const auto transaction = stored_.network().from_dgmd(chain.state(), content);
        const std::int64_t time_ms = chain.state().tip_time_ms + 1000;
        const auto done = chain.append(chain.next_block({transaction}, time_ms));
        ASSERT_TRUE(done) << to_string(done.error().reason);
    }

    StoredChain stored_{options_of(1)};
    MeterId meter_{"late"};
    Proof proof_;
};

TEST_F(ProofOfALaterMeter, carries_the_registration_and_what_else_genesis_lacks) {
    EXPECT_THAT(proof_.registry, SizeIs(2));  // not the tariff of a later week, no grant
    const auto findings = check_proof(encode_proof(proof_), stored_.genesis());
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->meter, meter_);
    EXPECT_EQ(findings->line.capacity_w, 3000);
}

TEST_F(ProofOfALaterMeter, is_refused_without_its_evidence_or_with_a_bent_one) {
    const std::pair<std::string_view, void (*)(Proof&)> rows[] = {
        {"registry", [](Proof& p) { p.registry.clear(); }},
        {"energy", [](Proof& p) { p.registry.pop_back(); }},
        {"registry", [](Proof& p) { std::swap(p.registry[0], p.registry[1]); }},
        {"registry", [](Proof& p) { p.registry[1] = p.registry[0]; }},
        {"registry", [](Proof& p) { p.registry[0].header = p.header; }},
        {"registry", [](Proof& p) { p.registry[0].certificate = p.certificate; }},
        {"registry", [](Proof& p) { p.registry[0].certificate.witnesses.clear(); }},
        {"registry", [](Proof& p) { p.registry[0].included.index = 1; }},
        {"registry", [](Proof& p) { p.registry[0].included = p.reading; }},
        {"registry", [](Proof& p) { p.registry[0].header.time_ms += 1; }},
        {"registry", [](Proof& p) { p.registry[1].included.transaction.endorsements.pop_back(); }},
        {"registry",
         [](Proof& p) {
             auto& approvals = p.registry[1].included.transaction.endorsements;
             std::swap(approvals[0].signature, approvals[1].signature);
         }},
    };
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        Proof changed = proof_;
        rows[i].second(changed);
        EXPECT_EQ(fault_of(changed, stored_.genesis()), rows[i].first) << "row " << i;
    }
}

Proof proof_among(std::size_t meters) {
    TestNetworkOptions options = options_of(1, meters);
    options.parameters.max_block_transactions = 2000;
    StoredChain stored(options);
    stored.run_windows(1);
    stored.store();
    const MeterId last = TestNetwork::meter(1, meters);
    const auto proof = prove(stored, TestNetwork::node(1), last, 0);
    CHECK(proof.has_value());
    EXPECT_EQ(fault_of(*proof, stored.genesis()), "none");
    return *proof;
}

// More meters than a block of the usual size has transactions.
TEST(proof, of_one_among_1100_meters_is_a_file_of_a_few_kilobytes) {
    const Proof few = proof_among(2);
    const Proof many = proof_among(1100);
    EXPECT_LT(encode_proof(many).size(), 4096U);
    const std::size_t levels = 2 * 11;  // of two trees: of the block, and of the settlement
    EXPECT_LE(encode_proof(many).size(), encode_proof(few).size() + levels * 34 + 64);
}

}  // namespace
}  // namespace fairfeed
