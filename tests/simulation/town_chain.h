// One chain of a town in one thread and in virtual time: nodes with their real code, meters,
// brokers and links that lose nothing. Counts what is said, heard, signed, verified and kept while
// the windows of the plan are settled, from the end of the first one to a window after the end of
// the last one. The same plan and number give the same counts.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "edge-node/node/node.h"
#include "tests/simulation/happening.h"
#include "tests/simulation/signature_count.h"
#include "tests/simulation/simulated_meter.h"
#include "tests/simulation/town_plan.h"
#include "tests/simulation/town_tally.h"
#include "tests/support/agenda.h"

namespace fairfeed::simulation {

struct TownOutcome {
    TownTally tally;
    std::string fault;  // empty: every reading was settled, and all nodes have one chain
};

// Clusters of the chain settled so far, and virtual time.
using TownProgress = std::function<void(std::uint64_t settled, std::int64_t virtual_ms)>;

class TownChain {
  public:
    // `number` of the chain in its town, from 0.
    TownChain(const TownPlan& plan, std::size_t number);
    // Call once. `progress` is called again and again.
    [[nodiscard]] TownOutcome run(const TownProgress& progress);

  private:
    struct Host {
        std::unique_ptr<Node> program;
        std::int64_t wake_at_ms = -1;
        std::unordered_map<std::string, std::uint64_t> said;  // by topic: hash of the last message
        std::set<std::size_t> meters;                         // that have spoken to it
        std::size_t newest_listed = 0;                        // ids of its newest block
    };

    void schedule();
    void happen(const Happening& now);
    void boot(std::size_t node);
    void step(std::size_t node, const NodeEvent& event, Channel cause);
    void perform(std::size_t node, const Effects& effects);
    void commit(std::size_t node, const CommittedBlock& committed);
    void answer(std::size_t node, const AnswerBlocks& asked);
    void publish(std::size_t node, const Publish& said, bool commits);
    void count(Host& host, const Publish& said, bool commits, std::uint64_t copies);
    void wake_when_due(std::size_t node);
    void send_reading(std::size_t meter, Window window);
    void begin_counting();
    void end_counting();
    void follow();
    [[nodiscard]] std::string fault() const;
    [[nodiscard]] std::string audited() const;
    [[nodiscard]] Instant clock() const;
    [[nodiscard]] std::int64_t end_ms(std::int64_t window) const;  // virtual
    void at(std::int64_t ms, What what, std::size_t who, std::uint64_t tag = 0);

    TownPlan plan_;
    Scenery scenery_;
    Dice dice_;
    std::int64_t now_ms_ = 0;
    test::Agenda<Happening> agenda_;
    std::vector<Host> hosts_;
    std::vector<SimulatedMeter> meters_;
    std::map<NodeId, std::size_t> node_index_;
    std::unordered_map<std::string, std::size_t> meter_index_;
    std::vector<CommittedBlock> ledger_;  // from height 1, as the first node committed it
    std::string fork_;
    std::map<Channel, SignatureCount> signatures_;  // by what a node handled
    TownTally tally_;
};

}  // namespace fairfeed::simulation
