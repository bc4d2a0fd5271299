// Bodies that a peer announced and this node pulled: which of them are asked for again.
#include "edge-node/chain/workbench.h"

#include <gtest/gtest.h>

#include "core/wire/message_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {
namespace {

const NodeId kSelf = TestNetwork::node(2);
const NodeId kPeer = TestNetwork::node(1);
const ClusterId kCluster = TestNetwork::cluster(1);

class PulledWindow : public ::testing::Test {
  protected:
    // The ids that the peer is asked for when it announces these bodies.
    [[nodiscard]] std::size_t asks_for(const std::vector<Transaction>& bodies) {
        std::vector<Digest> ids;
        for (const Transaction& body : bodies)
            ids.push_back(body.id);
        Effects out;
        bench_.on_have(kPeer, std::move(ids), {chain_.state(), now_, out});
        if (out.empty()) return 0;
        const auto request =
            decode_request(std::get<Publish>(out.front()).message, network_.network());
        return std::get<BodiesRequest>(request.value().content).transactions.size();
    }
    // The peer's answer, as ChainDriver takes it.
    void comes(const std::vector<Transaction>& bodies) {
        const auto taken = bench_.take(kPeer, {bodies});
        ASSERT_TRUE(taken);
        Effects out;
        (void)bench_.add(*taken, {chain_.state(), now_, out});
        bench_.note_refused(*taken);
    }
    void pause() { now_.steady_ms += 100'000; }

    TestNetwork network_;
    TestChain chain_{network_};
    OpenedReadings held_ = chain_.read_all(kCluster, 0);
    std::vector<Transaction> window_ = chain_.group(chain_.settle(kCluster, 0, held_), held_);
    std::vector<Transaction> readings_{window_.begin(), window_.end() - 1};
    std::vector<Transaction> settlement_{window_.back()};
    PlainSignatureChecker signatures_;
    Workbench bench_{kSelf, network_.key(kSelf), signatures_, network_.options().parameters};
    Instant now_{.steady_ms = 1000, .real_ms = 0, .synchronised = true};
};

// A window of many meters comes in several answers. The pool takes a reading only when it has the
// settlement that lists it. If a reading that came too early were never asked for again, this node
// could not judge the block and the height would wait for it.
TEST_F(PulledWindow, readings_that_come_before_their_settlement_are_not_given_up) {
    ASSERT_EQ(asks_for(window_), window_.size());
    comes(readings_);
    EXPECT_EQ(bench_.pool().size(), 0U) << "too early";
    pause();
    ASSERT_EQ(asks_for(window_), window_.size()) << "readings and settlement";
    comes(settlement_);
    pause();
    ASSERT_EQ(asks_for(readings_), readings_.size());
    comes(readings_);
    EXPECT_EQ(bench_.pool().size(), window_.size());
}

// Else a peer could make this node ask for the same megabytes for ever.
TEST_F(PulledWindow, what_is_refused_for_itself_is_not_asked_for_again_at_this_height) {
    settlement_.front().endorsements.front().signature.bytes[3] ^= 1;
    ASSERT_EQ(asks_for(settlement_), 1U);
    comes(settlement_);
    EXPECT_EQ(bench_.pool().size(), 0U);
    pause();
    EXPECT_EQ(asks_for(settlement_), 0U);
}

}  // namespace
}  // namespace fairfeed::test
