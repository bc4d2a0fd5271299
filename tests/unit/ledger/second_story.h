// A second small chain, for cases that the first one (chain_story.h) lacks: rates that leave
// remainders, registers above METER's, resets, flags, gaps of several windows across a change of
// rates, a replaced rate, a time that was set back, shares for the same window a day later where
// windows do not divide the day, late readings cut by room, a settlement from another slot and a
// reissued one, a meter and a cluster after genesis, a meter's replacement, a node that leaves.
// tests/vectors/chain2 is one telling of it. Single-threaded.
#pragma once

#include <map>

#include "tests/unit/ledger/told_chain.h"

namespace fairfeed::test {

class SecondStory : public ToldChain {
  public:
    // Tells the story, and CHECKs that every block is accepted.
    SecondStory();

  private:
    // The meter measures the window and keeps the reading until a receipt.
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
    void deauthorise_under_other_officers();
    void live_and_settle(const std::string& title, Window window, bool has_capacity);
    void trust_another_gateway();

    std::map<Window, std::map<MeterId, OpenedReading>> kept_;
};

}  // namespace fairfeed::test
