#include "edge-node/service/verification_pool.h"

#include <gtest/gtest.h>

#include "tests/support/lab.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

class VerifyingAhead : public testing::TestWithParam<std::size_t> {
  protected:
    VerifyingAhead() : chain_(network_) {
        for (Window window = 0; window < 40; ++window)
            for (const auto& [meter, opened] : chain_.read_all(TestNetwork::cluster(1), window))
                readings_.push_back(opened.reading);
    }
    [[nodiscard]] const VerifyKey& key_of(const SignedReading& reading) const {
        return *chain_.state().meter_key(reading.header.meter);
    }
    [[nodiscard]] std::vector<VerificationPool::Task> tasks() const {
        std::vector<VerificationPool::Task> out;
        for (const SignedReading& reading : readings_)
            out.push_back({reading.envelope, key_of(reading)});
        return out;
    }
    [[nodiscard]] bool accepts(VerificationPool& pool, const SignedReading& reading) const {
        return pool.reading(reading, network_.network(), key_of(reading)).has_value();
    }

    CachingSignatureChecker cache_;
    TestNetwork network_{test::lab(4)};
    TestChain chain_;
    std::vector<SignedReading> readings_;
};

TEST_P(VerifyingAhead, knows_every_reading_of_the_turn) {
    VerificationPool pool(GetParam());
    for (int turn = 0; turn < 20; ++turn) {
        pool.prepare(network_.network(), tasks(), cache_);
        EXPECT_EQ(pool.prepared(), GetParam() > 0 ? readings_.size() : 0U);
        for (const SignedReading& reading : readings_)
            EXPECT_TRUE(accepts(pool, reading));
    }
}

// Whoever sends garbage or forges a signature must not be believed, nor crash the pool.
TEST_P(VerifyingAhead, believes_nothing_that_the_node_would_refuse) {
    VerificationPool pool(GetParam());
    std::vector<SignedReading> forged = readings_;
    for (SignedReading& reading : forged)
        reading.envelope.back() ^= 1;
    std::vector<VerificationPool::Task> all = tasks();
    for (const SignedReading& reading : forged)
        all.push_back({reading.envelope, key_of(reading)});
    const Bytes garbage(100, 0xff);
    all.push_back({garbage, key_of(readings_.front())});
    all.push_back({readings_.front().envelope, key_of(readings_[1])});
    pool.prepare(network_.network(), all, cache_);
    EXPECT_LE(pool.prepared(), readings_.size());
    for (const SignedReading& reading : forged)
        EXPECT_FALSE(accepts(pool, reading));
    EXPECT_FALSE(pool.reading(readings_[0], network_.network(), key_of(readings_[1])));
    Digest other = network_.network();
    other.bytes[0] ^= 1;
    EXPECT_FALSE(pool.reading(readings_[0], other, key_of(readings_[0])));
}

TEST_P(VerifyingAhead, answers_for_readings_that_nobody_prepared) {
    VerificationPool pool(GetParam());
    pool.prepare(network_.network(), {}, cache_);
    EXPECT_TRUE(accepts(pool, readings_.front()));
    EXPECT_EQ(pool.prepared(), 0U);
}

// Otherwise an overloaded node would verify every repetition again.
TEST_P(VerifyingAhead, verifies_nothing_that_the_node_knows) {
    VerificationPool pool(GetParam());
    for (std::size_t i = 1; i < readings_.size(); ++i)
        ASSERT_TRUE(cache_.reading(readings_[i], network_.network(), key_of(readings_[i])));
    pool.prepare(network_.network(), tasks(), cache_);
    EXPECT_EQ(pool.prepared(), GetParam() > 0 ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(By, VerifyingAhead, testing::Values(0U, 1U, 3U));

}  // namespace
}  // namespace fairfeed
