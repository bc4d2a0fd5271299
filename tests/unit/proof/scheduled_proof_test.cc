// Proofs of readings in windows whose shares varied by the quarter hour: a line follows from the
// reading, its power and the factors that bound.
#include <gtest/gtest.h>

#include "core/proof/proof_parts.h"
#include "core/wire/chain_codec.h"
#include "tests/unit/proof/proof_bench.h"

namespace fairfeed::test {
namespace {

TestNetworkOptions by_quarter(ShareRule rule) {
    TestNetworkOptions options = options_of(4);
    options.clusters_with_meters = 1;
    options.parameters.rule = rule;
    options.parameters.resolution = ShareResolution::quarter;
    return options;
}

// A roof that makes more than its share, in four windows; that of window 1 is read in time, that of
// window 2 a window late.
class ScheduledProof : public ::testing::TestWithParam<ShareRule> {
  protected:
    void SetUp() override {
        for (const Window window : {0U, 1U})
            chain().run_window({cluster_}, window, kNoonWh);
        HeldReadings held{{2, chain().read_all(cluster_, 2, kNoonWh)}};
        const OpenedReading late = held[2].at(meter_);
        held[2].erase(meter_);
        settle(2, held);
        held[2].insert({meter_, late});
        held[3] = chain().read_all(cluster_, 3, kNoonWh);
        settle(3, held);
        stored_.store();
    }
    [[nodiscard]] TestChain& chain() { return stored_.chain(); }
    void settle(Window window, const HeldReadings& held) {
        const Settlement settlement = chain().settle_held(cluster_, window, held);
        ASSERT_TRUE(chain().append(chain().next_block(chain().group_held(settlement, held))));
    }
    [[nodiscard]] Proof proof_of(Window window) {
        auto proof = prove(stored_, TestNetwork::node(2), meter_, window);
        CHECK(proof);
        return std::move(*proof);
    }
    // A committee and all validators lie about the settlement's public part.
    [[nodiscard]] std::string fault_with(Proof proof, void (*falsify)(Settlement&)) {
        Settlement changed = whole_settlement(chain(), proof);
        falsify(changed);
        const ChainState& state = chain().state();
        Block block;
        block.header = proof.header;
        block.transactions = {proof.reading.transaction,
                              certify(stored_.network(), state, changed)};
        block.header.transaction_count = 2;
        block.header.transactions_root = transactions_root(block);
        proof.header = block.header;
        proof.certificate = make_certificate(stored_.network(), state, block.header);
        proof.reading = include(block, 0);
        put_settlement(proof, block, 1);
        return fault_of(proof, stored_.genesis());
    }

    static constexpr std::int64_t kNoonWh = 1250;  // all that the certificate allows
    StoredChain stored_{by_quarter(GetParam())};
    ClusterId cluster_ = TestNetwork::cluster(1);
    MeterId meter_ = TestNetwork::meter(1, 1);
};

TEST_P(ScheduledProof, shows_the_factors_that_bound_and_those_to_come) {
    const auto findings = check_proof(encode_proof(proof_of(1)), stored_.genesis());
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->bound.size(), 16U);
    EXPECT_EQ(findings->bound.front(), kPpm) << "the notice before the share binds";
    EXPECT_LT(findings->bound.back(), kPpm);
    EXPECT_EQ(findings->factors.size(), 16U);
    EXPECT_GT(findings->line.credited_wh, 0);
    EXPECT_LT(findings->line.credited_wh, findings->line.export_wh);
}

TEST_P(ScheduledProof, is_refused_with_other_factors_than_those_that_bound) {
    const Proof proof = proof_of(1);
    EXPECT_EQ(fault_with(proof, [](Settlement&) {}), "none");
    EXPECT_EQ(fault_with(proof, [](Settlement& s) { s.bound.assign(16, kUncurtailedPpm); }),
              "energy");
    EXPECT_EQ(fault_with(proof, [](Settlement& s) { s.bound.back() = kUncurtailedPpm; }), "energy");
    EXPECT_EQ(fault_with(proof, [](Settlement& s) { s.bound.back() /= 2; }), "energy");
    EXPECT_EQ(fault_with(proof, [](Settlement& s) { s.bound.front() = 0; }), "none")
        << "the meter had no power yet by which to multiply it";
    EXPECT_EQ(fault_with(proof, [](Settlement& s) { s.bound.clear(); }), "energy");
}

// The line of the settlement that trued it up; its own figures are of a later window.
TEST_P(ScheduledProof, of_a_late_reading_holds_too) {
    const auto findings = check_proof(encode_proof(proof_of(2)), stored_.genesis());
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->window, 2U);
    EXPECT_EQ(findings->settled, 3U);
    EXPECT_EQ(findings->bound.size(), 16U);
    EXPECT_EQ(fault_with(proof_of(2), [](Settlement&) {}), "none");
}

INSTANTIATE_TEST_SUITE_P(By, ScheduledProof,
                         testing::Values(ShareRule::paper, ShareRule::waterfill,
                                         ShareRule::generation),
                         [](const auto& rule) { return std::string(to_string(rule.param)); });

}  // namespace
}  // namespace fairfeed::test
