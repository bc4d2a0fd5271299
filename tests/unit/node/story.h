// A story of whole nodes, told line by line (tests/scenarios/committee_*.txt and nodes_*.txt). A
// line is an event; the indented lines below it are the nodes' actions, each with its virtual
// milliseconds since that line. Unchanged repetitions of a node (R13) are told once, except
// receipts and refusals that answer at once. A story of "nodes" leaves out the chain's own rounds,
// a story of a "chain" the committees' actions. Pure text in and out; the nodes are the real ones,
// in a NodeWorld.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/node/node_world.h"

namespace fairfeed::test {

// The words of a line.
class Words {
  public:
    explicit Words(const std::string& line);
    // The word at this place; "" beyond the end.
    [[nodiscard]] const std::string& operator[](std::size_t i) const;
    [[nodiscard]] std::size_t size() const { return words_.size(); }
    [[nodiscard]] bool has(const std::string& word) const;
    // The word after this word; throws if there is none.
    [[nodiscard]] const std::string& after(const std::string& word) const;
    [[nodiscard]] std::vector<NodeId> nodes_after(const std::string& word) const;
    [[nodiscard]] std::int64_t number_after(const std::string& word) const;
    [[nodiscard]] Window window() const;
    [[noreturn]] void unknown() const;  // throws: there is no such command

  private:
    std::vector<std::string> words_;
};

// Letters for blocks, in the order of their first mention.
class BlockNames {
  public:
    [[nodiscard]] std::string of(const std::optional<Digest>& block);

  private:
    std::map<Digest, char> letters_;
};

// The sequence number of an alarm of a story's meter; no reading has it.
constexpr std::uint64_t kAlarmCounter = 50;

class Story {
  public:
    // The same text with the nodes' present actions. Throws std::invalid_argument, which names the
    // line, if a line is no command.
    [[nodiscard]] static std::string retell(const std::string& told);

  private:
    void follow(const Words& words);
    void close_after_a_day() { close_after_s_ = kSecondsPerDay; }
    void begin(const Words& words);
    void hear(const NodeId& node, const Effect& effect);
    [[nodiscard]] bool is_answer(const Effect& effect) const;
    void tell(const std::string& who, const std::string& what);
    void show(const NodeId& node);
    void change_validators(const Words& words);
    // story_meters.cc
    [[nodiscard]] bool is_of_meters(const Words& words) const;
    void follow_meters(const Words& words);
    void let_windows_pass(const Words& words);
    void read_all(Window window, const Words& words);
    void read(const MeterId& meter, Window window, const Words& words);
    void send(const OpenedReading& reading, const Words& words);
    void open(const MeterId& meter, const Words& words);
    void replace(const MeterId& meter, const Words& words);
    void give_cluster(const Words& words);
    void bring(const MeterId& meter, const Words& words);
    // story_faults.cc
    [[nodiscard]] bool follow_faults(const Words& words);
    void pull_down(const Words& words);
    void treat_disk(const Words& words);
    void treat_safety_record(const Words& words);
    void lose_inbox(const NodeId& node);
    void set_clock(const Words& words);
    void start(const NodeId& node);
    // story_liars.cc
    [[nodiscard]] bool follow_liars(const Words& words);
    void claim(const NodeId& liar, const Words& words);
    void answer_badly(const NodeId& liar, const Words& words);
    void batch_twice(const NodeId& liar, const Words& words);
    void vote_twice(const NodeId& liar, const Words& words);
    void propose_twice(const NodeId& liar, const Words& words);
    void certify(const NodeId& liar, const Words& words);
    void show_foreign_vote(const NodeId& liar, const Words& words);
    [[nodiscard]] QuorumCertificate quorum_of(VoteType type, const BlockHeader& header,
                                              const std::vector<NodeId>& signers);
    [[nodiscard]] Topic topic(const std::string& sender, Channel channel,
                              const std::string& item = "-");

    std::unique_ptr<NodeWorld> world_;
    std::map<std::pair<MeterId, Window>, OpenedReading> readings_;
    std::map<MeterId, TestMeter> twins_;  // the meter's state before its last reading
    std::map<MeterId, Transaction> events_;
    std::map<NodeId, ModelDisk> copies_;
    std::map<ClusterId, Transaction> batches_;  // the proposer's last stored batch
    std::set<std::string> told_;
    struct Deed {
        std::int64_t after_ms = 0;
        std::string nodes;  // all nodes that do this at this moment
        std::string what;
    };
    std::vector<Deed> deeds_;  // since the last line
    std::int64_t since_ms_ = 0;
    BlockNames blocks_;
    bool is_of_chain_ = false;
    std::int64_t close_after_s_ = kMaxCloseAfterS;
    bool blocks_alone_are_told_ = false;
};

// Whether the effect belongs to the committees' work: readings, batches and shares.
[[nodiscard]] bool is_of_committee(const Effect& effect);
// An effect in words for people; empty: the effect is not told. `rounds`: names for the blocks of
// the chain's own rounds; null: these rounds are not told.
[[nodiscard]] std::string tell(const Effect& effect, const Digest& network, BlockNames* rounds);

}  // namespace fairfeed::test
