// Findings never fill a member's memory, whoever lies.
#include "edge-node/committee/findings.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

TEST(Findings, count_reasons_that_a_peer_made_up_as_one) {
    Findings findings;
    findings.count_objection("reading_withheld");
    for (int i = 0; i < 1000; ++i)
        findings.count_objection("made up " + std::to_string(i));
    EXPECT_EQ(findings.objections(),
              (std::map<std::string, std::uint64_t>{{"other", 1000}, {"reading_withheld", 1}}));
}

TEST(Findings, keep_the_first_alarms_and_not_all) {
    Findings findings;
    findings.alarm(ReplayFault{3, "wrong_lines", "the settlement does not hold"});
    for (int i = 0; i < 1000; ++i)
        findings.alarm("alarm " + std::to_string(i));
    EXPECT_EQ(findings.alarms().front(), "block 3: wrong_lines: the settlement does not hold");
    EXPECT_LE(findings.alarms().size(), 64U);
}

TEST(Findings, hand_evidence_over_once) {
    Findings findings;
    findings.two_batches(Transaction{}, Transaction{}, Digest{});
    EXPECT_EQ(findings.take_evidence().size(), 1U);
    EXPECT_TRUE(findings.take_evidence().empty());
}

}  // namespace
}  // namespace fairfeed
