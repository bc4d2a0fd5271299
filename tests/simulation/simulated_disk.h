// The disk of a simulated node: ledger, inbox and safety record, with the meaning of each write
// taken from Inbox and Ledger (the first vote of a slot stays, a newer batch replaces). It keeps
// exactly what Storage promises: groups are synced one after the other, so a later group never
// exists without an earlier one. A group interrupted by a power cut counts if all its sectors
// arrived, and otherwise never happened (a transaction without its commit, a slot whose CRC is
// wrong; tests/crash shows this on real files). A plain value.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "edge-node/node/node.h"
#include "tests/support/dice.h"

namespace fairfeed::simulation {

using test::Dice;

// The effect of a power cut on the group of writes in progress.
enum class PowerCut {
    clean,      // none had begun
    lost,       // begun, nothing arrived
    torn,       // the first sectors arrived
    reordered,  // some sectors arrived, some did not
};
constexpr std::size_t kPowerCuts = 4;
[[nodiscard]] std::string_view to_string(PowerCut cut);

// Whether the effect is a write, not a message.
[[nodiscard]] bool is_write(const Effect& effect);

class SimulatedDisk {
  public:
    void apply(const Effect& effect);
    // Power fails while this group of effects is written. True: all of it had arrived.
    bool strike(const std::vector<const Effect*>& together, PowerCut cut, Dice& dice);
    // For a disk that lied: each file is in its present state or in one of these earlier states.
    void fall_back(const std::vector<SimulatedDisk>& earlier, Dice& dice);
    [[nodiscard]] const std::vector<CommittedBlock>& ledger() const { return ledger_; }  // from 1
    [[nodiscard]] RecoveredState memory() const;
    [[nodiscard]] bool holds_reading(const MeterId& meter, Window window) const {
        const auto first = readings_.lower_bound({meter, window, Digest{}});
        return first != readings_.end() && std::get<MeterId>(first->first) == meter &&
               std::get<Window>(first->first) == window;
    }
    // Whether the reading is in the inbox or on the chain.
    [[nodiscard]] bool keeps_reading(const Digest& id) const;
    [[nodiscard]] BlocksAnswer answer(const BlocksRequest& request) const;
    // Rows of the inbox without readings; their number must stay small however long a run is.
    [[nodiscard]] std::size_t undecided_rows() const {
        return batches_.size() + endorsements_.size() + blocks_.size();
    }
    [[nodiscard]] std::size_t readings() const { return readings_.size(); }

  private:
    struct ReadingRow {
        ClusterId cluster;
        Bytes envelope;
    };
    std::vector<CommittedBlock> ledger_;
    std::map<std::tuple<MeterId, Window, Digest>, ReadingRow> readings_;
    std::map<ClusterId, Transaction> batches_;
    // The version comes first, so that iteration follows it.
    std::map<std::tuple<ClusterId, Window, std::uint32_t, Digest>, PersistEndorsement>
        endorsements_;
    std::map<std::pair<Height, Digest>, Block> blocks_;
    Bytes safety_;
};

// Groups of effects that happen together or not at all, in order: every effect alone, or, with
// writes_first, the writes as Storage groups them into syncs, then the messages.
[[nodiscard]] std::vector<std::vector<const Effect*>> steps_of(const Effects& turn,
                                                               bool writes_first);

}  // namespace fairfeed::simulation
