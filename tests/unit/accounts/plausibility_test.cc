#include "core/accounts/plausibility.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestChain;
using test::TestNetwork;

const ClusterId kOne = TestNetwork::cluster(1);
const MeterId kProsumer = TestNetwork::meter(1, 1);

// A window of four quarter hours in which each register gains 400 Wh.
ReadingBody reading_that_ends_at(const Registers& end) {
    ReadingBody body;
    body.end = end;
    body.profile.assign(4, {.import_wh = 100, .export_wh = 100, .generation_wh = 100});
    return body;
}

std::string_view verdict(const ReadingBody& body, const Expectation& expected) {
    const auto result = check_plausible(body, expected);
    return result ? "accepted" : to_string(result.error());
}

TEST(Plausibility, lets_registers_fall_only_where_the_meter_signs_a_reset) {
    const Expectation expected{4, 10'000, Registers{9000, 9000, 9000}, true};
    ReadingBody body = reading_that_ends_at({400, 400, 400});
    EXPECT_EQ(verdict(body, expected), "register_fell");
    body.flags = kFlagRegisterReset;
    EXPECT_EQ(verdict(body, expected), "accepted");
    // Registers may rise with a gap, or one register alone: continuity is not demanded in either
    // case.
    body.end = {20'000, 9400, 400};
    EXPECT_EQ(verdict(body, expected), "accepted");
    // The profile must fit the body's own registers, and powers must fit the connection.
    body.end = {400, 400, 399};
    EXPECT_EQ(verdict(body, expected), "registers_contradict");
    body.end = {400, 400, 400};
    body.peak_generation_w = 20'001;
    EXPECT_EQ(verdict(body, expected), "implausible_peak");
}

TEST(Plausibility, fits_a_late_reading_between_the_registers_around_it) {
    ReadingBody body;
    body.profile.resize(4, {25, 0, 0});
    body.end = {1100, 0, 0};
    Expectation expected{4, 10'000, {1000, 0, 0}, true};
    const auto judged = [&] {
        const auto sound = check_plausible(body, expected);
        return sound ? std::string("sound") : std::string(to_string(sound.error()));
    };
    expected.next = Registers{1300, 0, 0};
    EXPECT_EQ(judged(), "sound");
    expected.precedes_next = true;
    EXPECT_EQ(judged(), "registers_contradict") << "it must end where the next one begins";
    expected.next = Registers{1100, 0, 0};
    EXPECT_EQ(judged(), "sound");
    expected.precedes_next = false;
    expected.next = Registers{1099, 5, 5};
    EXPECT_EQ(judged(), "registers_contradict") << "above the next one";
    expected.next = Registers{1300, 0, 0};
    body.flags = kFlagRegisterReset;
    EXPECT_EQ(judged(), "registers_contradict") << "nothing was reset in between";
}

TEST(Plausibility, flags_a_peak_above_115_percent_of_the_certified_capacity) {
    ReadingBody body;
    const std::pair<std::int64_t, std::uint32_t> table[] = {
        {0, 0}, {5000, 0}, {5750, 0}, {5751, kLineOverCapacity}, {20'000, kLineOverCapacity}};
    for (const auto& [peak_w, expected] : table) {
        body.peak_generation_w = peak_w;
        EXPECT_EQ(line_flags(body, 5000), expected) << peak_w;
    }
    body.flags = kFlagRegisterReset | kFlagCurtailed;
    EXPECT_EQ(line_flags(body, 5000), kLineOverCapacity | kLineRegisterReset);
}

TEST(Plausibility, flags_a_quarter_hour_above_115_percent_whatever_peak_is_reported) {
    ReadingBody body;
    body.profile = {{0, 0, 100}, {0, 3900, 4000}};  // 16 kW
    for (const std::int64_t told_w : {0, 4000, 5750}) {
        body.peak_generation_w = told_w;
        EXPECT_EQ(line_flags(body, 5000), kLineOverCapacity) << told_w;
    }
    EXPECT_EQ(line_flags(body, 13'913), kLineOverCapacity);
    EXPECT_EQ(line_flags(body, 13'914), 0U);
    body.profile[1].generation_wh = INT64_MAX;
    EXPECT_EQ(line_flags(body, 5000), kLineOverCapacity);
}

TEST(Plausibility, settles_generation_that_nobody_certified_and_flags_it) {
    ReadingBody body = reading_that_ends_at({400, 400, 400});
    const Expectation household{4, ConnectionRating{}.power_w(), {}, false};
    EXPECT_EQ(verdict(body, household), "accepted");
    EXPECT_EQ(line_flags(body, 0), kLineUnregistered);
    EXPECT_EQ(line_flags(body, 400), 0U);
    body.profile.assign(4, {.import_wh = 100, .export_wh = 0, .generation_wh = 0});
    EXPECT_EQ(line_flags(body, 0), 0U);
    body.peak_generation_w = 1;
    EXPECT_EQ(line_flags(body, 0), kLineUnregistered);
}

TEST(Plausibility, refuses_only_powers_that_the_connection_cannot_carry) {
    const ConnectionRating rating{16, 1, 230};  // 3680 W; a quarter hour of twice that is 1840 Wh
    const Expectation expected{4, rating.power_w(), {}, false};
    using Figure = std::int64_t QuarterHour::*;
    for (const Figure figure : {&QuarterHour::import_wh, &QuarterHour::generation_wh}) {
        for (const std::int64_t wh : {1840, 1841}) {
            ReadingBody body = reading_that_ends_at({9000, 9000, 9000});
            body.profile[2].*figure = wh;
            EXPECT_EQ(verdict(body, expected), wh == 1840 ? "accepted" : "implausible_peak");
        }
    }
    ReadingBody body = reading_that_ends_at({9000, 9000, 9000});
    body.peak_generation_w = 7360;
    EXPECT_EQ(verdict(body, expected), "accepted");
    body.peak_generation_w = 7361;
    EXPECT_EQ(verdict(body, expected), "implausible_peak");
}

TEST(Plausibility, loses_no_reading_for_a_claim_of_available_generation) {
    const Expectation expected{4, ConnectionRating{}.power_w(), {}, false};
    ReadingBody body = reading_that_ends_at({400, 400, 400});
    for (const std::int64_t claim_wh : {INT64_MIN, std::int64_t{-1}, std::int64_t{1}, INT64_MAX}) {
        body.available_wh = claim_wh;
        EXPECT_EQ(verdict(body, expected), "accepted") << claim_wh;
    }
    EXPECT_EQ(claim_flag(body, 400), kLineClaimCut);
    body.available_wh = 400;
    EXPECT_EQ(claim_flag(body, 400), 0U);
}

TEST(Plausibility, goes_on_from_the_registers_after_a_reset) {
    const TestNetwork network;
    TestChain chain(network);
    chain.run_window({kOne}, 0);
    OpenedReadings readings = chain.read_all(kOne, 1);
    ReadingBody body = readings.at(kProsumer).body;
    const Registers before = registers_at_start(body).value();
    body.end = {body.end.import_wh - before.import_wh, body.end.export_wh - before.export_wh,
                body.end.generation_wh - before.generation_wh};
    body.flags = kFlagRegisterReset;
    readings.at(kProsumer) = chain.meter(kProsumer).read_body(1, body);
    const auto group = chain.group(chain.settle(kOne, 1, readings), readings);
    ASSERT_TRUE(chain.append(chain.next_block(group)));
    const SettlementLine& line = chain.accounts(kOne).last_lines().front();
    ASSERT_EQ(line.meter, kProsumer);
    EXPECT_FALSE(line.estimated);
    EXPECT_EQ(line.flags, kLineRegisterReset);
    EXPECT_EQ(line.closing.registers, body.end);
    EXPECT_EQ(chain.accounts(kOne).last_lines().back().flags, 0U);
    EXPECT_TRUE(chain.invariants().all_held());
    // The same energy again: from now on the registers continue and must not fall.
    ReadingBody next = body;
    next.flags = 0;
    const auto refused = chain.accounts(kOne).plausible(chain.state(), 2, kProsumer, next);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error(), Reject::register_fell);
    next.end = {2 * body.end.import_wh, 2 * body.end.export_wh, 2 * body.end.generation_wh};
    EXPECT_TRUE(chain.accounts(kOne).plausible(chain.state(), 2, kProsumer, next));
}

}  // namespace
}  // namespace fairfeed
