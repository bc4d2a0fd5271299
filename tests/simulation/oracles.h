// Checks from outside the nodes that the following never happens: two blocks at one height, two
// statements of an honest node in one slot, two shares of one meter and window, an honest
// endorsement of an omission, evidence against an honest signer, an empty block, figures that
// differ from the meters', a failed invariant, growing memory or disks. Keeps the first violation,
// in words. One per run; one thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <tuple>

#include "edge-node/node/node.h"
#include "tests/simulation/audit.h"
#include "tests/simulation/power_cut.h"
#include "tests/simulation/scenery.h"

namespace fairfeed::simulation {

// What became of the readings that an honest node has receipted; each counts once.
struct ReadingFates {
    std::uint64_t receipted = 0;
    std::uint64_t final_readings = 0;
    std::uint64_t late = 0;       // settled without it, listed by a later settlement
    std::uint64_t trued_up = 0;   // settled without it, covered by a later one's registers
    std::uint64_t estimated = 0;  // settled without it, and never corrected
    std::uint64_t voided = 0;     // of a lying meter: EVIDENCE names it, or its entry is CONFLICT
    std::uint64_t open = 0;       // not settled: only in a run that failed
};

class Oracles {
  public:
    Oracles(const Scenery& scenery, const Plan& plan, Audit::MeterOf meter_of)
        : scenery_(scenery), plan_(plan), meter_of_(meter_of), audit_(scenery, meter_of) {}

    // Honest nodes only.
    void on_effect(std::size_t node, const Effect& effect, const ModelDisk& disk);
    // After every step of an honest node.
    void on_load(std::size_t node, const NodeLoad& load);
    // Call for a node that is about to be destroyed or has caught up: checks its own invariants and
    // accusations. `durable`: the height on its disk.
    void on_summary(std::size_t node, const NodeSummary& summary, Height durable);
    void on_receipt(std::size_t node, const Receipt& receipt, const ModelDisk& disk);
    // An honest node sends so many bytes to its broker.
    void on_said(std::size_t node, std::size_t bytes);
    // Call after an idle period (R16), which begins when the network is calm and everything is
    // settled. `height`: of the highest block at its beginning. `statements`: votes, proposals and
    // batches sent during it.
    void on_idle_end(Height height, std::uint64_t statements);
    // The disk of an honest node as a crash or the end of the run leaves it.
    void on_disk(std::size_t node, const ModelDisk& disk);
    // The network is calm, and a transaction has waited at this node for so long without a block.
    void on_wait(std::size_t node, std::int64_t waited_ms, std::int64_t most_ms);
    // A receipted reading that the chain has settled otherwise without a recorded reason; empty:
    // none.
    [[nodiscard]] std::string unexplained_reading() const;
    [[nodiscard]] ReadingFates account_for_readings();
    // Reports a fault that no number of liars excuses: in what honest nodes send, keep and hold.
    void fail(const std::string& what);
    // Reports a loss that more than f liars excuse: of the one chain, or of progress. A fault
    // unless the plan has more of them.
    void lose(const std::string& what);

    [[nodiscard]] const std::string& fault() const { return fault_; }
    [[nodiscard]] const std::string& lost() const { return lost_; }
    [[nodiscard]] bool is_over() const { return !fault_.empty() || !lost_.empty(); }
    [[nodiscard]] bool has_settled(const ClusterId& cluster, Window window) const {
        return settled_.contains({cluster, window});
    }
    // Whether EVIDENCE on the chain names the culprit for this offence.
    [[nodiscard]] bool has_named(const std::string& culprit, Offence offence) const {
        return accused_.contains({culprit, offence});
    }
    // Notices by captors of the office on the chain.
    [[nodiscard]] std::uint64_t decreed() const { return decreed_; }
    // The highest height of the agreed chain.
    [[nodiscard]] Height highest() const { return blocks_.empty() ? 0 : blocks_.rbegin()->first; }

  private:
    struct Receipted {
        MeterId meter;
        Window window = 0;
        std::set<std::size_t> by;
    };
    [[nodiscard]] bool is_out_of_reach(const Receipted& receipted) const;
    [[nodiscard]] bool is_unexplained(const Digest& reading, const Receipted& receipted) const;
    [[nodiscard]] EntryStatus settled_as(const Receipted& receipted) const;
    using Place = std::tuple<std::size_t, Channel, Height, Round>;
    void on_statement(std::size_t node, const Publish& publish);
    void on_commit(std::size_t node, const CommittedBlock& committed);
    void on_batch(std::size_t node, const Publish& publish);
    void on_share(std::size_t node, const Publish& publish);
    void on_command(std::size_t node, const Publish& publish);
    void on_fork(std::size_t node, const CommittedBlock& committed);
    void on_evidence(const Evidence& evidence);
    void on_notice(const Transaction& notice, std::int64_t time_ms);
    void on_policy_use(const Transaction& notice);
    void on_settlement(const Settlement& settlement, std::int64_t time_ms);
    void on_endorsement(std::size_t node, const PersistEndorsement& row, const ModelDisk& disk);
    [[nodiscard]] std::size_t committees_before(const Settlement& batch) const;
    void once(const Place& where, const Digest& what);
    [[nodiscard]] static bool is_sealed_for(const Settlement& batch, const SimulatedMeter& meter);
    [[nodiscard]] bool accuses_liar(const std::string& alarm) const;

    const Scenery& scenery_;
    const Plan& plan_;
    Audit::MeterOf meter_of_;
    Audit audit_;
    std::string fault_;
    std::string lost_;
    std::uint64_t decreed_ = 0;
    std::size_t policy_uses_ = 0;
    bool keys_replaced_ = false;  // DGMD's
    struct Decided {
        Digest block;
        std::size_t by = 0;  // the first honest node that committed it
        QuorumCertificate certificate;
    };
    std::map<Height, Decided> blocks_;
    // Meters and nodes named by EVIDENCE on the chain, with the offence.
    std::set<std::pair<std::string, Offence>> accused_;
    std::map<std::size_t, std::size_t> said_bytes_;  // by node
    std::map<Digest, Receipted> receipted_;
    Height highest_at_work_ = 0;  // highest block with more than evidence and events
    std::map<std::pair<ClusterId, Window>, std::vector<SettlementEntry>> settled_;
    std::set<std::uint64_t> heard_;  // statements already checked
    std::map<Place, Digest> said_;
    std::map<Height, Digest> app_hashes_;
    std::map<std::pair<MeterId, Window>, ShareStatement> shares_;
    std::map<std::uint64_t, MeterCommand> commands_;  // on the chain, by sequence
    // Batches and endorsements: (node, its own?, cluster, window, proposer, version, committees
    // before) -> id. A node's own versions continue across committees.
    std::map<std::tuple<std::size_t, bool, ClusterId, Window, NodeId, std::uint32_t, std::size_t>,
             Digest>
        batches_;
    // COMMITTEEs after block 0, in the order of the chain.
    struct Allocated {
        Height height = 0;
        Window effective = 0;
    };
    std::map<ClusterId, std::vector<Allocated>> allocated_;
    // Endorsed readings: (node, meter, window, committees before).
    std::map<std::tuple<std::size_t, MeterId, Window, std::size_t>, Digest> witnessed_;
};

}  // namespace fairfeed::simulation
