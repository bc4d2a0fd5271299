// Committees and validators that lie together: the lies that a checker finds without trusting any
// signer.
#include <gtest/gtest.h>

#include "core/proof/proof_parts.h"
#include "core/wire/chain_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/proof/proof_bench.h"

namespace fairfeed::test {
namespace {

using ForgedProof = ProofOfAReading;

// Even if all validators lie, they cannot make the checker accept a header that no chain accepts.
TEST_F(ForgedProof, is_refused_with_a_header_that_no_chain_takes) {
    using Change = void (*)(BlockHeader&);
    const Change changes[] = {
        [](BlockHeader& header) { header.proposer = NodeId("nobody"); },
        [](BlockHeader& header) { header.height = 0; },
        [](BlockHeader& header) { header.parent = Digest{}; },
        [](BlockHeader& header) { header.parent_certificate = Digest{}; },
        [](BlockHeader& header) { header.height = 1; },
    };
    for (std::size_t i = 0; i < std::size(changes); ++i) {
        Proof changed = proof_;
        changes[i](changed.header);
        changed.certificate =
            make_certificate(stored_.network(), stored_.chain().state(), changed.header);
        EXPECT_EQ(fault_of(changed, stored_.genesis()), "header") << "row " << i;
    }
}

// A committee and all validators lie about a settlement's public part.
TEST_F(ForgedProof, is_refused_with_a_settlement_that_no_chain_takes) {
    const auto fault_with = [&](void (*falsify)(Settlement&)) {
        Settlement changed = settlement();
        falsify(changed);
        const ChainState& state = stored_.chain().state();
        Block block;
        block.header = proof_.header;
        block.transactions = {proof_.reading.transaction,
                              certify(stored_.network(), state, changed)};
        block.header.transaction_count = 2;
        block.header.transactions_root = transactions_root(block);
        Proof proof = proof_;
        proof.header = block.header;
        proof.certificate = make_certificate(stored_.network(), state, block.header);
        proof.reading = include(block, 0);
        put_settlement(proof, block, 1);
        return fault_of(proof, stored_.genesis());
    };
    EXPECT_EQ(fault_with([](Settlement&) {}), "none");
    EXPECT_EQ(fault_with([](Settlement& s) { s.slot = 1; }), "settlement") << "not its proposer's";
    EXPECT_EQ(fault_with([](Settlement& s) { s.slot = 9; }), "settlement");
    EXPECT_EQ(fault_with([](Settlement& s) { s.contract_version = 2; }), "settlement");
    EXPECT_EQ(fault_with([](Settlement& s) { s.rule = ShareRule::waterfill; }), "settlement");
    EXPECT_EQ(fault_with([](Settlement& s) { s.state_height = 2; }), "settlement");
    EXPECT_EQ(fault_with([](Settlement& s) {
                  s.late = {{s.entries[0].meter, s.window, s.entries[0].reading}};
              }),
              "settlement");
    EXPECT_EQ(fault_with([](Settlement& s) { s.totals.load_wh += 1; }), "settlement");
    EXPECT_EQ(fault_with([](Settlement& s) { s.totals.grid_amount_micro += 100; }), "settlement");
}

// Even if a committee and all validators lie, they cannot make a line follow from another reading.
class FalsifiedLine : public ::testing::Test {
  protected:
    std::string fault_after(void (*falsify)(SettlementLine&)) {
        StoredChain stored(options_of(1));
        TestChain& chain = stored.chain();
        const ClusterId cluster = TestNetwork::cluster(1);
        const auto readings = chain.read_all(cluster, 0);
        auto draft = chain.accounts(cluster).draft(chain.state(), 0, {{0, readings}});
        CHECK(draft.has_value());
        falsify(draft->lines[0]);
        const auto settlement =
            chain.accounts(cluster).seal(chain.state(), 0, *draft, TestNetwork::node(1), 0, 0,
                                         chain.keys(), stored.network().random());
        CHECK(settlement.has_value());
        CHECK(chain.append(chain.next_block(chain.group(*settlement, readings))).has_value());
        stored.store();
        const auto proof = prove(stored, TestNetwork::node(1), TestNetwork::meter(1, 1), 0);
        CHECK(proof.has_value());
        return fault_of(*proof, stored.genesis());
    }
};

TEST_F(FalsifiedLine, is_found_where_it_contradicts_reading_capacity_or_tariff) {
    const std::pair<std::string_view, void (*)(SettlementLine&)> rows[] = {
        {"none", [](SettlementLine&) {}},
        {"energy", [](SettlementLine& line) { line.import_wh += 1; }},
        {"energy", [](SettlementLine& line) { line.export_wh -= 1; }},
        {"energy", [](SettlementLine& line) { line.generation_wh += 1; }},
        {"energy", [](SettlementLine& line) { line.load_wh += 1; }},
        {"energy", [](SettlementLine& line) { line.available_wh += 1; }},
        {"energy", [](SettlementLine& line) { line.curtailed_wh += 1; }},
        {"energy", [](SettlementLine& line) { line.credited_wh = line.export_wh + 1; }},
        {"energy", [](SettlementLine& line) { line.capacity_w += 1; }},
        {"energy", [](SettlementLine& line) { line.mes_w = line.capacity_w + 1; }},
        {"energy", [](SettlementLine& line) { line.estimated = true; }},
        {"energy", [](SettlementLine& line) { line.flags = kLineOverCapacity; }},
        {"energy", [](SettlementLine& line) { line.flags = kLineClaimCut; }},
        {"none", [](SettlementLine& line) { line.flags = kLineOddYield; }},
        {"energy", [](SettlementLine& line) { line.closing.unread_from += 1; }},
        {"energy",
         [](SettlementLine& line) {
             line.closing.shares = {{10, 0}};
         }},
        {"energy",
         [](SettlementLine& line) {
             line.closing.shares.push_back({-1, INT64_MAX});
         }},
        {"energy",
         [](SettlementLine& line) {
             line.available_wh += 1;
             line.curtailed_wh += 1;
         }},
        {"energy",
         [](SettlementLine& line) {
             line.credited_wh -= 1;
             line.export_amount_micro -= 80;
         }},
        {"energy", [](SettlementLine& line) { line.closing.registers.export_wh += 1; }},
        // The share binds after the share of this line. This is allowed, because the chain's time
        // may have been set back.
        {"none",
         [](SettlementLine& line) {
             const ShareInForce& last = line.closing.shares.back();
             line.closing.shares.push_back({last.share_w, last.from_s + 7 * 86'400});
         }},
        {"energy",
         [](SettlementLine& line) { line.closing.shares.push_back(line.closing.shares.back()); }},
        {"energy", [](SettlementLine& line) { line.closing.shares.back().from_s += 1; }},
        {"energy", [](SettlementLine& line) { line.closing.shares.front().from_s = INT64_MIN; }},
        {"money", [](SettlementLine& line) { line.import_amount_micro += 1; }},
        {"money", [](SettlementLine& line) { line.export_amount_micro -= 1; }},
        {"money", [](SettlementLine& line) { line.export_amount_micro += 1; }},
    };
    for (std::size_t i = 0; i < std::size(rows); ++i)
        EXPECT_EQ(fault_after(rows[i].second), rows[i].first) << "row " << i;
}

}  // namespace
}  // namespace fairfeed::test
