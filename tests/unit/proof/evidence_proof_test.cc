#include "core/proof/evidence_proof.h"

#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed::test {
namespace {

const MeterId kMeter = TestNetwork::meter(1, 1);
const ClusterId kCluster = TestNetwork::cluster(1);

TestNetworkOptions small() {
    TestNetworkOptions options;
    options.clusters_with_meters = 1;
    options.meters_per_cluster = 1;
    return options;
}

// A chain that ends with evidence against a meter and against a node.
class ProofOfGuilt : public testing::Test {
  protected:
    ProofOfGuilt() {
        stored_.run_windows(1);
        for (const Transaction& evidence : {two_readings(), two_votes()}) {
            CHECK(stored_.chain().append(stored_.chain().next_block({evidence})));
        }
        stored_.store();
    }
    [[nodiscard]] Transaction two_readings() {
        TestChain& chain = stored_.chain();
        const auto read = [&] {
            return chain.meter(kMeter)
                .read(1, flat_profile(chain.state(), {100, 0, 0}))
                .reading.envelope;
        };
        return *make_evidence(Offence::two_readings, read(), read(), stored_.network().network());
    }
    [[nodiscard]] Transaction two_votes() const {
        const NodeId node = TestNetwork::node(2);
        const auto vote = [&](std::string_view block) {
            Vote said{{VoteType::precommit, 1, 0, sha256(as_bytes(block))}, node, {}};
            said.signature = stored_.network().key(node).sign(
                vote_to_be_signed(said.content, node, stored_.network().network()));
            return encode_vote(said);
        };
        return *make_evidence(Offence::two_votes, vote("a"), vote("b"),
                              stored_.network().network());
    }
    [[nodiscard]] EvidenceProof made(const EvidenceWanted& wanted) const {
        auto proof = make_evidence_proof(stored_.open(), stored_.genesis(), wanted);
        CHECK(proof.has_value());
        return std::move(*proof);
    }
    [[nodiscard]] Result<EvidenceFindings, ProofFault> check(ByteView bytes) const {
        return check_evidence_file(bytes, stored_.genesis());
    }
    void expect_every_change_found(Bytes bytes) const {
        for (std::size_t at = 0; at < bytes.size(); ++at) {
            bytes[at] ^= 0x01;
            EXPECT_FALSE(check(bytes)) << "byte " << at << " of " << bytes.size();
            bytes[at] ^= 0x01;
        }
        bytes.pop_back();
        EXPECT_FALSE(check(bytes));
    }

    StoredChain stored_{small()};
};

TEST_F(ProofOfGuilt, convinces_whoever_has_the_genesis_file) {
    const Bytes bytes = encode_evidence_proof(made(kMeter.str()));
    EXPECT_TRUE(is_evidence_file(bytes));
    const auto read_again = decode_evidence_proof(bytes);
    ASSERT_TRUE(read_again);
    EXPECT_EQ(*read_again, made(kMeter.str()));
    const auto findings = check(bytes);
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->network, stored_.network().network());
    EXPECT_EQ(findings->evidence.culprit, kMeter.str());
    EXPECT_EQ(findings->evidence.place.window, 1U);
    ASSERT_TRUE(findings->stand);
    EXPECT_EQ(findings->stand->height, 2U);
    EXPECT_EQ(findings->stand->signers, 3U);
}

TEST_F(ProofOfGuilt, is_found_by_id_or_by_the_culprits_name) {
    const Digest id = made("node-2").evidence.transaction.id;
    EXPECT_EQ(made(id), made("node-2"));
    const auto nobody = make_evidence_proof(stored_.open(), stored_.genesis(), "node-3");
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error().explanation, "no evidence against 'node-3' in this ledger (height 3)");
}

TEST_F(ProofOfGuilt, is_refused_with_any_byte_changed) {
    expect_every_change_found(encode_evidence_proof(made("node-2")));
    expect_every_change_found(encode_evidence_proof(made(kMeter.str())));
}

TEST_F(ProofOfGuilt, holds_without_the_chain_and_says_so) {
    const Bytes alone = encode_transaction(made(kMeter.str()).evidence.transaction);
    EXPECT_TRUE(is_evidence_file(alone));
    const auto findings = check(alone);
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_FALSE(findings->stand);
    EXPECT_EQ(findings->proved.size(), 1U);
    expect_every_change_found(alone);
}

TEST_F(ProofOfGuilt, is_refused_in_another_block_or_against_another_genesis) {
    EvidenceProof bent = made(kMeter.str());
    bent.header = made("node-2").header;
    EXPECT_EQ(check(encode_evidence_proof(bent)).error().part, ProofPart::certificate);
    bent.certificate = made("node-2").certificate;
    EXPECT_EQ(check(encode_evidence_proof(bent)).error().part, ProofPart::evidence);
    TestNetworkOptions other = small();
    other.capacity_w += 1;
    other.parameters.speed = 2;
    const TestNetwork elsewhere(other);
    const auto foreign =
        check_evidence_file(encode_evidence_proof(made("node-2")), elsewhere.genesis());
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().part, ProofPart::network);
}

}  // namespace
}  // namespace fairfeed::test
