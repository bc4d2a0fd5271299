// Capacities watched in operation: what warns, what is a ground to deauthorise, who declared too
// much, and what is only a dark week, a spike or a curtailed roof.
#include "gateway/capacity/peak_watch.h"

#include <gmock/gmock.h>

#include "core/state/office_rules.h"
#include "tests/unit/follower/followed_chain.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Window kWeek = 42;
const ClusterId kCluster("c-1");

template <class Kind>
std::vector<Kind> of_kind(const std::vector<PeakFinding>& findings) {
    std::vector<Kind> out;
    for (const PeakFinding& each : findings)
        if (const auto* kind = std::get_if<Kind>(&each)) out.push_back(*kind);
    return out;
}

class PeakWatchTest : public ::testing::Test {
  protected:
    std::vector<PeakFinding> report(Window window, std::int64_t peak_w,
                                    const std::string& meter = "m-1", bool is_curtailed = false,
                                    std::int64_t capacity_w = 1000) {
        restart();
        return watch_.follow(
            {{MeterId(meter), kCluster, window, capacity_w, peak_w, is_curtailed}});
    }
    // The watch goes on from what a snapshot keeps of it, as a gateway may before any block.
    void restart() {
        cbor::Writer books;
        watch_.write(books);
        PeakWatch next(PeakLimits{}, kWeek);
        cbor::Reader in(books.result());
        next.read(in);
        ASSERT_TRUE(in.finish());
        cbor::Writer again;
        next.write(again);
        ASSERT_EQ(again.result(), books.result());
        watch_ = next;
    }
    // A week in which each meter m-1, m-2, ... reaches this peak once.
    std::vector<PeakFinding> week(Window number, const std::vector<std::int64_t>& peaks_w) {
        std::vector<PeakFinding> found;
        for (std::size_t i = 0; i < peaks_w.size(); ++i) {
            const auto now = report(number * kWeek + 3, peaks_w[i], "m-" + std::to_string(i + 1));
            found.insert(found.end(), now.begin(), now.end());
        }
        return found;
    }

    PeakWatch watch_{PeakLimits{}, kWeek};
};

TEST_F(PeakWatchTest, warns_above_a_tenth_and_not_at_it) {
    EXPECT_THAT(report(1, 1100), IsEmpty());
    const auto found = report(2, 1101);
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(describe(found[0]),
              "m-1 reached 1101 W in window 2, 110 % of the 1000 W that are certified.");
}

TEST_F(PeakWatchTest, finds_a_ground_to_deauthorise_in_the_third_window_of_a_week) {
    for (const Window window : {1U, 20U})
        EXPECT_THAT(of_kind<CapacityExceeded>(report(window, 1151)), IsEmpty());
    EXPECT_THAT(of_kind<CapacityExceeded>(report(30, 1150)), IsEmpty()) << "at the limit";
    const auto found = of_kind<CapacityExceeded>(report(42, 1300));
    ASSERT_THAT(found, SizeIs(1));
    ASSERT_THAT(found[0].windows, SizeIs(3));
    EXPECT_EQ(found[0].windows[0].window, 1U);
    EXPECT_THAT(describe(found[0]), HasSubstr("1151 W in window 1, 1151 W in window 20, 1300 W"));
    EXPECT_THAT(of_kind<CapacityExceeded>(report(43, 1300)), IsEmpty()) << "it is told once";
}

TEST_F(PeakWatchTest, forgets_an_excess_after_so_many_windows) {
    EXPECT_THAT(of_kind<CapacityExceeded>(report(0, 1200)), IsEmpty());
    EXPECT_THAT(of_kind<CapacityExceeded>(report(41, 1200)), IsEmpty());
    EXPECT_THAT(of_kind<CapacityExceeded>(report(42, 1200)), IsEmpty()) << "window 0 is too old";
    EXPECT_THAT(of_kind<CapacityExceeded>(report(43, 1200)), SizeIs(1));
}

TEST_F(PeakWatchTest, follows_the_limits_that_the_officers_put_on_the_chain) {
    const std::optional<PolicyInForce> policy = PolicyInForce{{7, {130, 150, 2, 5}, 1}, 3};
    const auto peak = [&](Window window, std::int64_t peak_w) {
        return watch_.follow({{MeterId("m-1"), kCluster, window, 1000, peak_w, false}}, policy);
    };
    (void)report(1, 1600);
    (void)report(2, 1600);
    EXPECT_THAT(peak(3, 1290), IsEmpty()) << "no warning, and what was before counts no more";
    EXPECT_THAT(of_kind<PeakAboveCertificate>(peak(4, 1310)), SizeIs(1));
    EXPECT_THAT(of_kind<CapacityExceeded>(peak(5, 1510)), IsEmpty());
    EXPECT_THAT(of_kind<CapacityExceeded>(peak(2, 1510)), IsEmpty()) << "late, and of before";
    const auto found = of_kind<CapacityExceeded>(peak(9, 1510));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(found[0].windows, SizeIs(2));
}

TEST_F(PeakWatchTest, counts_a_late_reading_where_it_belongs_and_the_same_window_once) {
    (void)report(10, 1200);
    (void)report(40, 1000);
    EXPECT_THAT(of_kind<CapacityExceeded>(report(20, 1200)), IsEmpty());
    EXPECT_THAT(of_kind<CapacityExceeded>(report(20, 1200)), IsEmpty());
    EXPECT_THAT(of_kind<CapacityExceeded>(report(30, 1200)), SizeIs(1));
}

TEST_F(PeakWatchTest, begins_anew_with_a_new_certificate) {
    (void)report(1, 1200);
    (void)report(2, 1200);
    EXPECT_THAT(report(3, 1200, "m-1", false, 2000), IsEmpty());
    EXPECT_THAT(report(2, 1300), IsEmpty()) << "late, of the old certificate";
    for (const Window window : {4U, 5U})
        EXPECT_THAT(of_kind<CapacityExceeded>(report(window, 2400, "m-1", false, 2000)), IsEmpty());
    EXPECT_THAT(of_kind<CapacityExceeded>(report(6, 2400, "m-1", false, 2000)), SizeIs(1));
}

TEST_F(PeakWatchTest, tells_again_of_who_exceeds_again_after_a_time_within_the_limit) {
    for (const Window window : {1U, 2U})
        EXPECT_THAT(of_kind<CapacityExceeded>(report(window, 1200)), IsEmpty());
    EXPECT_THAT(of_kind<CapacityExceeded>(report(3, 1200)), SizeIs(1));
    EXPECT_THAT(of_kind<CapacityExceeded>(report(4, 1200)), IsEmpty()) << "it is told";
    EXPECT_THAT(report(60, 1000), IsEmpty()) << "all four are too old";
    for (const Window window : {61U, 62U})
        EXPECT_THAT(of_kind<CapacityExceeded>(report(window, 1200)), IsEmpty());
    EXPECT_THAT(of_kind<CapacityExceeded>(report(63, 1200)), SizeIs(1)) << "the repeat offender";
}

TEST_F(PeakWatchTest, tells_again_of_who_exceeds_the_same_capacity_after_a_deauthorisation) {
    for (const Window window : {1U, 2U, 3U})
        (void)report(window, 1200);
    EXPECT_THAT(report(4, 1200, "m-1", false, 0), IsEmpty());
    EXPECT_THAT(report(3, 1200), IsEmpty()) << "late, of the certificate that was taken away";
    for (const Window window : {5U, 6U})
        EXPECT_THAT(of_kind<CapacityExceeded>(report(window, 1200)), IsEmpty())
            << "the windows before do not count against the new certificate";
    EXPECT_THAT(of_kind<CapacityExceeded>(report(7, 1200)), SizeIs(1));
}

TEST_F(PeakWatchTest, keeps_what_it_knows_when_a_late_report_of_no_capacity_comes) {
    for (const Window window : {5U, 6U})
        (void)report(window, 1200);
    (void)report(4, 0, "m-1", false, 0);
    EXPECT_THAT(of_kind<CapacityExceeded>(report(7, 1200)), SizeIs(1));
}

TEST_F(PeakWatchTest, has_nothing_to_say_of_a_meter_without_a_certificate) {
    EXPECT_THAT(report(1, 5000, "m-1", false, 0), IsEmpty())
        << "unregistered generation is flagged by the committee";
}

TEST_F(PeakWatchTest, names_who_declared_too_much_after_four_clear_weeks) {
    for (Window number = 0; number < 4; ++number)
        EXPECT_THAT(week(number, {400, 800, 850, 900}), IsEmpty()) << number;
    const auto found = of_kind<CapacityOverstated>(week(4, {400, 800, 850, 900}));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found[0].meter, MeterId("m-1"));
    EXPECT_EQ(found[0].best_ppm, 400'000);
    EXPECT_EQ(found[0].neighbours_ppm, 850'000);
    EXPECT_EQ(describe(found[0]),
              "m-1 never came above 400 W, 40 % of its certificate, in the last 4 clear weeks; its "
              "neighbours of c-1 came to 85 %.");
    for (Window number = 5; number < 8; ++number)
        EXPECT_THAT(week(number, {400, 800, 850, 900}), IsEmpty()) << "not every week again";
    EXPECT_THAT(week(8, {400, 800, 850, 900}), SizeIs(1));
}

TEST_F(PeakWatchTest, blames_nobody_for_dark_weeks_good_luck_or_few_neighbours) {
    for (Window number = 0; number < 12; ++number)
        EXPECT_THAT(week(number, {100, 300, 350, 400}), IsEmpty()) << "dark";
    for (Window number = 12; number < 16; ++number)
        EXPECT_THAT(week(number, {number == 14 ? 700 : 300, 800, 850, 900}), IsEmpty());
    EXPECT_THAT(week(16, {300, 800, 850, 900}), IsEmpty()) << "it reached 70 % once";
    PeakWatch small{PeakLimits{}, kWeek};
    for (Window number = 0; number < 12; ++number)
        for (const auto& [meter, peak_w] : {std::pair{"m-1", 100}, {"m-2", 900}, {"m-3", 900}})
            EXPECT_THAT(
                small.follow({{MeterId(meter), kCluster, number * kWeek, 1000, peak_w, false}}),
                IsEmpty())
                << "two neighbours are no measure";
}

TEST_F(PeakWatchTest, does_not_judge_a_roof_by_windows_in_which_a_share_bound) {
    for (Window number = 0; number < 8; ++number) {
        (void)week(number, {0, 800, 850, 900, 820});
        for (const PeakFinding& each : report(number * kWeek + 4, 100, "m-6", true))
            ADD_FAILURE() << describe(each);
    }
    const auto found = of_kind<CapacityOverstated>(week(8, {0, 800, 850, 900, 820}));
    for (const CapacityOverstated& each : found)
        EXPECT_NE(each.meter, MeterId("m-6")) << "it was never seen uncurtailed";
}

TEST(PeakLimitsOfANetwork, are_refused_outside_their_sense) {
    EXPECT_EQ(fault_of(PeakLimits{}), "");
    const std::vector<void (*)(PeakLimits&)> damages{
        [](PeakLimits& l) { l.watch.warn_percent = 0; },
        [](PeakLimits& l) { l.watch.exceed_percent = l.watch.warn_percent - 1; },
        [](PeakLimits& l) { l.watch.windows_exceeded = 0; },
        [](PeakLimits& l) { l.watch.of_windows = 2; },
        [](PeakLimits& l) { l.clear_percent = 1001; },
        [](PeakLimits& l) { l.low_percent = 0; },
        [](PeakLimits& l) { l.clear_weeks = 0; },
        [](PeakLimits& l) { l.fewest_meters = 1; },
    };
    for (const auto damage : damages) {
        PeakLimits bad;
        damage(bad);
        EXPECT_NE(fault_of(bad), "");
    }
}

class PeaksOfAChain : public test::FollowedChain {};

TEST_F(PeaksOfAChain, are_those_of_its_readings) {
    grow(2);
    catch_up_with(1);
    ASSERT_THAT(appended_, SizeIs(2));
    const AppendBlock& block = appended_.back();
    const auto reports = peak_reports(
        {{*block.committed, block.before, block.after}, block.settlements, block.faults});
    ASSERT_THAT(reports, SizeIs(3)) << "three meters, one window";
    for (const PeakReport& report : reports) {
        EXPECT_EQ(report.window, 1U);
        EXPECT_EQ(report.capacity_w, block.after.capacity_w(report.meter, 1));
        const ReadingBody& body = block.settlements[0].readings.at(1).at(report.meter).body;
        std::int64_t largest_wh = 0;
        for (const QuarterHour& quarter : body.profile)
            largest_wh = std::max(largest_wh, quarter.generation_wh);
        EXPECT_EQ(report.peak_w, std::max(body.peak_generation_w, 4 * largest_wh));
    }
}

TEST_F(PeaksOfAChain, above_the_certificate_are_a_draft_that_officers_have_a_day_to_sign) {
    grow(2);
    const ChainState& state = states_.back();
    const MeterId meter = test::TestNetwork::meter(1, 1);
    const CapacityExceeded excess{
        meter, test::TestNetwork::cluster(1), {{meter, {}, 1, 1000, 1200}}};
    const NodeId dgmd = network_.dgmd();
    Draft draft = deauthorisation_draft(excess, {state, 7, 99}, dgmd, network_.key(dgmd));
    const auto& notice = std::get<Deauthorisation>(draft.notice.content);
    EXPECT_EQ(notice.meter, meter);
    EXPECT_EQ(notice.reason, DeauthorisationReason::over_capacity);
    EXPECT_EQ(notice.effective, 8U + 6) << "a day has six windows";
    EXPECT_EQ(draft.notice.valid_until, notice.effective) << "dead from then on";
    for (const char* officer : {"officer-1", "officer-2"})
        ASSERT_TRUE(add_approval(draft, test::signing_key(officer)));
    PlainSignatureChecker signatures;
    const std::int64_t in_time_ms =
        network_.genesis().content.parameters.real_epoch_ms + 13 * 4 * kSecondsPerHour * 1000;
    const auto may =
        check_notice(state, *notice_to_submit(draft), state.height + 1, in_time_ms, signatures);
    EXPECT_TRUE(may) << to_string(may.error());
}

}  // namespace
}  // namespace fairfeed
