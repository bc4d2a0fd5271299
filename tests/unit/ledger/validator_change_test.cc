// R21 for later readers: a ledger and its proofs hold across changes of the validators.
#include <gmock/gmock.h>

#include "core/crypto/digest.h"
#include "core/ledger/chain_verifier.h"
#include "core/proof/evidence_proof.h"
#include "core/proof/proof.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/evidence_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed::test {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

const MeterId kMeter = TestNetwork::meter(1, 1);
const ClusterId kCluster = TestNetwork::cluster(1);
const NodeId kFifth("node-5");
const NodeId kSixth("node-6");

// Five validators; node-6 joins before window 1 and node-5 leaves before window 2.
class ChangedValidators : public testing::Test {
  protected:
    ChangedValidators() {
        stored_.run_windows(1);
        say(NodeRegistration{0,
                             kSixth,
                             signing_key(kSixth.str()).public_key(),
                             agreement_key(kSixth.str()).public_key(),
                             {}});
        stored_.chain().run_window({kCluster}, 1);
        say(NodeRevocation{0, kFifth});
        stored_.chain().run_window({kCluster}, 2);
        stored_.chain().run_window({kCluster}, 3);
        stored_.store();
    }
    void say(const TransactionContent& content) {
        TestChain& chain = stored_.chain();
        const auto transaction = stored_.network().from_dgmd(chain.state(), content);
        CHECK(chain.append(chain.next_block({transaction}, chain.state().tip_time_ms + 1000)));
    }
    [[nodiscard]] Proof prove(Window window) const {
        auto proof = make_proof(stored_.open(), stored_.genesis(),
                                stored_.holder(TestNetwork::node(1)), kMeter, window);
        CHECK(proof.has_value());
        return std::move(*proof);
    }
    [[nodiscard]] Result<ProofFindings, ProofFault> check(const Proof& proof) const {
        return check_proof(encode_proof(proof), stored_.genesis());
    }
    [[nodiscard]] std::string fault_of(const Proof& proof) const {
        const auto checked = check(proof);
        return checked ? "none" : std::string(to_string(checked.error().part));
    }
    // The fault of the proof if these nodes, instead of the deciding ones, certify its block.
    [[nodiscard]] std::string fault_if_certified_by(Proof proof,
                                                    const std::vector<const char*>& names) const {
        proof.certificate.witnesses.clear();
        for (const char* const name : names) {
            const NodeId node(name);
            const Bytes said =
                vote_to_be_signed(proof.certificate.content, node, stored_.network().network());
            proof.certificate.witnesses.push_back({node, stored_.network().key(node).sign(said)});
        }
        return fault_of(proof);
    }

    StoredChain stored_{[] {
        TestNetworkOptions options;
        options.nodes = 5;
        options.clusters = 1;  // its committee: nodes 1 to 4
        options.meters_per_cluster = 1;
        return options;
    }()};
};

TEST_F(ChangedValidators, leave_a_ledger_that_anybody_can_verify) {
    const auto report = verify_ledger(stored_.open(), stored_.genesis(), nullptr, {});
    EXPECT_TRUE(report.sound()) << report.fault->explanation;
    EXPECT_EQ(report.checked_height, 6U);
    EXPECT_EQ(stored_.chain().state().validator_epoch, 2U);
}

TEST_F(ChangedValidators, stand_in_the_proof_of_what_they_decided) {
    EXPECT_THAT(prove(0).registry, SizeIs(0));
    const Proof proof = prove(3);
    EXPECT_THAT(proof.registry, SizeIs(2));
    const auto findings = check(proof);
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->validators, 5U);
    EXPECT_EQ(findings->signers, 4U);
}

// Block 5 has window 2, and REVOKE is in block 4: node-5 still takes part in deciding block 5,
// among all six.
TEST_F(ChangedValidators, still_decide_the_block_after_the_one_that_changes_them) {
    const Proof proof = prove(2);
    const auto findings = check(proof);
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->height, 5U);
    EXPECT_EQ(findings->validators, 6U);
}

TEST_F(ChangedValidators, cannot_be_left_out_of_a_proof) {
    Proof without = prove(3);
    without.registry.pop_back();
    const auto checked = check(without);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().part, ProofPart::registry);
    EXPECT_THAT(checked.error().explanation,
                HasSubstr("block 6 is of validator epoch 2, and the file has the changes up to 1"));
    without.registry.clear();
    EXPECT_EQ(fault_of(without), "registry");
    Proof swapped = prove(3);
    std::swap(swapped.registry[0], swapped.registry[1]);
    EXPECT_EQ(fault_of(swapped), "registry");
}

TEST_F(ChangedValidators, alone_can_certify_what_came_after) {
    const Proof proof = prove(3);
    EXPECT_EQ(fault_if_certified_by(proof, {"node-1", "node-2", "node-3", "node-6"}), "none");
    EXPECT_EQ(fault_if_certified_by(proof, {"node-1", "node-2", "node-3", "node-5"}), "certificate")
        << "revoked";
    const Proof before = prove(0);
    EXPECT_EQ(fault_if_certified_by(before, {"node-1", "node-2", "node-3", "node-5"}), "none");
    EXPECT_EQ(fault_if_certified_by(before, {"node-1", "node-2", "node-3", "node-6"}),
              "certificate")
        << "not a validator yet";
}

TEST_F(ChangedValidators, stand_in_the_proof_of_somebodys_guilt) {
    const auto vote = [&](std::string_view block) {
        Vote said{{VoteType::precommit, 6, 0, sha256(as_bytes(block))}, kSixth, {}};
        said.signature = stored_.network().key(kSixth).sign(
            vote_to_be_signed(said.content, kSixth, stored_.network().network()));
        return encode_vote(said);
    };
    const auto evidence =
        make_evidence(Offence::two_votes, vote("a"), vote("b"), stored_.network().network());
    ASSERT_TRUE(stored_.chain().append(stored_.chain().next_block({*evidence})));
    stored_.store();
    auto proof = make_evidence_proof(stored_.open(), stored_.genesis(), kSixth.str());
    ASSERT_TRUE(proof) << proof.error().explanation;
    const auto findings = check_evidence_file(encode_evidence_proof(*proof), stored_.genesis());
    ASSERT_TRUE(findings) << findings.error().explanation;
    EXPECT_EQ(findings->stand->validators, 5U);
    proof->registry.pop_back();
    EXPECT_FALSE(check_evidence_file(encode_evidence_proof(*proof), stored_.genesis()));
}

}  // namespace
}  // namespace fairfeed::test
