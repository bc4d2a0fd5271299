#include "core/state/signature_cache.h"

#include <gtest/gtest.h>

#include "core/wire/cose.h"
#include "core/wire/settlement_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

const ClusterId kOne = TestNetwork::cluster(1);

class CountingChecker final : public SignatureChecker {
  public:
    Result<void, Reject> transaction(const Transaction& transaction, const Digest& network,
                                     const VerifyKey& key) override {
        ++count;
        return plain_.transaction(transaction, network, key);
    }
    Result<void, Reject> endorsement(const Endorsement& endorsement, const Witness& witness,
                                     const Digest& network, const VerifyKey& key) override {
        ++count;
        return plain_.endorsement(endorsement, witness, network, key);
    }
    Result<void, Reject> approval(const Digest& notice, const Witness& officer,
                                  const Digest& network, const VerifyKey& key) override {
        ++count;
        return plain_.approval(notice, officer, network, key);
    }
    Result<void, Reject> reading(const SignedReading& reading, const Digest& network,
                                 const VerifyKey& key) override {
        ++count;
        return plain_.reading(reading, network, key);
    }
    int count = 0;

  private:
    PlainSignatureChecker plain_;
};

class SignatureCacheTest : public testing::Test {
  protected:
    SignatureCacheTest() : chain_(network_) {
        const auto readings = chain_.read_all(kOne, 0);
        settlement_ = chain_.settle(kOne, 0, readings);
        group_ = chain_.group(settlement_, readings);
    }
    [[nodiscard]] Endorsement said() const {
        return {kOne, settlement_.window, settlement_.version, group_.back().id};
    }
    [[nodiscard]] const VerifyKey& node_key(const char* node) const {
        return *chain_.state().node_key(NodeId(node));
    }

    TestNetwork network_;
    TestChain chain_;
    Settlement settlement_;
    std::vector<Transaction> group_;
    CountingChecker inner_;
};

TEST_F(SignatureCacheTest, verifies_each_signature_of_a_block_once) {
    CachingSignatureChecker cache(inner_, 100);
    for (int turn = 0; turn < 3; ++turn) {
        ChainState copy = chain_.state();
        ASSERT_TRUE(execute_block(copy, chain_.next_block(group_), cache));
    }
    EXPECT_EQ(inner_.count, 3 + 1 + 3);  // readings, the batch, its endorsements
    EXPECT_EQ(cache.size(), 7U);
}

TEST_F(SignatureCacheTest, never_takes_a_changed_signature_for_a_known_one) {
    CachingSignatureChecker cache(inner_, 100);
    const Digest& network = network_.network();
    ASSERT_TRUE(cache.transaction(group_.back(), network, node_key("node-1")));
    const auto parsed = cose::parse_sign1(signed_envelope(group_.back()));
    ASSERT_TRUE(parsed);
    Transaction flipped = group_.back();
    flipped.envelope = join_settlement(
        cose::assemble_sign1(parsed->kid, parsed->payload, flip_s(parsed->signature)),
        encode_settlement_rows(settlement_));
    EXPECT_FALSE(cache.transaction(flipped, network, node_key("node-1")));
    EXPECT_FALSE(cache.transaction(group_.back(), network, node_key("node-2")));
    EXPECT_FALSE(cache.transaction(group_.back(), Digest{}, node_key("node-1")));

    Witness witness = group_.back().endorsements[0];
    ASSERT_TRUE(cache.endorsement(said(), witness, network, node_key("node-1")));
    Endorsement other = said();
    other.version += 1;
    EXPECT_FALSE(cache.endorsement(other, witness, network, node_key("node-1")));
    Witness renamed = witness;
    renamed.node = NodeId("node-2");
    EXPECT_FALSE(cache.endorsement(said(), renamed, network, node_key("node-1")));
    witness.signature.bytes[0] ^= 1;
    EXPECT_FALSE(cache.endorsement(said(), witness, network, node_key("node-1")));
}

TEST_F(SignatureCacheTest, never_remembers_a_failure) {
    CachingSignatureChecker cache(inner_, 100);
    for (int turn = 0; turn < 2; ++turn) {
        EXPECT_FALSE(cache.transaction(group_.back(), network_.network(), node_key("node-2")));
    }
    EXPECT_EQ(inner_.count, 2);
    EXPECT_EQ(cache.size(), 0U);
}

TEST_F(SignatureCacheTest, knows_the_signature_of_a_reading_in_the_block_that_it_enters) {
    CachingSignatureChecker cache(inner_, 100);
    const auto reading = chain_.read_all(kOne, 1).begin()->second.reading;
    const VerifyKey& key = *chain_.state().meter_key(reading.header.meter);
    ASSERT_TRUE(cache.reading(reading, network_.network(), key));
    ASSERT_TRUE(cache.transaction(make_reading_transaction(reading), network_.network(), key));
    EXPECT_EQ(inner_.count, 1);
    SignedReading forged = reading;
    forged.envelope.back() ^= 1;
    EXPECT_FALSE(cache.reading(forged, network_.network(), key));
}

TEST_F(SignatureCacheTest, forgets_the_oldest_when_it_is_full) {
    CachingSignatureChecker cache(inner_, 2);
    const auto check = [&](std::size_t index) {
        const Witness& witness = group_.back().endorsements[index];
        const VerifyKey& key = *chain_.state().node_key(witness.node);
        ASSERT_TRUE(cache.endorsement(said(), witness, network_.network(), key));
    };
    for (const std::size_t index : {0U, 1U, 2U})
        check(index);
    EXPECT_EQ(inner_.count, 3);
    check(2);
    check(1);
    EXPECT_EQ(inner_.count, 3);
    check(0);
    EXPECT_EQ(inner_.count, 4);
    EXPECT_EQ(cache.size(), 2U);
}

}  // namespace
}  // namespace fairfeed
