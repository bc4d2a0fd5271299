// A story of whole nodes, told line by line (tests/scenarios/committee_*.txt and nodes_*.txt): a
// line is what happens to them, the indented lines below it are what they then do, each with its
// virtual milliseconds since that line. What a node repeats unchanged (R13) is told once, but for
// receipts and refusals that answer at once. A story
// of "nodes" leaves out the chain's own rounds, one of a "chain" what committees do. Pure text in
// and out; the nodes are the real ones, in a NodeWorld.
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
    // What stands after this word; throws where that is nothing.
    [[nodiscard]] const std::string& after(const std::string& word) const;
    [[nodiscard]] std::vector<NodeId> nodes_after(const std::string& word) const;
    [[nodiscard]] std::int64_t number_after(const std::string& word) const;
    [[nodiscard]] Window window() const;
    [[noreturn]] void unknown() const;  // no command is like this

  private:
    std::vector<std::string> words_;
};

// Blocks by letter, in the order in which they are first spoken of.
class BlockNames {
  public:
    [[nodiscard]] std::string of(const std::optional<Digest>& block);

  private:
    std::map<Digest, char> letters_;
};

// Where an alarm of a story's meter stands in its sequence: no reading does.
constexpr std::uint64_t kAlarmCounter = 50;

class Story {
  public:
    // The same text with what the nodes do now; throws std::invalid_argument, naming the line, for
    // a line that is no command.
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
    std::map<MeterId, TestMeter> twins_;  // as the meter was before its last reading
    std::map<MeterId, Transaction> events_;
    std::map<NodeId, NodeWorld::Disk> copies_;
    std::map<ClusterId, Transaction> batches_;  // the last one kept by its proposer
    std::set<std::string> told_;
    struct Deed {
        std::int64_t after_ms = 0;
        std::string nodes;  // all who do it at this moment
        std::string what;
    };
    std::vector<Deed> deeds_;  // since the last line
    std::int64_t since_ms_ = 0;
    BlockNames blocks_;
    bool is_of_chain_ = false;
    std::int64_t close_after_s_ = kMaxCloseAfterS;
    bool blocks_alone_are_told_ = false;
};

// Part of what committees do, with readings, batches and shares.
[[nodiscard]] bool is_of_committee(const Effect& effect);
// What an effect is, for people; empty for what is not told. `rounds`: names for the blocks of the
// chain's own rounds; null: these are not told.
[[nodiscard]] std::string tell(const Effect& effect, const Digest& network, BlockNames* rounds);

}  // namespace fairfeed::test
