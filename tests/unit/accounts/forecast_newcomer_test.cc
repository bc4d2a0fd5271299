// The forecast's history where a committee changes: a newcomer was told nothing of it, so everybody
// begins anew with what the newcomer can read.
#include <gtest/gtest.h>

#include "tests/unit/accounts/forecast_bench.h"

namespace fairfeed::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Window kCome0 = 2 * kDay;  // the newcomer's first window

class ForecastNewcomer : public ::testing::Test, public ForecastBench {
  protected:
    // Two days of the old committee, known to its members.
    ForecastNewcomer() {
        live(0, kCome0 - 1);
        EXPECT_EQ(basis(), ShareBasis::expected);
    }
    // Both keyholders draft every window alike, and find nothing wrong with what is settled.
    void expect_agreement(Follower& one, Follower& other, Window first, Window end) {
        for (Window window = first; window < end; ++window) {
            SCOPED_TRACE(window);
            OpenedReadings heard = measure(window);
            if (window % 5 == 4) heard.erase(network.meters(kOne).front());
            const HeldReadings held{{window, heard}};
            EXPECT_THAT(one.follow(), IsEmpty());
            EXPECT_THAT(other.follow(), IsEmpty());
            expect_equal(one.draft(window, held), other.draft(window, held));
            settle(window, held);
        }
    }

    Follower old{*this, TestNetwork::node(2)};
    Follower newcomer{*this, kCome};
};

TEST_F(ForecastNewcomer, makes_everybody_begin_anew) {
    come(kCome0);
    live(kCome0 - 1, kCome0);
    EXPECT_EQ(basis(), ShareBasis::expected) << "the last window of the old committee";
    hand_over();
    for (Window window = kCome0; window < kCome0 + kDay; ++window) {
        live(window, window + 1);
        const bool is_known = window + 2 >= kCome0 + kDay;
        EXPECT_EQ(basis() == ShareBasis::expected, is_known) << window;
    }
    EXPECT_THAT(old.follow(), IsEmpty());
    EXPECT_THAT(newcomer.follow(), IsEmpty());
}

TEST_F(ForecastNewcomer, drafts_as_the_old_members_do) {
    come(kCome0);
    live(kCome0 - 1, kCome0);
    hand_over();
    expect_agreement(old, newcomer, kCome0, kCome0 + 2 * kDay);
    EXPECT_EQ(basis(), ShareBasis::expected);
}

// The members' handovers do not open, so the newcomer only witnesses until DGMD hands over.
TEST_F(ForecastNewcomer, drafts_as_the_old_members_do_though_it_was_let_in_late) {
    come(kCome0);
    live(kCome0 - 1, kCome0);
    hand_over_wrongly();
    live(kCome0, kCome0 + 3);
    hand_over_by_dgmd();
    expect_agreement(old, newcomer, kCome0 + 3, kCome0 + 2 * kDay);
    EXPECT_EQ(basis(), ShareBasis::expected);
    EXPECT_THAT(newcomer.accounts().closed(), IsEmpty());
}

// A window of estimates alone lists no reading that a witness could open, but it is of the history.
TEST_F(ForecastNewcomer, witnesses_windows_without_a_reading_too) {
    come(kCome0);
    live(kCome0 - 1, kCome0);
    hand_over_wrongly();
    live_in_silence(kCome0, kCome0 + 1);
    live(kCome0 + 1, kCome0 + 3);
    hand_over_by_dgmd();
    expect_agreement(old, newcomer, kCome0 + 3, kCome0 + 2 * kDay);
    EXPECT_EQ(basis(), ShareBasis::expected);
}

// node-1 could read everything when it left, and nothing since.
TEST_F(ForecastNewcomer, begins_anew_with_who_comes_back_too) {
    give_to({TestNetwork::node(2), TestNetwork::node(3)}, kCome0);
    live(kCome0 - 1, kCome0 + 1);
    EXPECT_EQ(basis(), ShareBasis::expected);
    give_to({TestNetwork::node(1), TestNetwork::node(2), TestNetwork::node(3)}, kCome0 + 2);
    live(kCome0 + 1, kCome0 + 2);
    EXPECT_EQ(basis(), ShareBasis::expected);
    append({handover(TestNetwork::node(2), chain.keys())});
    Follower back(*this, TestNetwork::node(1));
    expect_agreement(old, back, kCome0 + 2, kCome0 + 2 + 2 * kDay);
    EXPECT_EQ(basis(), ShareBasis::expected);
}

// Nobody is left by whose readings a newcomer could be known, so such a window begins anew itself.
TEST_F(ForecastNewcomer, drafts_as_the_old_members_do_where_no_meter_is_left) {
    come(kCome0);
    live(kCome0 - 1, kCome0);
    hand_over();
    tamper_with_all(kCome0);
    for (Window window = kCome0; window < kCome0 + kDay; ++window) {
        EXPECT_THAT(old.follow(), IsEmpty());
        EXPECT_THAT(newcomer.follow(), IsEmpty());
        expect_equal(old.draft(window, {}), newcomer.draft(window, {}));
        settle(window, {});
    }
}

TEST_F(ForecastNewcomer, is_none_who_merely_stays_while_another_leaves) {
    give_to({TestNetwork::node(1), TestNetwork::node(2), TestNetwork::node(3)}, kCome0);
    for (Window window = kCome0 - 1; window < kCome0 + kDay; ++window) {
        live(window, window + 1);
        EXPECT_EQ(basis(), ShareBasis::expected) << window;
    }
    EXPECT_THAT(old.follow(), IsEmpty());
}

TEST_F(ForecastNewcomer, is_no_meter_whose_first_key_is_granted_to_all) {
    const MeterId late = TestNetwork::meter(1, 7);
    append({of_dgmd(MeterRegistration{0, late, kOne, "sp-" + late.str(),
                                      signing_key(late.str()).public_key(), kCome0,
                                      ConnectionRating{}, kInstalled})});
    append({of_dgmd(CapacityCertificate{0, late, 5000, kCome0})});
    std::vector<NodeId> readers = network.committee(kOne);
    readers.push_back(network.dgmd());
    append({of_dgmd(network.grant(late, 1, readers, kCome0))});
    for (Window window = kCome0 - 1; window < kCome0 + kDay; ++window) {
        live(window, window + 1);
        EXPECT_EQ(basis(), ShareBasis::expected) << window;
    }
    EXPECT_THAT(old.follow(), IsEmpty());
}

}  // namespace
}  // namespace fairfeed::test
