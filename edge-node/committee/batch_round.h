// Certifies the windows of one cluster, one at a time and in order (committee rules 2, 4-6, 8, 9).
// The parent builds a batch when every meter has reported, or when the grace is over. If the parent
// stays silent, its neighbours may build, one after the other, each in its slot. A member checks
// all of a batch and recomputes the batch. Then the member endorses the whole batch with one
// signature, or objects with a reason. The chain takes the first certified batch of a window, so a
// round needs no locks. Pure: effects are performed in order, and a Persist effect stands before
// the Send effect that relies on it.
//
// Not here: the wire (the node delivers verified senders), the readings (ReadingIntake holds them).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/crypto/random.h"
#include "core/wire/message_codec.h"
#include "edge-node/committee/batch_rules.h"
#include "edge-node/committee/roll_call.h"

namespace fairfeed::committee {

struct PersistBatch {
    Transaction batch;
};
struct PersistEndorsement {
    Endorsement endorsement;
    Signature signature;
    Transaction batch;
};
struct SendBatch {
    Transaction batch;
};
struct SendEndorsement {
    Endorsement endorsement;
    Signature signature;
};
struct SendObjection {
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
using Effect = std::variant<PersistBatch, PersistEndorsement, SendBatch, SendEndorsement,
                            SendObjection, AskForReadings, Certified>;

class BatchRound {
  public:
    static constexpr std::size_t kMostOlder = 4;  // batches of one proposer, beside the newest

    // `signer` outlives the round.
    BatchRound(ClusterId cluster, NodeId self, const Signer& signer, RandomSource random);

    // What this member signed before a restart: its own undecided batch first, then its
    // endorsements in ascending version (one vote per slot).
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
    // The objector holds a reading that the batch marks missing, or another reading than the batch
    // lists. The reading itself has been taken in before. This member builds its own batch anew if
    // that batch withholds a reading.
    [[nodiscard]] std::vector<Effect> on_objection(const Objection& objection, const View& view);

    // Of each proposer the newest, and at most kMostOlder older ones.
    [[nodiscard]] std::size_t batches_heard() const;
    // Another batch heard from the same slot for the same window and version. An honest proposer
    // signs only one (rule 5). `batch` is compared with every batch that this member keeps.
    // nullptr: none.
    [[nodiscard]] const Transaction* rival(const Transaction& batch) const;

    // The reading of the meter for the window that this member has endorsed: in the settlement of
    // that window, or as a late reading in the settlement at hand. This member endorses no other
    // reading. nullptr: none.
    [[nodiscard]] const Digest* promised(const MeterId& meter, Window window) const {
        const auto promise = promises_.find({meter, window});
        return promise == promises_.end() ? nullptr : &promise->second.reading;
    }

    // Steady time at which advance() has something to do without new input; nullopt: none.
    [[nodiscard]] std::optional<std::int64_t> next_deadline_ms(const View& view) const;

  private:
    using Effects = std::vector<Effect>;
    struct Spoken {
        Endorsement endorsement;
        Signature signature;
        Height drafted_at = 0;  // state height of its batch
    };
    // What this member makes of one proposer's newest batch.
    struct Hearing {
        Transaction batch;
        std::optional<Spoken> spoken =
            {};  // newest endorsement in this slot; its batch may be older
        std::vector<Objection> objections = {};      // to this batch
        std::optional<std::int64_t> ask_at_ms = {};  // while readings are missing
        std::optional<ListedReading> awaited = {};   // the last of the missing ones
        std::int64_t look_at_ms = 0;                 // before then, the batch waits for `awaited`
        std::size_t held_then = 0;                   // readings of the window, at the last look
        std::int64_t ask_pause_ms = 0;               // since the last question; doubles
        // Other batches of this proposer for the window at hand, by version: the newest ones. A
        // batch that comes late is compared with them.
        std::map<std::uint32_t, Transaction> older = {};
    };

    [[nodiscard]] bool is_behind(const View& view) const;
    [[nodiscard]] bool is_waiting(const Hearing& hearing, const View& view) const;
    void follow_chain(const View& view);
    void follow_committee(const View& view);
    [[nodiscard]] bool is_left_behind(Height state_height, const View& view) const;
    [[nodiscard]] const std::vector<NodeId>& members(const View& view) const;
    // This node's place in the committee of the window at hand; nullopt: not a member of it.
    [[nodiscard]] std::optional<std::uint32_t> own_slot(const View& view) const;
    [[nodiscard]] std::int64_t ended_ms(const View& view) const;       // steady
    [[nodiscard]] std::int64_t grace_ends_ms(const View& view) const;  // steady
    [[nodiscard]] bool has_every_reading(const View& view) const;
    [[nodiscard]] std::int64_t build_due_ms(std::uint32_t slot, const View& view) const;
    void build(std::uint32_t slot, const View& view, Effects& effects);
    void hear(const Transaction& batch);
    void keep_older(Hearing& hearing, const Transaction& batch) const;
    [[nodiscard]] bool is_undecided(const Hearing& hearing, const View& view) const;
    [[nodiscard]] std::int64_t judge_due_ms(const Hearing& hearing, const View& view) const;
    void consider(Hearing& hearing, const View& view, Effects& effects);
    [[nodiscard]] Result<void, Reject> judge(const Transaction& batch, const View& view) const;
    void ask(Hearing& hearing, const std::vector<ListedReading>& missing, const View& view,
             Effects& effects);
    void object(Hearing& hearing, Reject reason, Bytes reading, const View& view, Effects& effects);
    void endorse(Hearing& hearing, const View& view, Effects& effects);
    void promise(const Settlement& settlement);
    void count(const View& view, Effects& effects);
    void schedule_rebroadcast(const View& view);
    void rebroadcast(const View& view, Effects& effects);
    [[nodiscard]] bool has_published() const;
    [[nodiscard]] bool has_endorsed_own() const;
    [[nodiscard]] bool has_outgrown_own(const View& view) const;

    ClusterId cluster_;
    NodeId self_;
    const Signer& signer_;
    RandomSource random_;

    RollCall roll_call_;
    std::optional<Window> window_;               // the one being certified
    std::map<std::uint32_t, Hearing> hearings_;  // by proposer slot, own batch included
    Promises promises_;
    std::optional<Transaction> own_;            // this node's batch for the window
    std::optional<Height> drafted_at_;          // state height of own_, if this run drafted it
    std::map<NodeId, Signature> endorsements_;  // of own_
    bool certified_ = false;
    std::uint32_t next_version_ = 0;
    std::int64_t build_at_ms_ = 0;        // not before, after a draft that failed
    std::int64_t rebroadcast_at_ms_ = 0;  // steady
    std::int64_t rebroadcast_every_ms_ = 0;
};

}  // namespace fairfeed::committee
