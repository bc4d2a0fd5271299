// Work in processes of its own: every line arrives, and a process that dies is noticed.
#include "tests/simulation/jobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <vector>

#include "core/crypto/signing.h"
#include "tests/simulation/signature_count.h"

namespace fairfeed::simulation {
namespace {

TEST(Jobs, are_heard_line_by_line_each_in_its_order) {
    std::map<std::size_t, std::vector<std::string>> heard;
    const bool complete = run_jobs(
        3,
        [](std::size_t job, const Tell& tell) {
            for (std::size_t line = 0; line <= job; ++line)
                tell(std::string(10'000, 'a') + std::to_string(line));
        },
        [&](std::size_t job, const std::string& line) {
            heard[job].push_back(line.substr(10'000));
        });
    EXPECT_TRUE(complete);
    EXPECT_THAT(heard[0], testing::ElementsAre("0"));
    EXPECT_THAT(heard[2], testing::ElementsAre("0", "1", "2"));
}

TEST(Jobs, are_not_complete_when_a_process_dies_in_its_work) {
    std::vector<std::string> heard;
    const bool complete = run_jobs(
        2,
        [](std::size_t job, const Tell& tell) {
            if (job == 1) _exit(3);
            tell("done");
        },
        [&](std::size_t, const std::string& line) { heard.push_back(line); });
    EXPECT_FALSE(complete);
    EXPECT_THAT(heard, testing::ElementsAre("done"));
}

TEST(SignatureCount, tells_votes_from_readings_and_stops_when_it_is_told_to) {
    const auto key = SigningKey::generate();
    const auto verifier = VerifyKey::from_point(key.public_key());
    const Bytes vote = cose::to_be_signed(cose::Domain::prevote, Digest{}, "node-1", {});
    const Bytes reading = cose::to_be_signed(cose::Domain::reading, Digest{}, "meter-1", {});
    SignatureCount count;
    count_signatures(&count);
    EXPECT_TRUE(verifier->verify(vote, key.sign(vote)));
    EXPECT_FALSE(verifier->verify(reading, key.sign(vote)));
    count_signatures(nullptr);
    (void)key.sign(reading);
    EXPECT_EQ(count.made(), 2U);
    EXPECT_EQ(count.checked(), 2U);
    EXPECT_EQ(count.checked(cose::Domain::prevote), 1U);
    EXPECT_EQ(count.checked(cose::Domain::reading), 1U);
    EXPECT_EQ(count.checked(cose::Domain::status), 0U);
}

}  // namespace
}  // namespace fairfeed::simulation
