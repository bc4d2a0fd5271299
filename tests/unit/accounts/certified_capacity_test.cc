// Certified and uncertified capacity: shares of a capacity that was certified later, generation
// without a certificate, peaks and claims beyond the certificate.
#include "tests/unit/accounts/one_cluster.h"

namespace fairfeed {
namespace {

class CertificateTest : public test::OneCluster {
  protected:
    void certify(const MeterId& meter, std::int64_t capacity_w, Window from) {
        const auto certificate =
            network_.from_dgmd(state(), CapacityCertificate{0, meter, capacity_w, from});
        const std::int64_t time_ms = state().tip_time_ms + 1;
        ASSERT_TRUE(chain_.append(chain_.next_block({certificate}, time_ms)));
    }
};

TEST_F(CertificateTest, counts_windows_over_capacity_until_the_capacity_changes) {
    const auto run = [this](Window window, std::int64_t peak_w) {
        OpenedReadings readings = chain_.read_all(kOne, window);
        ReadingBody body = readings.at(kProsumer).body;
        body.peak_generation_w = peak_w;
        readings.at(kProsumer) = chain_.meter(kProsumer).read_body(window, body);
        append(window, readings);
        return std::pair{line(kProsumer).flags, line(kProsumer).closing.over_capacity};
    };
    using Told = std::pair<std::uint32_t, std::uint32_t>;
    EXPECT_EQ(run(0, 5751), Told(kLineOverCapacity, 1));
    EXPECT_EQ(run(1, 5750), Told(0, 1));
    EXPECT_EQ(run(2, 9000), Told(kLineOverCapacity, 2));
    OpenedReadings others = chain_.read_all(kOne, 3);
    others.erase(kProsumer);
    append(3, others);  // estimated from the window before: nobody measured a peak
    EXPECT_EQ(line(kProsumer).flags, 0U);
    EXPECT_EQ(line(kProsumer).closing.over_capacity, 2U);
    certify(kProsumer, 6000, 5);
    EXPECT_EQ(run(4, 6900), Told(kLineOverCapacity, 3));  // the new certificate is not in force yet
    EXPECT_EQ(run(5, 6900), Told(0, 0));
    EXPECT_EQ(run(6, 6901), Told(kLineOverCapacity, 1));
    EXPECT_TRUE(chain_.invariants().all_held());
}

TEST_F(CertificateTest, pays_a_newly_certified_prosumer_in_its_first_window) {
    append(0, chain_.read_all(kOne, 0));
    certify(kConsumer, 4000, 2);
    append(1, chain_.read_all(kOne, 1));
    EXPECT_EQ(line(kConsumer).mes_w, 0) << "settled at a capacity of 0";
    append(2, chain_.read_all(kOne, 2, 700));  // 560 Wh exported in each quarter hour
    EXPECT_EQ(line(kConsumer).export_wh, 16 * 560);
    EXPECT_EQ(line(kConsumer).credited_wh, 16 * 560);
    EXPECT_EQ(line(kConsumer).flags, 0U);
    EXPECT_TRUE(chain_.invariants().all_held());
}

// Paper A70. The export of the window before still earns, also where it is read late.
TEST_F(CertificateTest, pays_a_deauthorised_prosumer_nothing_until_it_is_inspected_again) {
    const auto say = [this](const TransactionContent& content) {
        const auto notice = network_.from_dgmd(state(), content);
        return bool(chain_.append(chain_.next_block({notice}, state().tip_time_ms + 1)));
    };
    append(0, chain_.read_all(kOne, 0));
    ASSERT_TRUE(say(Deauthorisation{0, kProsumer, DeauthorisationReason::over_capacity, 2}));
    OpenedReadings first = chain_.read_all(kOne, 1);
    const OpenedReading late = first.at(kProsumer);
    first.erase(kProsumer);
    append(1, first);
    OpenedReadings second;
    for (const MeterId& meter : state().meters_of(kOne, 2)) {
        const QuarterHour quarter =
            meter == kConsumer ? QuarterHour{150, 0, 0} : QuarterHour{0, 400, 500};
        second.insert({meter, chain_.meter(meter).read(2, test::flat_profile(state(), quarter))});
    }
    const HeldReadings held{{1, {{kProsumer, late}}}, {2, second}};
    const Settlement settlement = chain_.settle_held(kOne, 2, held);
    ASSERT_TRUE(chain_.append(chain_.next_block(chain_.group_held(settlement, held))));
    EXPECT_EQ(settlement.late.size(), 1U);
    EXPECT_EQ(line(kProsumer).capacity_w, 0);
    EXPECT_EQ(line(kProsumer).mes_w, 0);
    EXPECT_EQ(line(kProsumer).export_wh, 16 * 400);
    EXPECT_EQ(line(kProsumer).credited_wh, 0);
    EXPECT_EQ(line(kProsumer).export_amount_micro, 0);
    EXPECT_EQ(line(kProsumer).adjusted.credited_wh, 0) << "window 1 was estimated right";
    EXPECT_EQ(line(kProsumer).flags, kLineUnregistered);
    EXPECT_FALSE(say(CapacityCertificate{0, kProsumer, 5000, 4}));
    ASSERT_TRUE(say(CapacityCertificate{0, kProsumer, 5000, 4, network_.network()}));
    append(3, chain_.read_all(kOne, 3));
    EXPECT_EQ(line(kProsumer).credited_wh, 0);
    append(4, chain_.read_all(kOne, 4));
    EXPECT_EQ(line(kProsumer).credited_wh, 16 * 400);
    EXPECT_EQ(line(kProsumer).flags, 0U);
    EXPECT_TRUE(chain_.invariants().all_held());
}

TEST_F(CertificateTest, tells_a_meter_without_a_share_the_capacity_it_is_certified_for_by_then) {
    certify(kConsumer, 4000, 1);
    const auto readings = chain_.read_all(kOne, 0);
    const Settlement settlement = chain_.settle(kOne, 0, readings);
    ClusterAccounts mine(kOne);
    const std::int64_t time_ms = state().grid().end_real_ms(0);
    const auto shares = mine.commit(state(), settlement, {{0, readings}}, time_ms, chain_.keys());
    ASSERT_TRUE(shares);
    EXPECT_EQ(shares->at(1).meter, kConsumer);
    EXPECT_EQ(shares->at(1).mes_w, 4000);
    EXPECT_EQ(mine.closing(kConsumer)->shares.back().share_w, kNoShareW);
}

TEST_F(CertificateTest, settles_generation_behind_a_meter_certified_for_nothing) {
    OpenedReadings readings = chain_.read_all(kOne, 0);
    ReadingBody body = readings.at(kConsumer).body;
    for (QuarterHour& quarter : body.profile)
        quarter = {150, 120, 200};  // 800 W on the balcony
    body.end.export_wh += 16 * 120;
    body.end.generation_wh += 16 * 200;
    body.peak_generation_w = 800;
    readings.at(kConsumer) = chain_.meter(kConsumer).read_body(0, body);
    append(0, readings);
    EXPECT_FALSE(line(kConsumer).estimated);
    EXPECT_EQ(line(kConsumer).import_amount_micro, 16 * 150 * 250);
    EXPECT_EQ(line(kConsumer).generation_wh, 16 * 200) << "it counts";
    EXPECT_EQ(line(kConsumer).credited_wh, 0) << "and earns nothing";
    EXPECT_EQ(line(kConsumer).flags, kLineUnregistered);
    EXPECT_EQ(line(kConsumer).closing.over_capacity, 1U);
    EXPECT_TRUE(chain_.invariants().all_held());
}

TEST_F(CertificateTest, flags_a_claim_that_does_not_count_and_leaves_the_shares_alone) {
    const auto honest = chain_.read_all(kOne, 0);
    OpenedReadings readings = honest;
    ReadingBody body = readings.at(kProsumer).body;
    body.available_wh = 80'000;
    readings.at(kProsumer) = chain_.meter(kProsumer).read_body(0, body);
    const auto draft = accounts().draft(state(), 0, {{0, readings}});
    const auto without = accounts().draft(state(), 0, {{0, honest}});
    ASSERT_TRUE(draft && without);
    EXPECT_EQ(draft->lines[0].flags, kLineClaimCut);
    EXPECT_EQ(draft->lines[0].available_wh, draft->lines[0].generation_wh);
    EXPECT_EQ(draft->totals, without->totals);
    for (std::size_t i = 0; i < draft->lines.size(); ++i)
        EXPECT_EQ(draft->lines[i].mes_w, without->lines[i].mes_w);
}

}  // namespace
}  // namespace fairfeed
