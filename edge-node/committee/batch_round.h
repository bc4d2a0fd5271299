// Certifies the windows of one cluster, one at a time and in order (committee rules 2, 4, 8, 9):
// the parent builds a batch when every meter has reported or the grace is over; members check all
// of it, recompute it, and endorse the whole with one signature, or object with a reason.
// Uniqueness comes from the chain, so there are no locks here. Pure: effects are performed in
// order, Persist* before Say*.
//
// Not here: the wire (the node delivers verified senders), the readings (intake holds them),
// proposer slots beyond the parent's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/contract/cluster_book.h"
#include "core/crypto/random.h"
#include "core/wire/message_codec.h"

namespace fairfeed::committee {

// What a round may look at while it decides; `readings` are those held for the cluster's next
// window.
struct View {
    const ChainState& state;
    const ClusterBook& book;
    const KeyRing& keys;
    const OpenedReadings& readings;
    Instant now;
    // Steady time since which meters can reach this node; kDeaf: they cannot.
    std::int64_t heard_from_ms = 0;
};
constexpr std::int64_t kDeaf = INT64_MAX;

struct PersistBatch {
    Transaction batch;
};
struct PersistEndorsement {
    Endorsement endorsement;
    Signature signature;
    Transaction batch;
};
struct SayBatch {
    Transaction batch;
};
struct SayEndorsement {
    Endorsement endorsement;
    Signature signature;
};
struct SayObjection {
    Objection objection;
};
// The proposer lists readings this member does not hold.
struct AskForReadings {
    NodeId from;
    std::vector<Digest> readings;
};
// A quorum stands behind the batch: it may enter a block.
struct Certified {
    Transaction settlement;
};
using Effect = std::variant<PersistBatch, PersistEndorsement, SayBatch, SayEndorsement,
                            SayObjection, AskForReadings, Certified>;

class BatchRound {
  public:
    // `signer` outlives the round.
    BatchRound(ClusterId cluster, NodeId self, const Signer& signer, RandomSource random);

    // What was signed before a restart: own undecided batch, and endorsements (one vote per slot).
    void restore_batch(const Transaction& batch);
    void restore_endorsement(const Endorsement& endorsement, const Signature& signature,
                             const Transaction& batch);

    // Time has passed, a reading came in or a block was committed: does what is now due.
    [[nodiscard]] std::vector<Effect> advance(const View& view);
    // From `sender`, over the connection to its broker.
    [[nodiscard]] Result<std::vector<Effect>, Reject> on_batch(const NodeId& sender,
                                                               const Transaction& batch,
                                                               const View& view);
    [[nodiscard]] Result<std::vector<Effect>, Reject> on_endorsement(
        const Signed<Endorsement>& endorsement, const View& view);
    // The objector holds a reading the batch marks missing; the reading itself went to intake. The
    // parent reissues if it now has more readings than its batch lists.
    [[nodiscard]] std::vector<Effect> on_objection(const Objection& objection, const View& view);

    // Steady time at which advance() has something to do without new input; nullopt: none.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms(const View& view) const;

  private:
    using Effects = std::vector<Effect>;
    void follow_chain(const View& view);
    [[nodiscard]] const std::vector<NodeId>& members(const View& view) const;
    [[nodiscard]] bool is_parent(const View& view) const;
    [[nodiscard]] bool is_due(const View& view) const;
    [[nodiscard]] std::int64_t grace_ends_ms(const View& view,
                                             std::int64_t window_end_real_ms) const;  // steady
    void build(const View& view, Effects& effects);
    [[nodiscard]] bool is_undecided(const View& view) const;
    [[nodiscard]] std::int64_t judge_at_real_ms(const View& view) const;
    void consider(const View& view, Effects& effects);
    void ask(const std::vector<Digest>& missing, const View& view, Effects& effects);
    [[nodiscard]] Result<void, Reject> judge(const Settlement& settlement, const View& view) const;
    [[nodiscard]] std::vector<Digest> readings_not_held(const Settlement& settlement,
                                                        const View& view) const;
    [[nodiscard]] bool object_to_withheld(const View& view, Effects& effects);
    void object(Reject reason, Bytes reading, const View& view, Effects& effects);
    void endorse(const View& view, Effects& effects);
    void count(const View& view, Effects& effects);
    void say_later(const View& view);
    void say_again(const View& view, Effects& effects);

    struct Spoken {
        Endorsement endorsement;
        Signature signature;
        Transaction batch;
    };
    ClusterId cluster_;
    NodeId self_;
    const Signer& signer_;
    RandomSource random_;

    std::optional<Window> window_;    // the one being certified
    std::optional<Transaction> own_;  // this node's batch for it
    std::optional<Transaction>
        candidate_;  // newest batch heard, own included, not yet judged or endorsed
    std::vector<Objection> objections_;         // this node's, to the candidate
    std::optional<Spoken> spoken_;              // this node's newest endorsement
    std::map<MeterId, Digest> slots_;           // one vote per (meter, window)
    std::map<NodeId, Signature> endorsements_;  // of own_
    bool certified_ = false;
    std::uint32_t next_version_ = 0;
    std::int64_t say_at_ms_ = 0;  // steady
    std::int64_t say_every_ms_ = 0;
    std::optional<std::int64_t> ask_at_ms_;  // while readings are missing
    std::int64_t build_at_ms_ = 0;           // not before, after a draft that failed
};

}  // namespace fairfeed::committee
