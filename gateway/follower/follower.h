// The chain as the utility's gateway follows it: (event, now) -> effects. It hears what the nodes
// say (COMMIT, STATUS), asks one of them for the blocks that it lacks (R14), verifies each block as
// if its sender lied, with the code of the nodes: certificate, execution on the public state, and
// the sealed lines under DGMD's keys. It signs requests, and HANDOVERs where members are gone,
// never a vote: no node and no settlement waits for it. It holds no socket, disk, clock or thread.
// One loop owns it.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/shared.h"
#include "core/follow/catch_up.h"
#include "core/state/execution.h"
#include "gateway/follower/dgmd_signers.h"
#include "gateway/follower/node_words.h"
#include "gateway/follower/office_books.h"
#include "gateway/follower/stand_in_handovers.h"

namespace fairfeed {

// A whole message that came over the connection to the broker of `broker`.
struct NodeSpoke {
    NodeId broker;
    std::string topic;
    Bytes message;
};
struct NodeLineChanged {
    NodeId broker;
    bool connected = false;
    std::string reason;
};
struct MomentPassed {};
using FollowerEvent = std::variant<NodeSpoke, NodeLineChanged, MomentPassed>;

// A verified block that comes next: it must be durable before a later effect is performed.
struct AppendBlock {
    Shared<CommittedBlock> committed;
    ChainState before;
    ChainState after;
    std::vector<RecomputedSettlement> settlements;
    std::vector<ReplayFault> faults;
};
// A signed request for `request/<node>` on the gateway's own broker.
struct AskNode {
    NodeId node;
    Bytes request;
};
using FollowerEffect = std::variant<AppendBlock, AskNode>;
using FollowerEffects = std::vector<FollowerEffect>;

// A quorum certified something that contradicts the follower's chain. Either more validators lie
// than the network tolerates, or one of the two programs computes wrongly: a person must look.
struct Contradiction {
    NodeId node;  // who brought it
    Height height = 0;
    std::string what;
};

struct FollowerSummary {
    Height height = 0;
    Digest tip;
    Digest app_hash;
    std::int64_t tip_time_ms = 0;  // of the tip's header
    Height claimed = 0;            // NodeWords::claimed
    std::map<NodeId, FollowedWord> nodes;
    std::vector<Contradiction> contradictions;
    bool halted = false;  // by the last of them: no block can follow
    std::uint64_t fault_count = 0;
    std::vector<ReplayFault> faults;  // of settlements, the newest
    std::set<ClusterId> closed;
    std::optional<WatchPolicy> policy;  // in force; nullopt: the defaults hold
    std::uint32_t policy_room = 0;      // meters that DGMD alone may still deauthorise this week
    bool has_key = true;                // DGMD's signing key in force is among its signers
    std::vector<InvariantReport> invariants;

    [[nodiscard]] Height behind() const { return claimed > height ? claimed - height : 0; }
};

class Follower {
  public:
    struct Setup {
        NodeId self;                // DGMD's name in genesis
        DgmdSigners signers;        // of requests and HANDOVERs
        SignatureChecker& checker;  // of blocks; outlives the follower
        std::optional<Keyholder> keys;
        std::vector<NodeId> nodes;  // whose brokers are dialled
        NetworkParameters parameters;
        RandomSource random = system_random();  // of HANDOVERs
    };
    explicit Follower(Setup setup);

    // The blocks of the own ledger in order, genesis first; then start() once. Returns the opened
    // settlements of the block; new_faults() are those of the same block.
    [[nodiscard]] std::vector<RecomputedSettlement> replay(const ReplayStep& step);
    [[nodiscard]] const std::vector<ReplayFault>& new_faults() const { return books_.new_faults(); }
    // What was learned of the blocks so far beside the public state, for a snapshot:
    // core/accounts/books_codec.h. Holds opened figures and data keys.
    void write_books(cbor::Writer& out) const;
    // In place of replay() of the blocks up to that of the books. The reader's fault tells whether
    // they are books of this version; if not, this follower serves for nothing any more.
    void read_books(cbor::Reader& in);
    // `state`: after the ledger's tip.
    void start(ChainState state);
    [[nodiscard]] FollowerEffects step(const FollowerEvent& event, Instant now);
    // Steady time at which MomentPassed is wanted; nullopt: nothing is waited for.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;

    // HANDOVERs that DGMD owes the chain as of now (stand_in_handovers.h). None while it is halted.
    [[nodiscard]] std::vector<Transaction> owed_handovers(Instant now);

    [[nodiscard]] const ChainState& state() const;
    [[nodiscard]] FollowerSummary summary() const;

  private:
    void on(const NodeSpoke& event, FollowerEffects& out);
    void on(const NodeLineChanged& event, FollowerEffects& out);
    void on(const MomentPassed& event, FollowerEffects& out);
    [[nodiscard]] Result<void, Reject> hear(const NodeSpoke& event, FollowerEffects& out);
    [[nodiscard]] Result<void, Reject> on_status(const NodeId& node, ByteView message);
    [[nodiscard]] Result<void, Reject> on_commit(const NodeId& node, ByteView message);
    [[nodiscard]] Result<void, Reject> on_answer(const NodeId& node, ByteView message,
                                                 FollowerEffects& out);
    [[nodiscard]] Result<void, Reject> take_all(const NodeId& node,
                                                const std::vector<CommittedBlock>& blocks,
                                                Height from, FollowerEffects& out);
    [[nodiscard]] Result<void, Reject> take(const NodeId& node, const CommittedBlock& committed,
                                            FollowerEffects& out);
    [[nodiscard]] Result<void, Reject> compare(const NodeId& node,
                                               const QuorumCertificate& certificate);
    void contradicts(const NodeId& node, Height height, std::string what);
    void remember(const ReplayStep& step);
    void ask(FollowerEffects& out);

    NodeId self_;
    DgmdSigners signers_;
    std::size_t unanswered_ = 0;  // requests since the last good answer
    SignatureChecker& checker_;
    OfficeBooks books_;
    StandInHandovers handovers_;
    NodeWords words_;
    CatchUp catch_up_;
    std::optional<ChainState> state_;  // from start() on
    Instant now_;
    std::vector<Contradiction> contradictions_;
    bool halted_ = false;
};

}  // namespace fairfeed
