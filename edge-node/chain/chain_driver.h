// The chain as a node works on it: gives the value-blind replica its blocks (builds, fetches,
// judges them), performs its wishes, and moves the public state when a block is decided or imported
// (R1, R3, R14-R17). Pure: everything it wants done is an effect. Owned by Node; one thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/state/execution.h"
#include "core/state/signature_cache.h"
#include "core/wire/consensus_codec.h"
#include "edge-node/chain/announcements.h"
#include "edge-node/chain/candidate_blocks.h"
#include "edge-node/chain/catch_up.h"
#include "edge-node/chain/transaction_pool.h"
#include "edge-node/consensus/inquiry.h"
#include "edge-node/consensus/replica.h"
#include "edge-node/effects/effects.h"
#include "edge-node/effects/open_requests.h"
#include "edge-node/effects/recovered_state.h"

namespace fairfeed {

// A block entered the chain; called once for each, in order, before its CommitBlock effect is
// followed by anything said about it.
using CommitListener = std::function<void(const CommittedBlock& committed, const ChainState& before,
                                          const ChainState& after)>;

class ChainDriver {
  public:
    struct Setup {
        NodeId self;
        const Signer& signer;                              // outlives this object
        ChainState state;                                  // after the ledger's tip
        std::optional<QuorumCertificate> tip_certificate;  // none at genesis
    };
    ChainDriver(Setup setup, CommitListener on_commit);

    // From before a restart: blocks judged valid or proposed, and the safety slot's record.
    void restore_block(const Block& block);
    [[nodiscard]] Result<void, Reject> restore_safety(ByteView record, SafetyTrust trust);

    // Begins the height after the tip, once the others had a bounded time to say what they have
    // seen of our own votes (R22).
    void start(Instant now, Effects& out);
    void on_time(Instant now, Effects& out);
    [[nodiscard]] Result<void, Reject> on_proposal(const NodeId& sender, ByteView message,
                                                   Instant now, Effects& out);
    [[nodiscard]] Result<void, Reject> on_vote(const NodeId& sender, VoteType type,
                                               ByteView message, Instant now, Effects& out);
    // POLKA or COMMIT.
    [[nodiscard]] Result<void, Reject> on_certified(const NodeId& sender, VoteType type,
                                                    ByteView message, Instant now, Effects& out);
    // Of any registered node: it is only a claim.
    void on_status(const NodeId& sender, const NodeStatus& status, Instant now, Effects& out);
    // Transactions of our own or from a peer, to wait for a block.
    [[nodiscard]] Result<void, Reject> on_bodies(const std::vector<Transaction>& bodies,
                                                 Instant now, Effects& out);
    // What this node's own committee certified: a full pool has room for it, because nobody would
    // bring it again.
    [[nodiscard]] Result<void, Reject> on_own_window(const std::vector<Transaction>& window,
                                                     Instant now, Effects& out);
    // What this node itself found out against somebody, to be announced until a block has it.
    Result<void, Reject> accuse(const Result<Transaction, Reject>& evidence, Instant now,
                                Effects& out);
    [[nodiscard]] const TransactionPool& pool() const { return pool_; }
    // R14: every block is checked as if the sender lied. What was good before the first bad one
    // stays; the next peer is asked at once.
    [[nodiscard]] Result<void, Reject> on_blocks(const NodeId& sender, const BlocksAnswer& answer,
                                                 Instant now, Effects& out);
    // An answer that could not even be read.
    void on_bad_answer(const NodeId& sender, Instant now, Effects& out);
    // Bodies this node holds among those asked for, as many as fit. Errors: check_wanted_ids.
    [[nodiscard]] Result<BodiesAnswer, Reject> bodies(const BodiesRequest& request) const;
    // What the sender says that it holds for a block: asks it for what is lacking here.
    void on_have(const NodeId& sender, std::vector<Digest> ids, Instant now, Effects& out);
    // What this node has asked the sender for.
    [[nodiscard]] Result<void, Reject> on_asked_bodies(const NodeId& sender, BodiesAnswer answer,
                                                       Instant now, Effects& out);

    // ATTEST (R22). question: SHA-256 of the request as it came.
    [[nodiscard]] AttestAnswer attest(const NodeId& asker, const AttestRequest& request,
                                      const Digest& question) const;
    [[nodiscard]] Result<void, Reject> on_attest(const NodeId& sender, const AttestAnswer& answer,
                                                 Instant now, Effects& out);

    // What retained topics must hold after a reconnect: STATUS and the tip's COMMIT; and the
    // question that is still open.
    void rebroadcast_standing(Effects& out);

    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms() const;
    [[nodiscard]] const ChainState& state() const { return state_; }
    [[nodiscard]] consensus::Snapshot snapshot() const { return replica_.snapshot(); }
    [[nodiscard]] bool is_starting() const { return starting_; }
    // Other validators that have answered ATTEST since the start.
    [[nodiscard]] std::size_t attested() const { return inquiry_.answers(); }
    // Turn::endorses_from, by the state of this node's own signing (R23, R24).
    [[nodiscard]] std::optional<Height> endorses_from() const;
    [[nodiscard]] std::size_t waiting() const { return pool_.size(); }
    [[nodiscard]] std::size_t buffered_bytes() const { return replica_.buffered_bytes(); }
    // The chain's time is ahead of this node's synchronised clock, for people; empty: it is not.
    [[nodiscard]] std::string time_alarm() const;
    // Validators that said two things in one slot, for people; bounded.
    [[nodiscard]] const std::vector<std::string>& equivocations() const { return equivocations_; }

  private:
    struct Wanted {                             // a block whose bodies are missing
        NodeId ask;                             // who probably has them; then the others in turn
        std::optional<std::int64_t> ask_at_ms;  // none: nobody described the block yet
        std::uint32_t asked = 0;
    };
    struct BuildRequest {  // RequestBlock, not answered yet
        Height height = 0;
        Round round = 0;
    };

    struct Decided {  // a recent height
        Digest block;
        std::vector<NodeId> validators;
    };

    void drive(consensus::Event event, Effects& out);
    void begin_inquiry(Effects& out);
    void follow_inquiry(Effects& out);
    [[nodiscard]] bool is_asking() const;
    [[nodiscard]] bool is_kept_from_starting() const;
    void doubt_lost_memory(Effects& out);
    void begin_record(Effects& out);
    void ask_what_was_seen(Effects& out);
    [[nodiscard]] std::vector<NodeId> others() const;  // validators beside this node
    [[nodiscard]] Result<void, Reject> adopt_shown(const AttestAnswer& answer, const VerifyKey& own,
                                                   Effects& out);
    void enter_height(Effects& out);
    [[nodiscard]] bool is_diverged() const;
    void diverge(const BlockHeader& theirs, Effects& out);
    void remember_decided(std::vector<NodeId> validators);
    [[nodiscard]] Result<void, Reject> compare_decided(const QuorumCertificate& certificate,
                                                       Effects& out);
    void look_for_own(const QuorumCertificate& certificate, Effects& out);
    void perform(const consensus::Effect& effect, Effects& out);
    void begin_height(Effects& out);
    void equivocated(const NodeId& validator, Height height, std::string_view what);
    [[nodiscard]] NodeId validator_after(const NodeId& node) const;
    [[nodiscard]] Result<void, Reject> describe(const NodeId& sender, const BlockOutline& outline,
                                                Effects& out);
    void judge(const Digest& id, Effects& out);
    void judge_wanted(Effects& out);
    void ask_for_bodies(const Digest& id, std::vector<Digest> missing, Effects& out);
    void look_for_work(Effects& out);
    void build_if_due(Effects& out);
    // R20: the time a block of ours says if its content allows, and the times at which that must
    // be possible: the first at which anything is.
    struct ProposalTime {
        std::int64_t now_ms = 0;
        std::int64_t from_ms = 0;
        std::int64_t until_ms = 0;
    };
    [[nodiscard]] ProposalTime proposal_time(Round round) const;
    [[nodiscard]] std::vector<Transaction> select(const ProposalTime& time);
    void commit(CandidateBlocks::Valid decided, const QuorumCertificate& certificate, Effects& out);
    [[nodiscard]] Result<void, Reject> import(const CommittedBlock& committed, Effects& out);
    void notice_height(const NodeId& peer, Height height, Effects& out);
    void ask_for_blocks(Effects& out);
    void publish(Channel channel, const std::string& item, Bytes message, Effects& out) const;

    NodeId self_;
    const Signer& signer_;
    ChainState state_;
    std::optional<QuorumCertificate> tip_certificate_;
    std::optional<CertifiedOutline> tip_;  // the last COMMIT said
    CommitListener on_commit_;
    consensus::Replica replica_;
    consensus::ParentTime parent_;
    TransactionPool pool_;
    CachingSignatureChecker signatures_;
    Instant now_;

    // of the height being decided
    CandidateBlocks candidates_;
    std::map<Digest, Wanted> wanted_;
    OpenRequests bodies_asked_;
    Pulls pulls_;  // of what is announced
    std::optional<BuildRequest> build_request_;
    std::optional<std::int64_t> work_since_ms_;   // steady; a block could be built since
    std::vector<Transaction> work_;               // what it would contain
    std::optional<std::uint64_t> work_revision_;  // of the pool when it was selected
    std::map<Digest, ExecutionFault> invalid_;
    std::int64_t look_again_at_ms_ = 0;

    std::deque<consensus::Event> events_;
    bool driving_ = false;
    std::vector<Block> restored_;
    std::map<Height, Decided> decided_;  // the newest few

    SafetyTrust trust_ = SafetyTrust::sound;
    bool starting_ = false;  // R22: waits for answers before the first height
    consensus::Inquiry inquiry_;
    Bytes question_;
    Digest question_id_;
    std::set<NodeId> attest_asked_;  // and not heard since
    CatchUp catch_up_;
    std::int64_t status_at_ms_ = 0;
    std::vector<std::string> equivocations_;
};

}  // namespace fairfeed
