// The disk of a simulated node: ledger, inbox and safety record, with the meaning of each write
// taken from Inbox and Ledger (the first vote of a slot stays, a newer batch replaces). What
// Storage promises is kept, and no more: its groups are synced one after the other, so that a later
// group is never there without an earlier one; a group that a power cut strikes counts if all its
// sectors arrived, and else never happened (a transaction without its commit, a slot whose CRC is
// wrong; tests/crash shows this on real files). A plain value.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "edge-node/node/node.h"
#include "tests/support/dice.h"

namespace fairfeed::simulation {

using test::Dice;

// What a power cut does to the group of writes under way.
enum class PowerCut {
    clean,      // none had begun
    lost,       // begun, nothing arrived
    torn,       // the first sectors arrived
    reordered,  // some sectors arrived, some did not
};
constexpr std::size_t kPowerCuts = 4;
[[nodiscard]] std::string_view to_string(PowerCut cut);

// Not something that is sent.
[[nodiscard]] bool is_write(const Effect& effect);

class SimulatedDisk {
  public:
    void apply(const Effect& effect);
    // Power fails while these effects, one group, are being written. True: all of it had arrived.
    bool strike(const std::vector<const Effect*>& together, PowerCut cut, Dice& dice);
    // A disk that lied: each file is as it was now or at one of these earlier moments.
    void fall_back(const std::vector<SimulatedDisk>& earlier, Dice& dice);
    [[nodiscard]] const std::vector<CommittedBlock>& ledger() const { return ledger_; }  // from 1
    [[nodiscard]] RecoveredState memory() const;
    [[nodiscard]] bool holds_reading(const MeterId& meter, Window window) const {
        const auto first = readings_.lower_bound({meter, window, Digest{}});
        return first != readings_.end() && std::get<MeterId>(first->first) == meter &&
               std::get<Window>(first->first) == window;
    }
    // In the inbox or on the chain.
    [[nodiscard]] bool keeps_reading(const Digest& id) const;
    [[nodiscard]] BlocksAnswer answer(const BlocksRequest& request) const;
    // What should stay small however long a run is: rows of the inbox without readings.
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
    // With the version in front, so that they come back in its order.
    std::map<std::tuple<ClusterId, Window, std::uint32_t, Digest>, PersistEndorsement>
        endorsements_;
    std::map<std::pair<Height, Digest>, Block> blocks_;
    Bytes safety_;
};

// What is done together or not at all, in order: every effect alone, or, with writes_first, the
// writes as Storage groups them into syncs, then what is sent.
[[nodiscard]] std::vector<std::vector<const Effect*>> steps_of(const Effects& turn,
                                                               bool writes_first);

}  // namespace fairfeed::simulation
