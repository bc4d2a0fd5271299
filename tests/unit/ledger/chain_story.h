// A small chain on which everything happens that whoever checks a ledger must get right: readings,
// estimates, late readings, a gap, a conflict, changes of capacity, tariff, committee and
// validators, a meter that is opened. tests/vectors/chain is one telling of it. Single-threaded.
#pragma once

#include "tests/unit/ledger/told_chain.h"

namespace fairfeed::test {

class ChainStory : public ToldChain {
  public:
    // Tells it, and CHECKs that every block of it is accepted.
    ChainStory();

  private:
    void settle_one(const std::string& title, Window window, const HeldReadings& held);
    void move_committee_and_rates();
    void hand_over();
    void break_a_seal();
};

}  // namespace fairfeed::test
