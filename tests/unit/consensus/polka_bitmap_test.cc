// A polka keeps its signers when the safety record is encoded and decoded.
#include <gtest/gtest.h>

#include <algorithm>

#include "edge-node/consensus/polka_bitmap.h"
#include "tests/unit/consensus/bench.h"

namespace fairfeed::consensus {
namespace {

class Packed : public testing::Test {
  protected:
    Packed() {
        for (char who = 'j'; who >= 'a'; --who)  // proposer order differs from the names' order
            validators_.push_back(Bench::name(who));
        for (const char who : {'a', 'b', 'c', 'd', 'h', 'i', 'j'})
            polka_.witnesses.push_back({Bench::name(who), Bench::mark(who)});
        record_.height = 1;
        record_.round = 2;
        record_.valid = Marked{block_named('V'), 2};
        record_.polka = pack_polka(polka_, validators_);
    }
    std::vector<NodeId> validators_;
    QuorumCertificate polka_{{VoteType::prevote, 1, 2, block_named('V')}, {}};
    SafetyRecord record_;
};

TEST_F(Packed, comes_back_with_every_signature_at_its_signer) {
    EXPECT_EQ(record_.polka->signers.size(), 2U);
    auto back = unpack_polka(record_, validators_);
    ASSERT_TRUE(back);
    std::reverse(back->witnesses.begin(), back->witnesses.end());
    EXPECT_EQ(back, polka_);
}

TEST_F(Packed, is_not_read_with_a_bitmap_of_other_validators) {
    record_.polka->signers.push_back(0);
    EXPECT_FALSE(unpack_polka(record_, validators_));
}

TEST_F(Packed, is_not_there_without_a_valid_block) {
    record_.valid.reset();
    EXPECT_FALSE(unpack_polka(record_, validators_));
}

TEST_F(Packed, leaves_out_whoever_is_no_validator) {
    validators_.erase(validators_.begin());  // j
    record_.polka = pack_polka(polka_, validators_);
    EXPECT_EQ(record_.polka->signatures.size(), 6U);
}

}  // namespace
}  // namespace fairfeed::consensus
