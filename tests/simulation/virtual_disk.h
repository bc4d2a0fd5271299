// The disk of a simulated node: ledger, inbox and safety record, with the meaning of each write
// taken from Inbox and Ledger (first row of a slot stays, a newer batch replaces). What was applied
// survives a crash; what was not never happened. A plain value.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include "edge-node/node.h"

namespace fairfeed::simulation {

class VirtualDisk {
  public:
    void apply(const Effect& effect);
    [[nodiscard]] const std::vector<CommittedBlock>& ledger() const { return ledger_; }  // from 1
    [[nodiscard]] Memory memory() const;
    [[nodiscard]] bool holds_reading(const MeterId& meter, Window window) const {
        return readings_.contains({meter, window});
    }
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
    std::map<std::pair<MeterId, Window>, ReadingRow> readings_;
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
