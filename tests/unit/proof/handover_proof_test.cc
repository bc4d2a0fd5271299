// Proofs and checks across a change of committee: which keyholder can prove which window, and the
// settlements that a verifier reports as not recomputed.
#include <gmock/gmock.h>

#include "core/ledger/chain_verifier.h"
#include "core/proof/proof.h"
#include "tests/unit/accounts/handover_bench.h"

namespace fairfeed::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const NodeId kGone = TestNetwork::node(1);
const MeterId kMeter = TestNetwork::meter(1, 1);

class ProofOverAHandover : public ::testing::Test, public HandoverBench {
  protected:
    // settle_without: the settlement lacks kMeter's reading. settle_with_late: a later settlement
    // lists that reading as late.
    void settle_without(Window window) {
        HeldReadings held{{window, read(window, 700)}};  // other values than its estimates
        late_ = held.at(window).extract(kMeter).mapped();
        settle(window, held);
    }
    void settle_with_late(Window window) {
        const Window missed = late_->reading.header.window;
        settle(window, {{window, read(window)}, {missed, {{kMeter, *late_}}}});
    }
    [[nodiscard]] Result<Proof, ProofRefusal> proof_by(const NodeId& holder, Window window) {
        stored.store();
        return make_proof(stored.open(), stored.genesis(), stored.holder(holder), kMeter, window);
    }
    [[nodiscard]] Result<ProofFindings, ProofFault> check(const Proof& proof) const {
        return check_proof(encode_proof(proof), stored.genesis());
    }
    void expect_proof(const NodeId& holder, Window window, Window settled, CommitteeClass of) {
        SCOPED_TRACE(holder.str() + " of window " + std::to_string(window));
        const auto proof = proof_by(holder, window);
        ASSERT_TRUE(proof) << proof.error().explanation;
        EXPECT_EQ(proof->committee, of);
        const auto found = check(*proof);
        ASSERT_TRUE(found) << to_string(found.error().part) << ": " << found.error().explanation;
        EXPECT_EQ(found->settled, settled);
        EXPECT_EQ(found->line, *line_of(settled));
    }
    [[nodiscard]] std::optional<SettlementLine> line_of(Window window) const {
        for (const CommittedBlock& block : chain.blocks()) {
            for (const Transaction& transaction : block.block.transactions) {
                const auto* settlement = std::get_if<Settlement>(&transaction.content);
                if (settlement == nullptr || settlement->window != window) continue;
                return ClusterAccounts::open_lines(*settlement, chain.keys())->front();
            }
        }
        return std::nullopt;
    }
    void expect_refusal(const NodeId& holder, Window window, const std::string& words) {
        const auto proof = proof_by(holder, window);
        ASSERT_FALSE(proof) << holder.str() << " of window " << window;
        EXPECT_THAT(proof.error().explanation, HasSubstr(words));
    }
    std::optional<OpenedReading> late_;
};

TEST_F(ProofOverAHandover, holds_and_says_who_vouches_now) {
    change();
    hand_over();
    settle(2);
    expect_proof(kGone, 1, 1, CommitteeClass::full);
    expect_proof(kCome, 2, 2, CommitteeClass::single);
    expect_proof(network.dgmd(), 1, 1, CommitteeClass::full);
    expect_proof(network.dgmd(), 2, 2, CommitteeClass::single);
    Proof after = *proof_by(kCome, 2);
    after.committee = CommitteeClass::full;
    EXPECT_EQ(check(after).error().part, ProofPart::committee);
}

TEST_F(ProofOverAHandover, is_refused_outside_ones_time_by_the_names_of_who_can_make_it) {
    change();
    hand_over();
    settle(2);
    expect_refusal(kCome, 1,
                   "meter meter-1-1, window 1: node-5 holds no data key of key epoch 1, under "
                   "which it is sealed; who settled it does: node-1, node-2, node-3, node-4");
    expect_refusal(kGone, 2,
                   "meter meter-1-1, window 2: node-1 holds no data key of key epoch 2, under "
                   "which it is sealed; who settled it does: node-5");
}

TEST_F(ProofOverAHandover, is_made_of_a_late_reading_by_who_settled_it) {
    change();
    hand_over();
    settle_without(2);
    settle_with_late(3);
    expect_proof(kCome, 2, 3, CommitteeClass::single);
    expect_refusal(kGone, 2, "key epoch 2");
    EXPECT_NE(line_of(3)->adjusted, Adjustment{});
}

// The reading of window 1 never reached the committee that settled it, and no later member could
// read it.
TEST_F(ProofOverAHandover, shows_what_was_trued_up_of_windows_before_it) {
    chain.run_window({kOne}, 0);
    give_to({kCome}, 2);
    settle_without(1);
    hand_over();
    settle_with_late(2);
    expect_proof(kCome, 2, 2, CommitteeClass::single);
    EXPECT_NE(line_of(2)->adjusted, Adjustment{}) << "by registers";
    for (const NodeId& holder : {kGone, kCome, network.dgmd()})
        expect_refusal(holder, 1, "window 1 was settled from an estimate, and no late reading");
}

class VerifyOverAHandover : public ::testing::Test, public HandoverBench {
  protected:
    void SetUp() override {
        change();
        hand_over();
        settle(2);
        settle(3);
    }
    [[nodiscard]] VerifyReport verify(const std::optional<NodeId>& holder) {
        stored.store();
        const auto keys = holder ? std::optional(stored.holder(*holder)) : std::nullopt;
        VerifyReport report =
            verify_ledger(stored.open(), stored.genesis(), keys ? &*keys : nullptr, {});
        EXPECT_TRUE(report.sound()) << report.fault->explanation;
        EXPECT_EQ(report.checked_height, chain.state().height);
        std::size_t closed = 0;
        for (const auto& [cluster, runs] : report.closed)
            for (const WindowRun& run : runs)
                closed += run.last - run.first + 1;
        EXPECT_EQ(report.counts.settlements_recomputed + closed, report.counts.settlements);
        for (const InvariantReport& each : report.invariants) {
            const bool sealed = each.checked_by == "keyholders";
            EXPECT_EQ(each.applicable, !sealed || holder.has_value()) << each.name;
            EXPECT_EQ(each.ok, each.applicable) << each.explanation;
        }
        return report;
    }
};

TEST_F(VerifyOverAHandover, names_the_windows_it_could_not_recompute) {
    EXPECT_THAT(verify(network.dgmd()).closed, IsEmpty());
    EXPECT_THAT(verify(std::nullopt).closed, ElementsAre(Pair(kOne, ElementsAre(WindowRun{0, 3}))));
    EXPECT_THAT(verify(kGone).closed, ElementsAre(Pair(kOne, ElementsAre(WindowRun{2, 3}))));
    const VerifyReport come = verify(kCome);
    EXPECT_THAT(come.closed, ElementsAre(Pair(kOne, ElementsAre(WindowRun{0, 1}))));
    EXPECT_EQ(come.counts.settlements_recomputed, 2U);
    EXPECT_EQ(come.counts.lines_opened, 4U);
    EXPECT_THAT(come.false_handovers, IsEmpty());
}

TEST_F(VerifyOverAHandover, names_every_stretch_of_a_committee_that_comes_back) {
    give_to({kGone, TestNetwork::node(2)}, 5);
    settle(4);
    append({handover(kCome, wrong_keys())});
    append({handover(network.dgmd(), chain.keys())});
    settle(5);
    const VerifyReport back = verify(kGone);
    EXPECT_THAT(back.closed, ElementsAre(Pair(kOne, ElementsAre(WindowRun{2, 4}))));
    EXPECT_THAT(back.false_handovers, ElementsAre(FalseHandover{chain.state().height - 2, kCome}));
    EXPECT_THAT(verify(kCome).closed,
                ElementsAre(Pair(kOne, ElementsAre(WindowRun{0, 1}, WindowRun{5, 5}))));
}

// A keyholder outside a committee that can open its lines takes these lines as they are.
TEST_F(VerifyOverAHandover, counts_no_settlement_as_recomputed_that_its_keyholder_cannot_judge) {
    give_to({kGone, TestNetwork::node(2)}, 5);
    std::vector<NodeId> readers = {kGone, TestNetwork::node(2), kCome, network.dgmd()};
    for (const MeterId& meter : network.meters(kOne)) {
        const KeyEpoch next = chain.state().meters.at(meter).grants.back().epoch + 1;
        append({network.from_dgmd(chain.state(), network.grant(meter, next, readers, 5))});
    }
    settle(4);
    append({handover(kCome, chain.keys())});
    settle(5);
    const VerifyReport come = verify(kCome);
    EXPECT_THAT(come.closed,
                ElementsAre(Pair(kOne, ElementsAre(WindowRun{0, 1}, WindowRun{5, 5}))));
    EXPECT_EQ(come.counts.settlements_recomputed, 3U);
    EXPECT_EQ(come.counts.lines_opened, 6U) << "of windows 2 to 4";
}

}  // namespace
}  // namespace fairfeed::test
