// Proves blocks that peers offer in place of damaged ones, where the ledger itself does not: their
// certificates and signatures are held against the state before them, which is executed again from
// genesis, a few blocks at a time, so that no offer of anybody keeps the node from its work. Pure,
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
    explicit Mending(LoadedGenesis genesis) : genesis_(std::move(genesis)) {}

    struct Offer {
        CommittedBlock block;    // its id is the certified one of its height
        bool certified = false;  // the certificate is beyond doubt
        bool wrote = false;      // the body is, to the byte, what was committed
        bool operator==(const Offer&) const = default;
    };
    // Of one height a few; what is offered beyond that is asked for again.
    void offer(Offer offer);
    [[nodiscard]] bool is_idle() const { return offers_.empty(); }
    // Executes so many blocks at most. A block that holds, once; offers that do not, and those
    // that the ledger cannot lead to because a block before them is damaged, are dropped. `chain`:
    // the certified ids by height.
    [[nodiscard]] std::optional<CommittedBlock> work(const Ledger& ledger,
                                                     std::span<const Digest> chain,
                                                     std::size_t blocks);

  private:
    [[nodiscard]] bool begin_before(Height height);
    [[nodiscard]] bool advance(const Ledger& ledger, std::span<const Digest> chain);
    [[nodiscard]] std::optional<CommittedBlock> judge(std::vector<Offer> offers);
    void give_up();

    LoadedGenesis genesis_;
    std::map<Height, std::vector<Offer>> offers_;
    std::optional<ChainState> state_;  // while something is offered
};

}  // namespace fairfeed
