// A small chain with every event that a checker of ledgers must handle: readings, estimates, late
// readings, a gap, a conflict, changes of capacity, tariff, committee and validators, an opened
// meter. tests/vectors/chain is one telling of it. Single-threaded.
#pragma once

#include "tests/unit/ledger/told_chain.h"

namespace fairfeed::test {

class ChainStory : public ToldChain {
  public:
    // Tells the story, and CHECKs that every block is accepted.
    ChainStory();

  private:
    void settle_one(const std::string& title, Window window, const HeldReadings& held);
    void move_committee_and_rates();
    void break_a_seal();
};

}  // namespace fairfeed::test
