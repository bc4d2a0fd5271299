// A network of real nodes in one thread: virtual time, a message bus in place of brokers, disks
// that remember durable effects. For stories about whole nodes; no threads, no sockets. This world
// stands beside tests/simulation because a test decides here what fails and when, without a seed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "edge-node/node/node.h"
#include "tests/support/agenda.h"
#include "tests/support/lab.h"
#include "tests/support/model_disk.h"

namespace fairfeed::test {

class NodeWorld {
  public:
    explicit NodeWorld(TestNetworkOptions options);

    [[nodiscard]] const TestNetwork& network() const { return network_; }
    [[nodiscard]] const ChainState& first_state() const { return first_state_; }
    [[nodiscard]] Node& node(const NodeId& id) { return *nodes_.at(id); }
    [[nodiscard]] const ModelDisk& disk(const NodeId& id) const { return disks_.at(id); }
    [[nodiscard]] ModelDisk& disk_of(const NodeId& id) { return disks_.at(id); }  // for damaging it
    [[nodiscard]] TestMeter& meter(const MeterId& id) { return meters_.at(id); }
    [[nodiscard]] Instant now() const { return now_; }
    [[nodiscard]] Instant now_of(const NodeId& id) const;  // by its own clock

    // The meter's packet reaches the brokers of these nodes. Default: the committee of its window,
    // as the chain knows it now.
    void publish_reading(const OpenedReading& reading, std::vector<NodeId> to = {});
    void publish_packet(const std::string& topic, const Bytes& packet, const NodeId& to,
                        bool retained = false);
    // The connection to `broker`'s broker delivers a message, whoever made it.
    void arrive(const NodeId& broker, const Topic& topic, const Bytes& message, const NodeId& to);
    // The peer claims blocks up to this height, which makes the node ask for them.
    void claim_height(const NodeId& peer, Height height, const NodeId& to);
    // The node's shell tells it this event.
    void happen(const NodeId& id, const NodeEvent& event);
    // The last message that any node published on each channel between nodes.
    [[nodiscard]] const std::map<Channel, Publish>& said() const { return said_; }
    // All meters of all clusters measure the window and publish it, with `generation_wh` per
    // quarter hour.
    void measure(Window window, std::int64_t generation_wh);
    // The meters publish the window once more; meters that have not measured it measure it now.
    void measure_again(Window window, std::int64_t generation_wh);

    // Lets time pass until the condition holds; false: it did not hold within `for_ms` of virtual
    // time.
    [[nodiscard]] bool run_until(const std::function<bool()>& condition, std::int64_t for_ms);
    void run_for(std::int64_t ms);
    void go_to_end_of(Window window);
    // Whether all running nodes have this height and one tip.
    [[nodiscard]] bool agreed_at(Height height) const;
    [[nodiscard]] bool settled(const ClusterId& cluster, Window window) const;
    // Lets time pass until all running nodes have settled the window and agree; false: not within a
    // minute.
    [[nodiscard]] bool settles(const ClusterId& cluster, Window window);
    [[nodiscard]] bool has_alarm(const NodeId& id, std::string_view words);  // it may have others

    [[nodiscard]] bool is_up(const NodeId& id) const { return nodes_.contains(id); }
    void crash(const NodeId& id);  // loses everything but its disk
    void restart(const NodeId& id);
    void join(const NodeId& id);  // starts with an empty disk, whether the chain knows it or not
    // The node's shell dies before its n-th effect from now on, counted from 0.
    void crash_before_effect(const NodeId& id, std::size_t nth) { doomed_[id] = nth; }
    void spare(const NodeId& id) { doomed_.erase(id); }
    // The state of the running node with the most blocks.
    [[nodiscard]] const ChainState& chain() const;
    // DGMD's broker delivers the transaction to all running nodes.
    void say_to_all(const Transaction& transaction);
    // Makes DGMD's next transaction and delivers it to all running nodes.
    void say_as_dgmd(const TransactionContent& content);
    void lose_keys(const NodeId& id) { keyless_.insert(id); }  // at its next restart
    void cut(const NodeId& a, const NodeId& b);                // neither receives the other's
    void heal() { cuts_.clear(); }
    // Messages from one to the other wait until release(), and then arrive at once.
    void hold(const NodeId& from, const NodeId& to) { held_[{from, to}]; }
    void release(const NodeId& from, const NodeId& to);
    // The node loses its own broker: then the node receives no meter, and nobody receives the node.
    void lose_broker(const NodeId& id);
    void connect_broker(const NodeId& id);
    // From now on this node's clock differs from the true time, or is not synchronised.
    void set_clock(const NodeId& id, std::int64_t ahead_ms, bool synchronised);
    // The scrub finds the node's block damaged. Until the block is mended the node gives it to
    // nobody.
    void rot(const NodeId& id, Height height);

    // The readings in the node's receipts, as meters would have received them.
    [[nodiscard]] const std::map<NodeId, std::set<Digest>>& receipts() const { return receipts_; }
    [[nodiscard]] const std::map<std::pair<NodeId, MeterId>, ShareStatement>& shares() const {
        return shares_;
    }
    [[nodiscard]] const std::vector<Refusal>& refusals() const { return refusals_; }
    // The witness is called with every effect of every node before it is performed.
    using Witness = std::function<void(const NodeId&, const Effect&)>;
    void watch(Witness witness) { witness_ = std::move(witness); }

  private:
    struct Packet {
        NodeId from;
        NodeId to;
        std::string topic;
        Bytes message;
    };
    void start(const NodeId& id);
    void perform(const NodeId& id, Effects effects);
    void deliver(const NodeId& from, const Publish& publish);
    void hear_as_meter(const NodeId& from, const Publish& publish);
    void answer_blocks(const NodeId& from, const AnswerBlocks& asked);
    void mend(const NodeId& id, const CommittedBlock& offered);
    bool step_once(std::int64_t until_ms);
    [[nodiscard]] bool dies(const NodeId& id);

    TestNetwork network_;
    ChainState first_state_;  // of genesis
    std::map<NodeId, std::unique_ptr<Node>> nodes_;
    std::map<NodeId, ModelDisk> disks_;
    std::map<MeterId, TestMeter> meters_;
    std::map<Window, std::vector<OpenedReading>> measured_;
    std::map<Channel, Publish> said_;
    Agenda<Packet> bus_;
    std::set<NodeId> keyless_;
    std::map<NodeId, std::size_t> doomed_;
    std::set<std::pair<NodeId, NodeId>> cuts_;
    std::map<std::pair<NodeId, NodeId>, std::vector<Packet>> held_;
    std::set<NodeId> brokerless_;
    std::map<NodeId, std::pair<std::int64_t, bool>> clocks_;  // ahead by, synchronised
    std::map<NodeId, std::map<Height, Digest>> rotten_;       // by height: the certified id
    std::map<NodeId, std::set<Digest>> receipts_;
    std::map<std::pair<NodeId, MeterId>, ShareStatement> shares_;
    std::vector<Refusal> refusals_;
    Witness witness_;
    Instant now_;
};

}  // namespace fairfeed::test
