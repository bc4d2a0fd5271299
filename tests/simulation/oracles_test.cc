// Every oracle is shown its fault and must report it, because an oracle that never reports anything
// proves nothing.
#include "core/crypto/digest.h"
#include "tests/simulation/credit_audit.h"
#include "tests/simulation/heard_offences.h"
#include "tests/simulation/oracles_bench.h"

namespace fairfeed::simulation {
namespace {

using testing::HasSubstr;

class WithAMeterThatSignsTwo : public TheOracles {
  protected:
    WithAMeterThatSignsTwo() : TheOracles(MeterBehaviour::equivocating) {}
    // The receipt of another reading of window 0 than the one in settle().
    [[nodiscard]] Digest receipt_of_another() {
        SimulatedMeter twin(scenery, meters[0].id(), MeterBehaviour::equivocating, Dice(99));
        const SignedReading reading = measure(twin, 0).reading;
        disk.apply(PersistReading{reading});
        oracles.on_receipt(0, {meters[0].id(), 0, 1, reading.id}, disk);
        return reading.id;
    }
};

TEST_F(TheOracles, say_nothing_where_all_is_well) {
    const Settlement settlement = settle(0);
    for (const auto& [id, opened] : readings) {
        disk.apply(PersistReading{opened.reading});
        oracles.on_receipt(1, {id, 0, 1, opened.reading.id}, disk);
    }
    endorse(settlement);
    commit(0, settlement);
    commit(1, settlement);
    vote(sha256(as_bytes("a")));
    vote(sha256(as_bytes("a")));
    oracles.on_load(0, {});
    oracles.on_disk(1, disk);
    oracles.on_idle_end(oracles.highest(), 0);
    EXPECT_EQ(oracles.account_for_readings().final_readings, 2U);
    expect("");
    EXPECT_FALSE(oracles.is_over()) << oracles.fault();
}

TEST_F(TheOracles, name_height_and_culprits_of_a_fork) {
    const Settlement settlement = settle(0);
    const auto batch = make_batch(settlement, network.network(), network.key(nodes[0]));
    commit(1, {batch});
    commit(2, {batch}, chain.next_block({batch}).header.time_ms + 1);
    expect("fork: node-3 committed block ");
    expect("at height 1, node-2 block ");
    expect("; signed both: node-1 node-2 node-3");
}

TEST_F(TheOracles, know_honest_nodes_that_say_two_things_in_one_slot) {
    vote(sha256(as_bytes("a")));
    vote(std::nullopt);
    expect("honest node-1 equivocated: prevote of height 1, round 0");
}

TEST_F(TheOracles, know_honest_nodes_that_sign_two_batches_of_one_version) {
    Settlement settlement = settle(0);
    for (const std::uint32_t rule : {1U, 2U}) {
        settlement.contract_version = rule;
        const auto batch = make_batch(settlement, network.network(), network.key(nodes[0]));
        say(0, Channel::batch, encode_transaction(batch));
    }
    expect("honest node-1 said two batches of cluster-1, window 0");
}

TEST_F(TheOracles, know_a_meter_that_is_credited_more_than_it_measured) {
    const auto lines = ClusterAccounts::open_lines(settle(0), scenery.keys);
    ASSERT_TRUE(lines.has_value());
    const auto meter = [this](const MeterId& id) -> const SimulatedMeter& { return meter_of(id); };
    const auto listed = [](const MeterId&, Window) { return true; };
    for (const SettlementLine& honest : *lines) {
        EXPECT_EQ(CreditAudit(scenery, meter).on_line(0, honest, listed), "");
        SettlementLine more = honest;
        more.credited_wh += 1;
        EXPECT_NE(CreditAudit(scenery, meter).on_line(0, more, listed), "");
    }
}

TEST_F(TheOracles, know_what_a_node_has_stored_and_heard_contradicted) {
    SimulatedMeter twin(scenery, meters[0].id(), MeterBehaviour::equivocating, Dice(99));
    const SignedReading one = measure(meters[0], 0).reading;
    const SignedReading other = measure(twin, 0).reading;
    ASSERT_NE(one.id, other.id);
    HeardOffences heard({meters[0].id().str()});
    const Topic topic{network.genesis().content.parameters.name, meters[0].id().str(),
                      Channel::reading, "-"};
    const Publication said{0, topic, topic.str(), other.envelope};
    heard.hear(scenery.nodes[0], said, chain.state());
    EXPECT_TRUE(heard.offences().empty()) << "nothing is stored yet";
    heard.keep(one);
    heard.hear(scenery.nodes[0], said, chain.state());
    EXPECT_EQ(heard.offences().size(), 1U);
}

TEST_F(TheOracles, know_honest_nodes_that_endorse_two_readings_of_one_slot) {
    Settlement settlement = settle(0);
    endorse(settlement);
    settlement.entries[0].reading = sha256(as_bytes("another"));
    settlement.version = 1;
    endorse(settlement);
    expect("honest node-2 endorsed two readings in one slot");
}

TEST_F(TheOracles, know_honest_nodes_that_vouch_for_the_absence_of_what_they_hold) {
    Settlement settlement = settle(0);
    disk.apply(PersistReading{readings.at(meters[0].id()).reading});
    settlement.entries[0].status = EntryStatus::missing;
    endorse(settlement);
    expect("endorsed that the reading of meter-1-1, window 0, is missing and holds it");
}

TEST_F(TheOracles, know_evidence_against_the_honest) {
    accuse("node-2");
    expect("evidence names honest node-2");
}

TEST_F(TheOracles, miss_a_single_watt_hour) {
    commit(0, with_line(settle(0), [](SettlementLine& line) {
               ++line.import_wh;
               ++line.load_wh;
           }));
    expect("window 0 of cluster-1: meter-1-1: the window's energy is not what the meter measured");
}

TEST_F(TheOracles, miss_a_watt_hour_that_was_trued_up_too_much) {
    commit(0, with_line(settle(0), [](SettlementLine& line) { ++line.adjusted.import_wh; }));
    expect("meter-1-1: what was settled and trued up is not what its registers moved");
}

TEST_F(TheOracles, miss_a_single_micro) {
    commit(0, with_line(settle(0), [](SettlementLine& line) { ++line.closing.balance_micro; }));
    expect("meter-1-1: the balance is not what was posted");
}

TEST_F(TheOracles, miss_a_thousandth_of_a_micro) {
    commit(0, with_line(settle(0), [](SettlementLine& line) { ++line.closing.import_remainder; }));
    expect("meter-1-1: what was posted for import is not what its windows cost");
}

TEST_F(TheOracles, miss_a_micro_between_accounts_and_grid) {
    Settlement settlement = settle(0);
    ++settlement.totals.grid_amount_micro;
    commit(0, settlement);
    expect("window 0 of cluster-1: its money does not sum to zero");
}

TEST_F(TheOracles, know_a_reading_that_enters_the_chain_twice) {
    const Settlement settlement = settle(0);
    Audit audit(scenery,
                [this](const MeterId& id) -> const SimulatedMeter& { return meter_of(id); });
    EXPECT_EQ(audit.on_settlement(settlement, 0), "");
    EXPECT_EQ(audit.on_settlement(settlement, 0), "meter-1-1: a second reading of window 0");
}

TEST_F(TheOracles, know_a_window_that_is_settled_twice) {
    const Settlement settlement = settle(0);
    const auto batch = make_batch(settlement, network.network(), network.key(nodes[0]));
    commit(0, {batch, batch});
    expect("window 0 of cluster-1 settled twice");
}

TEST_F(TheOracles, ask_whoever_has_receipted_a_reading_for_it) {
    const SignedReading reading = measure(meters[0], 0).reading;
    const Receipt receipt{meters[0].id(), 0, 1, reading.id};
    ModelDisk written;
    written.apply(PersistReading{reading});
    oracles.on_receipt(2, receipt, written);
    oracles.on_disk(1, disk);
    EXPECT_FALSE(oracles.is_over()) << "node-2 has receipted nothing";
    oracles.on_disk(2, disk);
    EXPECT_EQ(oracles.fault(),
              "node-3 has receipted reading " + short_hex(reading.id) + " and does not hold it");
    Oracles hasty(scenery, plan,
                  [this](const MeterId& id) -> const SimulatedMeter& { return meter_of(id); });
    hasty.on_receipt(2, receipt, disk);
    EXPECT_EQ(hasty.fault(),
              "node-3 receipts reading " + short_hex(reading.id) + " before it is on the disk");
}

TEST_F(WithAMeterThatSignsTwo, do_not_accept_that_the_chain_took_another_reading_and_says_nothing) {
    const Digest other = receipt_of_another();
    EXPECT_EQ(oracles.account_for_readings().open, 1U);
    commit(0, settle(0));
    (void)oracles.account_for_readings();
    expect("reading " + short_hex(other) +
           " of meter-1-1, window 0, was settled as something else");
}

TEST_F(WithAMeterThatSignsTwo, accept_it_once_evidence_names_the_meter) {
    (void)receipt_of_another();
    commit(0, settle(0));
    chain.run_window({cluster}, 0);
    accuse("meter-1-1");
    EXPECT_EQ(oracles.account_for_readings().voided, 1U);
    EXPECT_FALSE(oracles.is_over()) << oracles.fault();
}

TEST_F(TheOracles, know_memory_and_disks_that_grow) {
    NodeLoad load;
    load.readings = 5;
    oracles.on_load(3, load);
    expect("node-4 holds 5 readings, more than 4");
    Oracles others(scenery, plan, {});
    for (std::uint8_t i = 0; i < 65; ++i) {
        Block block;
        block.header.height = 1;
        others.on_effect(0, PersistBlock{sha256(Bytes{i}), block}, disk);
        disk.apply(PersistBlock{sha256(Bytes{i}), block});
    }
    others.on_effect(0, PersistBlock{}, disk);
    EXPECT_EQ(others.fault(), "node-1 keeps 65 undecided rows");
}

TEST_F(TheOracles, know_work_that_nobody_does) {
    oracles.on_wait(2, 15'000, 15'000);
    EXPECT_FALSE(oracles.is_over());
    oracles.on_wait(2, 15'001, 15'000);
    EXPECT_EQ(oracles.fault(), "node-3 has had a transaction for 15001 ms without a block");
}

TEST_F(TheOracles, know_work_where_there_is_none) {
    oracles.on_idle_end(0, 0);
    EXPECT_FALSE(oracles.is_over());
    Oracles votes(scenery, plan, {});
    votes.on_idle_end(0, 3);
    EXPECT_EQ(votes.fault(), "an idle network says 3 votes, proposals and batches");
    commit(0, std::vector<Transaction>{});
    EXPECT_EQ(oracles.fault(), "height 1 is an empty block");
    Oracles blocks(scenery, plan, {});
    const Block block = chain.next_block({});
    blocks.on_effect(0, CommitBlock{CommittedBlock{block, {}}}, disk);
    blocks.on_idle_end(0, 0);
    EXPECT_EQ(blocks.fault(), "height 1 is an empty block");
}

TEST_F(TheOracles, know_two_states_of_one_height_and_invariants_that_failed) {
    NodeSummary summary;
    summary.height = 7;
    oracles.on_summary(0, summary, 7);
    summary.app_hash = sha256(as_bytes("another"));
    oracles.on_summary(1, summary, 6);
    EXPECT_FALSE(oracles.is_over()) << "what a crash kept from the disk never was";
    oracles.on_summary(1, summary, 7);
    expect("node-2 has another state at height 7");
    Oracles others(scenery, plan, {});
    summary.invariants = {{"conservation", true, false, "public", "height 7"}};
    others.on_summary(2, summary, 7);
    EXPECT_EQ(others.fault(), "node-3: conservation: height 7");
    Oracles alarmed(scenery, plan, {});
    summary.invariants.clear();
    summary.alarms = {"validator node-4 voted twice"};
    alarmed.on_summary(2, summary, 7);
    EXPECT_EQ(alarmed.fault(), "node-3: validator node-4 voted twice") << "who is honest";
}

TEST_F(TheOracles, count_as_lost_what_more_liars_than_tolerated_may_take_and_nothing_else) {
    plan.liars = Liars::beyond;
    const auto batch = make_batch(settle(0), network.network(), network.key(nodes[0]));
    commit(1, {batch});
    commit(2, {batch}, chain.next_block({batch}).header.time_ms + 1);
    EXPECT_EQ(oracles.fault(), "");
    EXPECT_THAT(oracles.lost(), HasSubstr("fork: node-3"));
    vote(sha256(as_bytes("a")));
    vote(std::nullopt);
    expect("honest node-1 equivocated");
}

}  // namespace
}  // namespace fairfeed::simulation
