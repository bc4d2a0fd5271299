// Verifies peers' copies of damaged blocks where the ledger itself cannot. Checks their
// certificates and signatures against the state before them, which is executed again from genesis.
// It does so a few blocks at a time, so that no offer keeps the node from its other work. Pure,
// except that it reads the ledger; owned by Storage; one thread.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/ledger/ledger.h"
#include "core/state/execution.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

class Mending {
  public:
    // `genesis` outlives this object.
    explicit Mending(const LoadedGenesis& genesis) : genesis_(&genesis) {}

    struct Offer {
        CommittedBlock block;    // its id is the certified one of its height
        bool certified = false;  // the certificate was verified
        bool wrote = false;      // the body equals, byte by byte, what was committed
        bool operator==(const Offer&) const = default;
    };
    // Keeps a few offers of one height; more are dropped, and the block is requested again.
    void offer(Offer offer);
    [[nodiscard]] bool is_idle() const { return offers_.empty(); }
    // Executes at most so many blocks. Returns a valid block once. Drops invalid offers, and offers
    // that the ledger cannot reach because an earlier block is damaged. `chain`: the certified ids
    // by height.
    [[nodiscard]] std::optional<CommittedBlock> work(const Ledger& ledger,
                                                     std::span<const Digest> chain,
                                                     std::size_t blocks);

  private:
    [[nodiscard]] bool begin_before(Height height);
    [[nodiscard]] bool advance(const Ledger& ledger, std::span<const Digest> chain);
    [[nodiscard]] std::optional<CommittedBlock> judge(std::vector<Offer> offers);
    void give_up();

    const LoadedGenesis* genesis_;
    std::map<Height, std::vector<Offer>> offers_;
    std::optional<ChainState> state_;  // present while there are offers
};

}  // namespace fairfeed
