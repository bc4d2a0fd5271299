// Which of its keys DGMD's gateway signs with, before and after the officers replaced them.
#include "gateway/follower/dgmd_signers.h"

#include <gtest/gtest.h>

#include "core/wire/transaction_codec.h"
#include "tests/unit/accounts/handover_bench.h"
#include "tests/unit/follower/followed_chain.h"

namespace fairfeed::test {
namespace {

// Followed by a gateway that has its next keys already.
class KeysOfDgmd : public FollowedChain {
  protected:
    [[nodiscard]] Follower with(const char* first, const std::vector<SigningKey>& others) {
        const NodeId dgmd = network_.dgmd();
        Follower follower({dgmd, DgmdSigners(signing_key(first), others), checker_,
                           Keyholder{dgmd, agreement_key(first), {agreement_key("dgmd")}},
                           network_.nodes(), network_.genesis().content.parameters});
        start(follower, 0);
        return follower;
    }
    void replace() {
        append({network_.from_dgmd(chain_.state(),
                                   DgmdKeyChange{0, TestNetwork::dgmd_keys("dgmd-2")})});
    }
    // Who is a block behind waits a moment for the block before it asks.
    [[nodiscard]] std::string asked_of(Follower& follower, std::size_t index) {
        (void)follower.step(status(index, top()), now_);
        now_.steady_ms += kLongMs;
        return signer_of(follower.step(MomentPassed{}, now_), network_.network());
    }
    // The name of the key that signed the question; empty: nothing was asked.
    [[nodiscard]] static std::string signer_of(const FollowerEffects& effects,
                                               const Digest& network) {
        for (const FollowerEffect& effect : effects) {
            const auto* ask = std::get_if<AskNode>(&effect);
            if (ask == nullptr) continue;
            const auto request = decode_request(ask->request, network);
            for (const char* name : {"dgmd", "dgmd-2"}) {
                const auto key = VerifyKey::from_point(signing_key(name).public_key());
                if (request->verify(*key)) return name;
            }
        }
        return "";
    }
};

TEST_F(KeysOfDgmd, change_with_the_block_that_replaces_them) {
    Follower follower = with("dgmd", {signing_key("dgmd-2")});
    replace();
    EXPECT_EQ(asked_of(follower, 1), "dgmd");
    (void)follower.step(answer(1, {block(1)}), now_);
    ASSERT_EQ(follower.state().dgmd.keys, TestNetwork::dgmd_keys("dgmd-2"));
    grow(1);
    EXPECT_EQ(asked_of(follower, 2), "dgmd-2");
}

TEST_F(KeysOfDgmd, take_turns_while_nobody_answers) {
    Follower follower = with("dgmd-2", {signing_key("dgmd")});
    replace();
    std::vector<std::string> turns;
    for (int moment = 0; turns.size() < 4 && moment < 20; ++moment)
        if (const std::string name = asked_of(follower, 1); !name.empty()) turns.push_back(name);
    ASSERT_EQ(turns.size(), 4U);
    EXPECT_NE(turns[0], turns[1]) << "nodes that are ahead may know another key than it does";
    EXPECT_EQ(turns[0], turns[2]);
    EXPECT_EQ(turns[1], turns[3]);
}

TEST_F(KeysOfDgmd, open_what_was_granted_before_and_after) {
    const MeterId meter = TestNetwork::meter(1, 1);
    replace();
    KeyGrant grant = network_.grant(meter, 2, network_.nodes(), 3);
    const auto wrapped = wrap_key(agreement_key("dgmd-2").public_key(), network_.data_key(meter, 2),
                                  key_grant_context(network_.network(), meter, 2, network_.dgmd()));
    grant.entries.insert(grant.entries.begin(), KeyGrantEntry{network_.dgmd(), *wrapped});
    append({network_.from_dgmd(chain_.state(), grant)});
    KeyRing both;
    both.learn(chain_.state(),
               Keyholder{network_.dgmd(), agreement_key("dgmd-2"), {agreement_key("dgmd")}});
    KeyRing stolen;
    stolen.learn(chain_.state(), network_.dgmd(), agreement_key("dgmd"));
    EXPECT_NE(both.find(meter, 1), nullptr);
    EXPECT_NE(both.find(meter, 2), nullptr);
    EXPECT_NE(stolen.find(meter, 1), nullptr) << "what it could read it can read";
    EXPECT_EQ(stolen.find(meter, 2), nullptr);
}

class StandInWithNewKeys : public ::testing::Test, public HandoverBench {
  protected:
    StandInWithNewKeys() { change(); }
    [[nodiscard]] std::vector<Transaction> owed(StandInHandovers& office) {
        KeyholderAccounts accounts{Keyholder{network.dgmd(), agreement_key(network.dgmd().str())}};
        ChainState state = network.initial_state();
        (void)accounts.follow({{network.genesis().block.block, {}}, state, state});
        PlainSignatureChecker signatures;
        for (const CommittedBlock& committed : chain.blocks()) {
            const ChainState before = state;
            CHECK(execute_block(state, committed.block, signatures));
            (void)accounts.follow({committed, before, state});
        }
        return office.owed(state, accounts, state.grid().real_ms(state.grid().start_s(4)));
    }
};

TEST_F(StandInWithNewKeys, hands_over_again_by_the_key_in_force_and_by_none_else) {
    StandInHandovers both{
        network.dgmd(), {signing_key("dgmd"), {signing_key("dgmd-2")}}, network.random()};
    StandInHandovers stolen{network.dgmd(), signing_key("dgmd"), network.random()};
    ASSERT_EQ(owed(both).size(), 1U);
    ASSERT_EQ(owed(stolen).size(), 1U);
    append({network.from_dgmd(chain.state(), DgmdKeyChange{0, TestNetwork::dgmd_keys("dgmd-2")})});
    EXPECT_TRUE(owed(stolen).empty());
    const auto said = owed(both);
    ASSERT_EQ(said.size(), 1U);
    append(said);
    EXPECT_TRUE(owed(both).empty());
}

}  // namespace
}  // namespace fairfeed::test
