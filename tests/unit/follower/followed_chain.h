// A chain of four nodes with the states after each of its blocks, what its nodes would say of it,
// and a follower that is played to. Tests only.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/topics.h"
#include "gateway/follower/follower.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

class FollowedChain : public ::testing::Test {
  protected:
    static constexpr std::int64_t kLongMs = 3'600'000;

    FollowedChain() : follower_(made()) { start(follower_, 0); }

    [[nodiscard]] static TestNetworkOptions one_cluster() {
        TestNetworkOptions options;
        options.clusters_with_meters = 1;
        return options;
    }
    [[nodiscard]] Follower made() {
        const NodeId dgmd = network_.dgmd();
        return Follower({dgmd, network_.key(dgmd), checker_,
                         Keyholder{dgmd, agreement_key(dgmd.str())}, network_.nodes(),
                         network_.genesis().content.parameters});
    }
    // As from a ledger with the chain's first blocks.
    void start(Follower& follower, Height up_to) {
        const CommittedBlock genesis{network_.genesis().block.block, {}};
        (void)follower.replay({genesis, states_[0], states_[0]});
        for (Height height = 1; height <= up_to; ++height)
            (void)follower.replay({block(height), states_[height - 1], states_[height]});
        follower.start(states_[up_to]);
    }
    void grow(std::size_t blocks) {
        for (std::size_t i = 0; i < blocks; ++i) {
            chain_.run_window({TestNetwork::cluster(1)}, next_window_++);
            states_.push_back(chain_.state());
        }
    }
    void append(std::vector<Transaction> transactions) {
        ASSERT_TRUE(chain_.append(chain_.next_block(std::move(transactions))));
        states_.push_back(chain_.state());
    }
    [[nodiscard]] const CommittedBlock& block(Height height) const {
        return chain_.blocks().at(height - 1);
    }
    [[nodiscard]] Height top() const { return states_.size() - 1; }

    // What the node with this index says.
    [[nodiscard]] NodeSpoke status(std::size_t index, const NodeStatus& said) const {
        const NodeId node = TestNetwork::node(index);
        return spoke(index, Channel::status,
                     encode_status(said, node, network_.network(), network_.key(node)));
    }
    [[nodiscard]] NodeSpoke status(std::size_t index, Height height) const {
        const ChainState& state = states_.at(height);
        return status(index, NodeStatus{height, state.tip, app_hash(state), height + 1, 0});
    }
    [[nodiscard]] NodeSpoke commit(std::size_t index, const CommittedBlock& said) const {
        return spoke(index, Channel::commit,
                     encode_certified_outline({outline_of(said.block), said.certificate}));
    }
    [[nodiscard]] NodeSpoke answer(std::size_t index, std::vector<CommittedBlock> blocks) const {
        return spoke(index, Channel::answer, encode_answer(BlocksAnswer{std::move(blocks)}),
                     network_.dgmd().str());
    }
    // The blocks that an honest node has of those.
    [[nodiscard]] NodeSpoke honest_answer(std::size_t index, const BlocksRequest& request) const {
        std::vector<CommittedBlock> blocks;
        for (Height height = request.from; height <= top() && blocks.size() < request.count;
             ++height)
            blocks.push_back(block(height));
        return answer(index, std::move(blocks));
    }
    [[nodiscard]] NodeSpoke spoke(std::size_t index, Channel channel, Bytes message,
                                  const std::string& item = "-") const {
        const NodeId node = TestNetwork::node(index);
        const Topic topic{network_.genesis().content.parameters.name, node.str(), channel, item};
        return {node, topic.str(), std::move(message)};
    }

    struct Asked {
        std::size_t index = 0;  // the node's; 0: nobody is asked
        BlocksRequest request;
    };
    // Keeps the blocks that the follower appends; returns its last question.
    Asked hear(const FollowerEvent& event) { return keep(follower_.step(event, now_)); }
    Asked wait(std::int64_t ms) {
        now_.steady_ms += ms;
        return hear(MomentPassed{});
    }
    Asked keep(FollowerEffects effects) {
        Asked asked;
        for (FollowerEffect& effect : effects) {
            if (auto* append = std::get_if<AppendBlock>(&effect)) {
                appended_.push_back(std::move(*append));
                continue;
            }
            const auto& said = std::get<AskNode>(effect);
            const auto request = decode_request(said.request, network_.network());
            const auto dgmd = VerifyKey::from_point(network_.genesis().content.dgmd_key);
            CHECK(request && dgmd && request->signer == network_.dgmd());
            EXPECT_TRUE(request->verify(*dgmd)) << "nodes know this key from genesis";
            for (std::size_t i = 1; i <= 4; ++i)
                if (TestNetwork::node(i) == said.node) asked.index = i;
            asked.request = std::get<BlocksRequest>(request->content);
        }
        return asked;
    }
    // Honest nodes answer until the follower asks nobody more. Returns the number of questions.
    std::size_t answer_all(Asked asked) {
        std::size_t questions = 0;
        for (; asked.index != 0; ++questions)
            asked = hear(honest_answer(asked.index, asked.request));
        return questions;
    }
    void catch_up_with(std::size_t index) {
        answer_all(hear(status(index, top())));
        answer_all(wait(kLongMs));
    }
    [[nodiscard]] FollowedWord word(std::size_t index) const {
        return follower_.summary().nodes.at(TestNetwork::node(index));
    }

    TestNetwork network_{one_cluster()};
    TestChain chain_{network_};
    std::vector<ChainState> states_{chain_.state()};
    Window next_window_ = 0;
    PlainSignatureChecker checker_;
    Follower follower_;
    std::vector<AppendBlock> appended_;
    Instant now_{.steady_ms = 1000, .real_ms = 0, .synchronised = true};
};

}  // namespace fairfeed::test
