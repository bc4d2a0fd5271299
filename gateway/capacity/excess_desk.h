// What becomes of capacities that were exceeded (paper A69): at once a DEAUTHORISE that DGMD signs
// alone, where the POLICY in force allows it, else a draft with its evidence for the officers. A
// notice by policy that another notice overtook, or that no block took in time, is made again.
// Pure; whoever calls it publishes and writes.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/crypto/signing.h"
#include "core/state/state.h"
#include "gateway/capacity/peak_watch.h"
#include "gateway/office/draft.h"

namespace fairfeed {

class ExcessDesk {
  public:
    struct ExcessGround {
        const ChainState& state;
        Window running = 0;
        Window draft_until = 0;  // the last window of a draft for the officers
        const NodeId& dgmd;
        const Signer& key;  // DGMD's in force
    };
    struct ExcessOutcome {
        std::vector<Transaction> submit;  // by policy
        std::vector<std::pair<CapacityExceeded, Draft>> drafts;
    };
    void add(CapacityExceeded excess);
    // What is to be done now with those that are open.
    [[nodiscard]] ExcessOutcome act(const ExcessGround& ground);
    // Excesses by policy that no block has decided yet.
    [[nodiscard]] std::size_t open() const { return open_.size(); }

  private:
    struct OpenExcess {
        CapacityExceeded excess;
        std::uint64_t sequence = 0;  // of the notice that was made; 0: none yet
        Window valid_until = 0;
    };
    // The next notice by policy; nullopt: the officers must decide.
    [[nodiscard]] static std::optional<Transaction> by_policy(const CapacityExceeded& excess,
                                                              const ExcessGround& ground,
                                                              std::uint64_t sequence);

    std::map<MeterId, OpenExcess> open_;
};

}  // namespace fairfeed
