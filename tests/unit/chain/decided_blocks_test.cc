// R24: proofs that another chain exists, and messages that only look like proofs.
#include "edge-node/chain/decided_blocks.h"

#include <gtest/gtest.h>

#include "core/wire/chain_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const ClusterId kCluster = TestNetwork::cluster(1);

class Decided : public ::testing::Test {
  protected:
    Decided() {
        chain_.run_window({kCluster}, 0);
        decided_.remember(1, chain_.state().tip, chain_.state().validators);
    }
    // A block of height 1 that was not decided here.
    [[nodiscard]] BlockHeader other_block() const {
        BlockHeader other = chain_.blocks().front().block.header;
        ++other.time_ms;
        return other;
    }
    [[nodiscard]] QuorumCertificate certificate_of(const BlockHeader& header,
                                                   std::size_t voters = 0) const {
        return make_certificate(network_, chain_.state(), header, voters);
    }
    [[nodiscard]] bool halts(const QuorumCertificate& certificate) const {
        const auto halt = decided_.compare(certificate, chain_.state());
        return halt && halt->has_value();
    }

    TestNetwork network_;
    TestChain chain_{network_};
    DecidedBlocks decided_;
};

TEST_F(Decided, blocks_with_a_quorum_behind_another_one_are_a_divergence) {
    const auto halt = decided_.compare(certificate_of(other_block()), chain_.state());
    ASSERT_TRUE(halt && *halt);
    EXPECT_EQ((*halt)->reason, consensus::HaltReason::diverged);
    EXPECT_EQ((*halt)->height, 1U);
    EXPECT_EQ((*halt)->ours, chain_.state().tip);
    EXPECT_EQ((*halt)->theirs, block_id(other_block()));
}

// Otherwise a single validator could stop all others.
TEST_F(Decided, blocks_are_not_contradicted_by_fewer_than_a_quorum) {
    const auto compared = decided_.compare(certificate_of(other_block(), 2), chain_.state());
    ASSERT_FALSE(compared);
    EXPECT_EQ(compared.error(), Reject::no_quorum);
}

TEST_F(Decided, blocks_are_not_contradicted_by_their_own_certificate_or_by_prevotes) {
    EXPECT_FALSE(halts(chain_.blocks().front().certificate));
    QuorumCertificate prevotes = certificate_of(other_block());
    prevotes.content.type = VoteType::prevote;
    EXPECT_FALSE(halts(prevotes)) << "a block may have a polka and not be decided";
}

TEST_F(Decided, blocks_are_compared_while_they_are_remembered) {
    for (Height height = 2; height < 100; ++height)
        decided_.remember(height, Digest{}, chain_.state().validators);
    EXPECT_FALSE(halts(certificate_of(other_block())));
}

TEST_F(Decided, states_that_do_not_lead_to_a_certified_header_are_told_apart) {
    BlockHeader next = chain_.next_block({}).header;
    next.app_hash = Digest{};
    EXPECT_EQ(divergence(next, chain_.state()).ours, app_hash(chain_.state()));
    next.app_hash = app_hash(chain_.state());
    next.parent = Digest{};
    const auto halt = divergence(next, chain_.state());
    EXPECT_EQ(halt.ours, chain_.state().tip);
    EXPECT_EQ(halt.theirs, Digest{});
}

}  // namespace
}  // namespace fairfeed::test
