// A chain on which a story is told, block by block: the meters' measurements and the committees'
// settlements. ECDSA and wrapped keys are random, so no two tellings have the same bytes.
// Single-threaded.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed::test {

class ToldChain {
  public:
    // A ledger with all blocks of the chain.
    [[nodiscard]] const StoredChain& stored() const { return stored_; }
    [[nodiscard]] const std::vector<CommittedBlock>& blocks() { return stored_.chain().blocks(); }
    // The purpose of each block, from block 0 on.
    [[nodiscard]] const std::vector<std::string>& titles() const { return titles_; }

  protected:
    explicit ToldChain(TestNetworkOptions options);

    // The load and the generation of a meter's home in a window.
    struct Day {
        std::int64_t load_wh = 0;   // of each quarter hour
        std::int64_t noon_wh = 0;   // generation of the best quarter hour, uncurtailed
        bool obeys = false;         // its share; then it claims its possible generation
        std::int64_t boast_wh = 0;  // claimed beyond the possible generation
        std::uint32_t flags = 0;
    };
    // The circumstances of a settlement.
    struct How {
        std::vector<Transaction> before;  // in the same block
        std::uint32_t version = 0;
        std::uint32_t slot = 0;
        std::int64_t time_ms = 0;  // of the header; 0: the earliest
    };

    [[nodiscard]] TestChain& chain() { return stored_.chain(); }
    [[nodiscard]] const ChainState& state() { return chain().state(); }
    // The meter's signed reading; the caller decides whether it is sent.
    [[nodiscard]] OpenedReading measure(const MeterId& meter, Window window, const Day& day);
    void add(const std::string& title, std::vector<Transaction> transactions,
             std::int64_t time_ms = 0);
    void settle(const std::string& title, const ClusterId& cluster, Window window,
                const HeldReadings& held, const How& how);
    // Puts DGMD's transactions into one block, in this order.
    void say(const std::string& title, const std::vector<TransactionContent>& contents,
             std::int64_t time_ms, std::vector<Transaction> before = {});
    // Each sender hands the last settlement over to the newcomers of its cluster, in one block.
    void hand_over(const std::string& title, const std::vector<NodeId>& senders);
    [[nodiscard]] const Settlement& last_settlement();
    // The real time of a grid second after the beginning of a window, in milliseconds.
    [[nodiscard]] std::int64_t time_in(Window window, std::int64_t after_s);
    void keep() { stored_.store(); }

    StoredChain stored_;

  private:
    std::vector<std::string> titles_{"genesis"};
};

[[nodiscard]] HeldReadings held_of(std::initializer_list<OpenedReading> readings);

}  // namespace fairfeed::test
