// What must never happen, watched from outside the nodes: two blocks at one height, two statements
// of an honest node in one slot, two shares of one meter and window, an honest endorsement of an
// omission, an empty block, figures that are not the meters', an invariant that failed, memory or
// disks that grow. The first violation is kept, in words. One
// per run; one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "edge-node/node.h"
#include "tests/simulation/audit.h"
#include "tests/simulation/scenery.h"
#include "tests/simulation/virtual_disk.h"

namespace fairfeed::simulation {

class Oracles {
  public:
    Oracles(const Scenery& scenery, const Plan& plan, Audit::MeterOf meter_of)
        : scenery_(scenery), plan_(plan), meter_of_(meter_of), audit_(scenery, meter_of) {}

    // Honest nodes only.
    void on_effect(std::size_t node, const Effect& effect, const VirtualDisk& disk);
    // After every step of an honest node.
    void on_load(std::size_t node, const NodeLoad& load);
    // A node that is about to be destroyed or has arrived: its own invariants and accusations.
    // `durable`: the height its disk has reached.
    void on_summary(std::size_t node, const NodeSummary& summary, Height durable);
    // What must hold whoever lies: what honest nodes say, keep and hold.
    void fail(const std::string& what);
    // What can be had with no more than f liars only: one chain, progress. A fault unless the plan
    // has more of them.
    void lose(const std::string& what);

    [[nodiscard]] const std::string& fault() const { return fault_; }
    [[nodiscard]] const std::string& lost() const { return lost_; }
    [[nodiscard]] bool is_over() const { return !fault_.empty() || !lost_.empty(); }
    // The chain all agreed on: entries of what is settled.
    [[nodiscard]] const std::map<std::pair<ClusterId, Window>, std::vector<SettlementEntry>>&
    settled() const {
        return settled_;
    }
    [[nodiscard]] const Audit& audit() const { return audit_; }
    [[nodiscard]] Height highest() const { return blocks_.empty() ? 0 : blocks_.rbegin()->first; }
    // The highest block with anything in it but evidence.
    [[nodiscard]] Height highest_at_work() const { return highest_at_work_; }

  private:
    using Slot = std::tuple<std::size_t, Channel, Height, Round>;
    void on_statement(std::size_t node, const Publish& publish);
    void on_commit(std::size_t node, const CommittedBlock& committed);
    void on_batch(std::size_t node, const Publish& publish);
    void on_share(std::size_t node, const Publish& publish);
    void on_settlement(const Settlement& settlement);
    void on_endorsement(std::size_t node, const PersistEndorsement& row, const VirtualDisk& disk);
    void once(const Slot& slot, const Digest& what);

    const Scenery& scenery_;
    const Plan& plan_;
    Audit::MeterOf meter_of_;
    Audit audit_;
    std::string fault_;
    std::string lost_;
    std::map<Height, Digest> blocks_;
    Height highest_at_work_ = 0;
    std::map<std::pair<ClusterId, Window>, std::vector<SettlementEntry>> settled_;
    std::set<std::uint64_t> heard_;  // statements looked at
    std::map<Slot, Digest> said_;
    std::map<Height, Digest> app_hashes_;
    std::map<std::pair<MeterId, Window>, ShareStatement> shares_;
    // Batches and endorsements: (node, its own?, cluster, window, proposer, version) -> id.
    std::map<std::tuple<std::size_t, bool, ClusterId, Window, NodeId, std::uint32_t>, Digest>
        batches_;
    std::map<std::tuple<std::size_t, MeterId, Window>, Digest> witnessed_;
};

}  // namespace fairfeed::simulation
