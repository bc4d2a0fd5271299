// One run of a whole network of real nodes in one thread, from one seed: virtual time, brokers,
// links, disks and clocks; meters; liars up to f, or beyond. A safety phase has every fault of the
// plan. In the calm phase after it the chain must catch up and settle. The same seed gives the same
// bytes, as the digest of the run shows.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/happening.h"
#include "tests/simulation/heard_offences.h"
#include "tests/simulation/host_snapshot.h"
#include "tests/simulation/liar.h"
#include "tests/simulation/oracles.h"
#include "tests/simulation/simulated_meter.h"
#include "tests/support/agenda.h"

namespace fairfeed::simulation {

struct Outcome {
    std::string fault;  // empty: no fault
    std::string lost;   // with more than f liars: the property that was lost
    std::uint64_t digest = 0;
    std::int64_t virtual_ms = 0;
    std::int64_t recovery_ms = 0;  // from calm until all nodes had caught up
    std::uint64_t steps = 0;       // of nodes
    std::uint64_t messages = 0;    // delivered
    Height height = 0;
    ReadingFates readings;
    std::uint64_t halted = 0;          // honest nodes that had stopped signing at the end (R24)
    std::int64_t longest_wait_ms = 0;  // of a transaction for the next block, when calm
    std::map<std::string, std::uint64_t> faults;  // injected, by kind
};

// The listener of a run's story, line by line.
struct Story {
    std::function<void(const std::string&)> tell;  // empty: no listener
    bool in_detail = false;                        // every message, too
};

class Simulation {
  public:
    Simulation(std::uint64_t seed, Plan plan, Story story = {});
    [[nodiscard]] Outcome run();

  private:
    struct Host {
        std::size_t node = 0;
        bool second = false;  // the second of two machines with one key
        std::unique_ptr<Node> program;
        std::unique_ptr<Liar> liar;  // null: sends what its program sends
        ModelDisk disk;
        std::vector<HostSnapshot> snapshots;  // the newest last
        std::vector<ModelDisk> earlier;  // lying_disk: earlier states to which it may fall back
        std::uint64_t life = 0;
        bool connected = false;           // to its own broker
        std::int64_t steady_from_ms = 0;  // steady clocks begin anew at each boot
        std::int64_t booted_ms = 0;
        std::int64_t wake_at_ms = -1;
        std::int64_t work_since_ms = -1;  // start of a transaction's wait for a block; -1: none
        ClockChange clock;
        std::map<std::string, std::shared_ptr<const Publication>> retained;
        HeardOffences heard;  // since the last boot
    };

    // hosts.cc
    void boot(Host& host);
    void connect(Host& host);
    void crash(Host& host, std::string_view how);
    void step(Host& host, const NodeEvent& event);
    void look_at(Host& host);
    [[nodiscard]] std::int64_t longest_wait_ms() const;
    void perform(Host& host, const Effects& effects);
    void strike(Host& host, const std::vector<const Effect*>& together, PowerCut cut);
    void remember_moment(Host& host);
    [[nodiscard]] bool perform_one(Host& host, const Effect& effect);
    void wake_when_due(Host& host);
    [[nodiscard]] Instant clock_of(const Host& host) const;
    [[nodiscard]] Result<ChainState, Reject> replayed(Host& host, Node& program) const;
    void take_snapshot(Host& host) const;
    [[nodiscard]] std::unique_ptr<Node> from_snapshot(const Host& host, const Node& replayed,
                                                      const ChainState& state, Node::Setup setup);

    // links.cc
    void publish(Host& host, const Publish& said);
    void send_out(Host& host, const Publish& said, const std::vector<bool>& to);
    void send_to_meter(const Host& host, const std::shared_ptr<const Publication>& publication);
    void transmit(const Host& from, std::size_t to, bool retained,
                  const std::shared_ptr<const Publication>& publication);
    // Delivers the retained values of a broker to one host, or to all, after a connection.
    void offer_retained(const Host& from, std::size_t to);
    [[nodiscard]] bool is_heard_by(const Host& from, const Host& to, Channel channel) const;
    [[nodiscard]] bool passes(std::size_t from, std::size_t to) const;
    [[nodiscard]] std::int64_t delay_ms();
    void measure(std::size_t meter, Window window);
    void send_reading(std::size_t meter, Window window);
    void send_to_member(const SimulatedMeter& meter, std::size_t node, Channel channel,
                        Bytes envelope);

    // utility.cc
    void follow_utility();
    [[nodiscard]] std::vector<TransactionContent> wishes_of_utility(const ChainState& state);
    [[nodiscard]] std::optional<TransactionContent> newcomer_wish(const ChainState& state) const;
    [[nodiscard]] std::optional<TransactionContent> capacity_wish(const ChainState& state) const;
    [[nodiscard]] std::optional<TransactionContent> tariff_wish(const ChainState& state) const;
    [[nodiscard]] bool is_last_word_in(const ChainState& state) const;
    [[nodiscard]] Host* spokesman();

    // office.cc
    [[nodiscard]] std::vector<Transaction> mischief(const ChainState& state,
                                                    const std::vector<Transaction>& said);
    [[nodiscard]] TransactionContent decree_of_captors(const ChainState& state);
    [[nodiscard]] TransactionContent false_permit(const ChainState& state);
    [[nodiscard]] std::vector<Transaction> clumsy_notices(const ChainState& state,
                                                          const std::vector<Transaction>& said);
    [[nodiscard]] std::vector<Transaction> stolen_notices(const ChainState& state);
    [[nodiscard]] std::vector<Transaction> trusted_notices(const ChainState& state);
    [[nodiscard]] static std::optional<DgmdKeys> next_keys(const ChainState& state);

    // committees.cc
    [[nodiscard]] const CommitteeChange* due_change(const ChainState& state,
                                                    std::size_t cluster) const;
    [[nodiscard]] std::optional<Window> effective_of(const CommitteeChange& change,
                                                     const ChainState& state) const;
    [[nodiscard]] std::vector<TransactionContent> decrees_of(const CommitteeChange& change,
                                                             std::vector<NodeId> members,
                                                             Window effective,
                                                             const ChainState& state) const;
    [[nodiscard]] std::vector<NodeId> members_for(const CommitteeChange& change) const;
    [[nodiscard]] bool votes(std::size_t node) const;
    [[nodiscard]] std::vector<TransactionContent> committee_wishes(const ChainState& state);
    [[nodiscard]] bool is_last_committee_in(const ChainState& state) const;
    [[nodiscard]] bool must_hand_over(const ChainState& state, const ClusterId& cluster) const;
    [[nodiscard]] std::vector<Transaction> handovers_of_utility(const Host& host);
    void follow_decrees(const Block& block, const ChainState& state);
    void tell(std::size_t meter, std::size_t decrees);
    void audit_handovers();

    // simulation.cc
    void schedule();
    [[nodiscard]] MeterId accomplice() const;
    [[nodiscard]] bool has_begun(const Host& host) const;
    void happen(const Happening& now);
    void deliver(const Happening& packet);
    void cut_begins(std::size_t cut);
    void cut_ends(std::size_t cut);
    void broker_dies(std::size_t node);
    void broker_returns(std::size_t node);
    void calm_down();
    void check();
    void begin_idling();
    void judge_idling();
    [[nodiscard]] bool is_all_settled(std::string* missing) const;
    [[nodiscard]] bool is_done(std::string* missing) const;
    [[nodiscard]] std::string unpunished_offence() const;
    void end();
    void at(std::int64_t ms, What what, std::size_t who, std::uint64_t tag = 0);
    void count(std::string_view kind) { ++outcome_.faults[std::string(kind)]; }
    void note(const std::function<std::string()>& line) const;
    void detail(const std::function<std::string()>& line) const;
    void trace(std::uint64_t a, std::uint64_t b);
    [[nodiscard]] bool is_calm() const { return now_ms_ >= plan_.calm_ms; }
    [[nodiscard]] std::string name(const Host& host) const {
        return scenery_.nodes[host.node].str();
    }

    Plan plan_;
    const Scenery& scenery_;
    Dice dice_;
    Dice office_dice_;
    std::vector<Transaction> notices_said_;  // a clumsy office's, of before
    Story story_;
    std::int64_t now_ms_ = 0;
    test::Agenda<Happening> agenda_;
    std::vector<Host> hosts_;
    std::vector<bool> broker_up_;
    std::vector<SimulatedMeter> meters_;
    std::map<MeterId, std::size_t> meter_index_;
    Oracles oracles_;
    std::uint64_t happenings_ = 0;
    bool done_ = false;
    bool utility_done_ = true;  // all of DGMD's notices are in the chain
    bool revocation_said_ = false;
    std::set<const CommitteeChange*> changes_said_;
    std::set<ClusterId> misled_;  // clusters in which a newcomer may have received no handover
    std::vector<TransactionContent> decrees_;  // COMMITTEEs and KEY_GRANTs in the chain's order
    Height decrees_up_to_ = 0;
    std::vector<std::size_t> told_;           // by meter: the number of decrees it knows
    std::optional<std::int64_t> lost_at_ms_;  // too many liars: when the loss first showed
    // An idle period (R16): its beginning, its height, and the messages sent during it.
    std::optional<std::int64_t> idle_from_ms_;
    Height idle_height_ = 0;
    std::uint64_t idle_statements_ = 0;
    Outcome outcome_;
};

// Runs the plan of this seed.
[[nodiscard]] Outcome simulate(std::uint64_t seed, std::size_t nodes,
                               Liars liars = Liars::tolerated, Story story = {});

}  // namespace fairfeed::simulation
