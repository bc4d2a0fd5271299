// A second small chain, for what the first one (chain_story.h) leaves at zero: rates that leave
// remainders, registers above METER's, resets, flags, gaps of several windows over a change of
// rates, a rate that was replaced, a time that was set back, shares for the same window a day later
// where windows do not divide the day, late readings cut by room, a settlement from another slot
// and one issued again, a meter and a cluster after genesis, a meter's replacement, a node that
// leaves. tests/vectors/chain2 is one telling of it. Single-threaded.
#pragma once

#include <map>

#include "tests/unit/ledger/told_chain.h"

namespace fairfeed::test {

class SecondStory : public ToldChain {
  public:
    // Tells it, and CHECKs that every block of it is accepted.
    SecondStory();

  private:
    // Measured, kept by the meter until somebody hears of it.
    void live(const MeterId& meter, Window window, const Day& day);
    [[nodiscard]] HeldReadings heard(
        std::initializer_list<std::pair<MeterId, Window>> readings) const;
    void begin();
    void change_rates();
    void found_cluster();
    void pass_a_week();
    void set_time_back();
    void come_back();
    void accuse_and_revoke();
    void replace_the_barn();
    void settle_the_cluster_founded_later();

    std::map<Window, std::map<MeterId, OpenedReading>> kept_;
};

}  // namespace fairfeed::test
