// No culprit and no accuser can fill the pool, and urgent transactions find a place.
#include "edge-node/chain/accusation_places.h"

#include <gtest/gtest.h>

namespace fairfeed::test {
namespace {

std::uint8_t next_id = 1;

Transaction accusation_of(const std::string& culprit, Offence offence, Window window) {
    Evidence evidence;
    evidence.offence = offence;
    evidence.culprit = culprit;
    evidence.place.window = window;
    Transaction out;
    out.kind = TransactionKind::evidence;
    out.id.bytes[0] = next_id++;
    out.signer = NodeId(culprit);
    out.content = evidence;
    return out;
}

class Places : public ::testing::Test {
  protected:
    [[nodiscard]] std::string_view refusal(const Transaction& accusation) const {
        const auto room = places_.find_room(accusation);
        return room ? "none" : to_string(room.error());
    }
    Digest add(const Transaction& accusation, bool is_guest = false) {
        places_.add(accusation, is_guest);
        return accusation.id;
    }
    AccusationPlaces places_;
};

TEST_F(Places, of_a_culprit_are_few_and_the_most_urgent_accusations_have_them) {
    Digest last;
    for (Window window = 2; window <= 5; ++window)
        last = add(accusation_of("m1", Offence::two_readings, window));
    EXPECT_EQ(refusal(accusation_of("m1", Offence::two_readings, 6)), "too_many_transactions");
    const Transaction urgent = accusation_of("m1", Offence::two_readings, 1);
    EXPECT_EQ(refusal(urgent), "none");
    EXPECT_EQ(places_.leaves_for(urgent), last);
    const Transaction of_another = accusation_of("m2", Offence::two_readings, 6);
    EXPECT_EQ(refusal(of_another), "none");
    EXPECT_EQ(places_.leaves_for(of_another), std::nullopt);
}

TEST_F(Places, are_not_taken_twice_by_one_accusation_in_other_words) {
    add(accusation_of("m1", Offence::two_readings, 2));
    EXPECT_EQ(refusal(accusation_of("m1", Offence::two_readings, 2)), "duplicate");
    EXPECT_EQ(refusal(accusation_of("m1", Offence::two_batches, 2)), "none");
}

TEST_F(Places, of_guests_are_known_until_they_leave) {
    const Digest guest = add(accusation_of("m1", Offence::two_readings, 2), true);
    const Digest other = add(accusation_of("m1", Offence::two_readings, 3));
    EXPECT_TRUE(places_.is_guest(guest) && !places_.is_guest(other));
    EXPECT_EQ(places_.guests(), std::set<Digest>{guest});
    places_.remove(guest);
    EXPECT_EQ(places_.ids(), std::set<Digest>{other});
    EXPECT_TRUE(places_.guests().empty());
}

}  // namespace
}  // namespace fairfeed::test
