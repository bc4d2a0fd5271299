// An answer is accepted once, from the asked peer, and only for the question.
#include "edge-node/effects/open_requests.h"

#include <gtest/gtest.h>

#include "core/crypto/digest.h"

namespace fairfeed {
namespace {

const NodeId kAsked("a");
const NodeId kOther("b");

struct Item {
    Digest id;
};

Digest id(int number) {
    return sha256(as_bytes("item " + std::to_string(number)));
}

class Asking : public ::testing::Test {
  protected:
    [[nodiscard]] std::string takes(const NodeId& peer, const std::vector<int>& items) {
        std::vector<Item> answer;
        for (const int number : items)
            answer.push_back({id(number)});
        const auto taken = requests.take(peer, answer);
        return taken ? std::to_string(taken->size()) : std::string(to_string(taken.error()));
    }
    OpenRequests requests;
};

TEST_F(Asking, takes_only_what_it_has_asked_for) {
    requests.asked(kAsked, {id(1), id(2)});
    EXPECT_EQ(takes(kOther, {1, 2}), "unasked");
    EXPECT_EQ(takes(kAsked, {3, 4}), "unasked");
    EXPECT_EQ(takes(kAsked, {1, 1, 2, 3}), "2");
    EXPECT_EQ(takes(kAsked, {1, 2}), "unasked") << "once";
}

TEST_F(Asking, takes_a_late_answer_to_an_earlier_question) {
    requests.asked(kAsked, {id(1), id(2)});
    requests.asked(kAsked, {id(2)});
    EXPECT_EQ(takes(kAsked, {1, 2}), "2");
    EXPECT_EQ(takes(kAsked, {2}), "1");
    EXPECT_EQ(takes(kAsked, {2}), "unasked");
}

TEST_F(Asking, remembers_a_few_questions_to_one_peer) {
    for (int i = 0; i < 1000; ++i)
        requests.asked(kAsked, {id(i)});
    EXPECT_EQ(takes(kAsked, {0}), "unasked");
    for (int i = 996; i < 1000; ++i)
        EXPECT_EQ(takes(kAsked, {i}), "1");
}

}  // namespace
}  // namespace fairfeed
