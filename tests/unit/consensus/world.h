// A network of replicas in one thread: a virtual clock, links that lose, delay, repeat and part,
// disks that keep persisted data, crashes between any two effects, and validators that lie.
// Everything depends on the seed alone. Safety is checked at every statement. After `calm_ms` the
// links are good and no node crashes any more, and the chain must reach its height. This
// world stands beside tests/simulation because it has replicas without nodes: a block is only an
// id, and liars lie by their votes, so consensus is tested alone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "edge-node/consensus/replica.h"
#include "tests/support/agenda.h"
#include "tests/support/dice.h"
#include "tests/unit/consensus/effect_text.h"

namespace fairfeed::consensus {

using test::Dice;

struct WorldOptions {
    std::size_t validators = 4;
    std::size_t liars = 0;
    Height height = 3;        // every honest node must reach it
    bool faults = true;       // losses, partitions and crashes before calm_ms
    bool all_work = false;    // false: a few honest nodes, drawn anew for each height
    bool no_work = false;     // no node ever has work
    bool one_worker = false;  // only node 0 ever has work
};

class World {
  public:
    World(std::uint64_t seed, WorldOptions options);

    // Runs until every honest node has committed the height, the time is up, or a rule is broken.
    // Empty: all went well; otherwise the fault.
    std::string run();
    // The number of blocks built by any node.
    [[nodiscard]] std::size_t built() const { return blocks_.size(); }
    // The number of places in which an honest node has made a statement.
    [[nodiscard]] std::size_t statements() const { return said_.size(); }
    // The highest round in which an honest node decided.
    [[nodiscard]] Round latest_decision() const;
    [[nodiscard]] std::int64_t now_ms() const { return now_; }

  private:
    struct Node {
        NodeId name;
        std::unique_ptr<TestSigner> signer;
        std::unique_ptr<Replica> replica;  // null: crashed
        bool lies = false;
        int life = 0;
        std::int64_t skew_ms = 0;
        bool synchronised = true;
        std::int64_t woken_at = -1;
        // on its disk
        Bytes record;
        std::vector<Decide> chain;  // index: height - 1
    };
    struct BlockInfo {
        Height height = 0;
        bool valid = true;
        std::int64_t time_ms = 0;
    };
    using Place = std::tuple<std::size_t, int, Height, Round>;  // honest node, kind, where

    void at(std::int64_t time, std::function<void()> action);
    void boot(std::size_t i);
    void crash(std::size_t i);
    void start_height(std::size_t i);
    void feed(std::size_t i, const Event& event);
    // False: the node crashed.
    bool perform_one(std::size_t i, const Effect& effect);
    bool maybe_crash(std::size_t i);
    void wake_when_due(std::size_t i);
    void broadcast(std::size_t from, const Event& event);
    // Sends over a link: the message arrives late, twice or never.
    void send(std::size_t from, std::size_t to, const std::function<void()>& arrival);
    void judge_later(std::size_t i, const Digest& block);
    void build_later(std::size_t i, const RequestBlock& request);
    bool commit(std::size_t i, const Decide& decision);
    void status(std::size_t i);
    void partition();
    void lie(std::size_t i);
    void lie_by_proposal(std::size_t i, std::size_t target, Height height, Round round);
    Digest new_block(Height height, bool valid);
    // The block with the most honest votes in the slot; nullopt: none has a vote.
    [[nodiscard]] std::optional<Digest> popular(const VoteContent& slot) const;
    void lie_by_vote(std::size_t i, std::size_t target, Height height, Round round);
    // Shows the target alone a certificate of honest votes and all liars' votes.
    void lie_by_certificate(std::size_t i, std::size_t target, Height height, Round round);
    std::optional<Digest> any_block(Height height);
    [[nodiscard]] bool is_worker(std::size_t i, Height height);
    [[nodiscard]] bool is_faulty_time() const { return options_.faults && now_ < calm_; }
    void accuse(const NodeId& validator);
    void note(std::size_t i, int kind, Height height, Round round, const std::string& what);
    void fail(const std::string& what);
    [[nodiscard]] bool done() const;
    [[nodiscard]] Height deciding(const Node& node) const { return node.chain.size() + 1; }

    Dice dice_;
    WorldOptions options_;
    std::int64_t now_ = 0;
    std::int64_t calm_ = 0;
    std::int64_t end_ = 0;
    std::int64_t liars_fall_silent_ = INT64_MAX;  // by default they go on after calm_ms
    int loss_ = 0;                                // per mille, before calm
    int crash_ = 0;                               // per mille and effect, before calm
    test::Agenda<std::function<void()>> agenda_;
    std::vector<NodeId> names_;
    std::vector<Node> nodes_;
    std::vector<int> side_;  // of each node in the partition
    std::int64_t parted_until_ = 0;
    std::map<Digest, BlockInfo> blocks_;
    std::map<Height, Digest> decided_;
    std::map<Height, std::set<std::size_t>> workers_;
    std::map<Place, std::string> said_;
    std::map<VoteContent, std::set<std::size_t>> tally_;  // votes that the liars have heard
    std::string fault_;
};

}  // namespace fairfeed::consensus
