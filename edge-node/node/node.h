// One edge node as a function: (event, now) -> effects. Composes committee and chain, checks the
// sender and channel of every message, and counts every refusal by reason. It holds no socket,
// disk, clock or thread; the same object runs in the daemon and in simulations. Not thread-safe:
// one loop owns it.
#pragma once

#include <array>
#include <set>
#include <string>
#include <variant>

#include "edge-node/chain/announcements.h"
#include "edge-node/chain/block_repair.h"
#include "edge-node/chain/chain_driver.h"
#include "edge-node/committee/committee_member.h"
#include "edge-node/effects/publisher.h"
#include "edge-node/node/settlement_counts.h"

namespace fairfeed {

// A whole message (chunks joined) that came over the connection to the broker of `broker`.
struct MessageArrived {
    NodeId broker;
    std::string topic;
    bool retained = false;
    Bytes message;
};
// The connection to this node's own broker is up (again); retained values may be lost (R13).
struct BrokerConnected {};
// The connection to this node's own broker is lost: no meter can be heard until it returns.
struct BrokerLost {};
struct TimePassed {};
// The stored block of this height is not what was committed; the certified chain has `id` there.
// BlockMended follows once a MendBlock effect has restored the block.
struct BlockDamaged {
    Height height = 0;
    Digest id;
};
struct BlockMended {
    Height height = 0;
};
using NodeEvent = std::variant<MessageArrived, BrokerConnected, BrokerLost, TimePassed,
                               BlockDamaged, BlockMended>;

// For status display and reports.
struct NodeSummary {
    Height height = 0;
    Height claimed = 0;  // by the other validators: believed_height()
    Digest tip;
    Digest app_hash;
    consensus::Snapshot consensus;
    CommitteeClass committee_class = CommitteeClass::single;  // of the cluster this node parents
    bool starting = false;     // R22: waits for what the others have seen
    std::size_t attested = 0;  // other validators that have answered ATTEST since the start
    std::size_t waiting_transactions = 0;
    std::uint64_t readings_accepted = 0;
    std::uint64_t readings_duplicate = 0;
    std::map<std::string, std::uint64_t> rejected;  // by reason: readings and events of meters
    std::map<std::string, std::uint64_t> refused;   // by reason: everything else
    // Of `refused` what peers sent, by peer.
    std::map<NodeId, std::map<std::string, std::uint64_t>> refused_from;
    std::map<std::string, std::uint64_t> objections;  // by reason: received and sent
    std::map<ClusterId, Window> settled;              // windows settled, by cluster
    std::map<MeterId, std::uint32_t> silent;          // meters, and windows missed in a row
    SettlementCounts settlements;                     // of meters with anything to count
    std::map<MeterId, std::string> unusable;  // silent, but sending: why readings are refused
    // Meters that generate more than their certified capacity: the number of such windows since
    // their certificate.
    std::map<MeterId, std::uint32_t> over_certified;
    std::set<NodeId> peers_heard;
    std::size_t blocks_damaged = 0;  // on the disk, now
    std::uint64_t blocks_mended = 0;
    std::map<std::string, std::uint32_t> accused;  // evidence on the chain, by culprit
    std::map<MeterId, Window> tampered;            // out of the settlements from this window on
    std::map<MeterId, Window> deauthorised;        // without capacity from this window on
    Office office;                                 // who decides for the utility
    std::vector<std::string> alarms;
    std::vector<InvariantReport> invariants;
};

// The memory of a node that others can fill: each item is bounded, whoever lies.
struct NodeLoad {
    std::size_t waiting_transactions = 0;
    std::size_t pending_windows = 0;  // certified here, not in a block yet
    std::size_t readings = 0;
    std::size_t batches = 0;         // known batches
    std::size_t buffered_bytes = 0;  // consensus messages of future heights
};

class Node {
  public:
    struct Setup {
        NodeId self;
        const Signer& signer;  // outlives the node
        AgreementKey agreement;
        RandomSource random;
        // Verifies what this node has not verified yet; outlives the node. nullptr: the node does.
        SignatureChecker* verifier = nullptr;
    };
    explicit Node(Setup setup);
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    // Call for the ledger's blocks in order, genesis first. Then call start() once.
    void replay(const ReplayStep& step);
    // What the node has learned of the blocks so far beside the public state, for a snapshot.
    // core/accounts/books_codec.h; holds opened figures and data keys.
    [[nodiscard]] Bytes books() const;
    // In place of replay() of the blocks up to that of the books. False, and nothing changed: the
    // bytes are no books of this version, or `readings` fails.
    [[nodiscard]] bool resume(ByteView books, const ReadingsOnChain& readings);
    // Applies the recovered state and begins the next height. `state` is that of the tip. Errors: a
    // safety record that is damaged or of another network.
    [[nodiscard]] Result<Effects, Reject> start(ChainState state,
                                                std::optional<QuorumCertificate> tip_certificate,
                                                RecoveredState recovered, Instant now);
    [[nodiscard]] Effects step(const NodeEvent& event, Instant now);
    // Steady time at which TimePassed is wanted.
    [[nodiscard]] std::int64_t next_deadline_ms(Instant now) const;

    [[nodiscard]] const ChainState& state() const;
    // What this node has verified: nobody needs to verify it again.
    [[nodiscard]] const CachingSignatureChecker& signatures() const { return signatures_; }
    [[nodiscard]] NodeSummary summary() const;
    [[nodiscard]] NodeLoad load() const;

  private:
    // What is wrong, from the node's parts and the figures of the summary so far.
    [[nodiscard]] std::vector<std::string> alarms(const NodeSummary& summary) const;
    void recall_salvaged(const RecoveredState& recovered, const ChainState& state, Effects& out);
    void on(const MessageArrived& event, Effects& out);
    void on(const BrokerConnected& event, Effects& out);
    void on(const BrokerLost& event, Effects& out);
    void on(const TimePassed& event, Effects& out);
    void on(const BlockDamaged& event, Effects& out);
    void on(const BlockMended& event, Effects& out);
    void on_reading(const Topic& topic, const MessageArrived& event, Effects& out);
    [[nodiscard]] Result<void, Reject> on_event(const Topic& topic, const MessageArrived& event,
                                                Effects& out);
    [[nodiscard]] Result<void, Reject> on_office(const Topic& topic, const MessageArrived& event,
                                                 Effects& out);
    [[nodiscard]] Result<void, Reject> on_peer(const Topic& topic, const NodeId& sender,
                                               const MessageArrived& event, Effects& out);
    [[nodiscard]] Result<void, Reject> on_status(const NodeId& sender, ByteView message,
                                                 Effects& out);
    [[nodiscard]] Result<void, Reject> on_committee_message(const Topic& topic,
                                                            const NodeId& sender, ByteView message,
                                                            Effects& out);
    [[nodiscard]] Result<void, Reject> on_bundle(ByteView message, Effects& out);
    [[nodiscard]] Result<void, Reject> on_have(const NodeId& sender, ByteView message,
                                               Effects& out);
    [[nodiscard]] Result<void, Reject> on_request(const NodeId& sender, ByteView message,
                                                  Effects& out);
    [[nodiscard]] Result<void, Reject> on_answer(const NodeId& sender, ByteView message,
                                                 Effects& out);
    template <class T>
    [[nodiscard]] Result<T, Reject> believed(Result<Signed<T>, Reject> decoded,
                                             const NodeId& sender) const;
    void submit_certified(Effects& out);
    void submit_evidence(Effects& out);
    void submit_evidence(const Transaction& evidence, Effects& out);
    void submit_handovers(Effects& out);
    void follow_waiting();
    void announce(Effects& out);
    // For one call: what the chain lets this node endorse may be otherwise after the next.
    [[nodiscard]] Turn turn(Effects& out) const;
    // To be called after every call to the chain that may commit blocks: the committee hears of
    // them.
    void tell_entered(Effects& out);
    void count(std::array<std::uint64_t, kRejectCount>& counters, Reject reason);

    NodeId self_;
    const Signer& signer_;
    Publisher publisher_;
    PlainSignatureChecker plain_;
    CachingSignatureChecker signatures_;  // each signature is verified once
    CommitteeMember committee_;
    std::optional<ChainDriver> chain_;  // from start() on
    BlockRepair repair_;
    Instant now_;

    // Certified windows of this node's clusters, announced until a block contains them.
    struct Pending {
        std::uint64_t state_height = 0;
        std::vector<Digest> ids;  // the settlement's id comes first
    };
    std::map<std::pair<ClusterId, Window>, Pending> pending_;
    // Of windows to come, the nearest of each culprit and offence; tried again after each block. A
    // restart forgets it.
    std::map<std::pair<std::string, Offence>, Transaction> early_evidence_;
    Height early_tried_at_ = 0;
    Announcements announcements_;
    std::optional<std::uint64_t> followed_;  // the announced revision of the pool
    std::array<std::uint64_t, kRejectCount> rejected_{};
    std::array<std::uint64_t, kRejectCount> refused_{};
    std::map<NodeId, std::map<std::string, std::uint64_t>> refused_from_;
    std::uint64_t duplicates_ = 0;
    SettlementCounts settlements_;
    std::set<NodeId> peers_heard_;
};

}  // namespace fairfeed
