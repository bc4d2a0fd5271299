// Some windows in the life of real nodes, recorded from the view of one of them: the effects of
// each of its turns in order, the chain, and its statements. Made in memory, without a disk, once
// per process; the crash tests play the record onto real files. Single-threaded.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "edge-node/node/node.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

// A statement that its node must never contradict: its place, and its content. Proposals, votes,
// batches, endorsements, and the readings in endorsed batches.
using Said = std::pair<std::string, std::string>;

class NodeStory {
  public:
    // Four nodes, recorded as node-1: every window of two clusters settles.
    [[nodiscard]] static const NodeStory& get();
    // Six nodes: after window 1 their cluster passes from nodes 1 to 4 to nodes 5, 2, 3 and 6.
    [[nodiscard]] static const NodeStory& of_change(const NodeId& self);

    [[nodiscard]] const TestNetwork& network() const { return network_; }
    [[nodiscard]] const NodeId& self() const { return self_; }
    // Grouped as the runtime hands effects to Storage: those of one event, or of several.
    [[nodiscard]] const std::vector<Effects>& turns() const { return turns_; }
    // From height 1, with the certificates that the recorded node stored.
    [[nodiscard]] const std::vector<CommittedBlock>& blocks() const { return blocks_; }
    [[nodiscard]] const std::vector<ChainState>& states() const { return states_; }  // 0: genesis
    [[nodiscard]] Instant end() const { return now_; }

    // The statements in the turn's published messages.
    [[nodiscard]] static std::vector<Said> statements(const Effects& turn, const Digest& network);

  private:
    struct Packet {
        NodeId from;
        NodeId to;
        std::string topic;
        Bytes message;
    };
    NodeStory(const TestNetworkOptions& options, NodeId self, bool changes_hands);
    void live();
    void measure(Window window);
    void change_hands(Window effective);
    void perform(const NodeId& id, Effects effects);
    void pass_time(std::int64_t until_ms);
    void group_turns(std::vector<Effects> single);

    TestNetwork network_;
    NodeId self_;
    bool changes_hands_;
    std::map<NodeId, std::unique_ptr<Node>> nodes_;
    std::map<MeterId, TestMeter> meters_;
    std::vector<Packet> bus_;
    std::vector<Effects> single_turns_;
    std::vector<Effects> turns_;
    std::vector<CommittedBlock> blocks_;
    std::vector<ChainState> states_;
    Instant now_;
};

}  // namespace fairfeed::test
