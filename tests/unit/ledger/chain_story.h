// A small chain on which everything happens that whoever checks a ledger must get right: readings,
// estimates, late readings, a gap, a conflict, changes of capacity, tariff, committee and
// validators, a meter that is opened. tests/vectors/chain is one telling of it: ECDSA and wrapped
// keys are random, so no two tellings have the same bytes. Single-threaded.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/ledger/stored_chain.h"

namespace fairfeed::test {

class ChainStory {
  public:
    // Tells it, and CHECKs that every block of it is accepted.
    ChainStory();

    // A ledger with all blocks of it.
    [[nodiscard]] const StoredChain& stored() const { return stored_; }
    [[nodiscard]] const std::vector<CommittedBlock>& blocks() { return stored_.chain().blocks(); }
    // What each block is there for, from block 0 on.
    [[nodiscard]] const std::vector<std::string>& titles() const { return titles_; }

  private:
    struct Day {
        std::int64_t load_wh = 0;  // of each quarter hour
        std::int64_t noon_wh = 0;  // generation of the best ones, uncurtailed
        bool obeys = false;        // its share, and says what it could have generated
    };
    [[nodiscard]] TestChain& chain() { return stored_.chain(); }
    [[nodiscard]] OpenedReading measure(const MeterId& meter, Window window, const Day& day);
    void add(const std::string& title, std::vector<Transaction> transactions,
             std::int64_t time_ms = 0);
    void settle(const std::string& title, Window window, const HeldReadings& held,
                std::vector<Transaction> before = {});
    void move_committee_and_rates();
    void hand_over();
    void break_a_seal();

    StoredChain stored_;
    std::vector<std::string> titles_;
};

}  // namespace fairfeed::test
