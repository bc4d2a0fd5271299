// Transactions that wait for a block. The signature of every transaction in the pool was checked;
// execution decides whether a transaction still fits when a block is built. A settlement is taken
// only with its quorum, a reading only when a settlement in the pool lists the reading
// (WindowPlaces), an accusation only when it is proved and soon possible (AccusationPlaces).
// Bounded: the pool has a compartment for windows, for accusations, for DGMD's notices, and a small
// one for those that DGMD signs alone by a POLICY. A full compartment refuses every transaction
// that this node did not ask for. Pure; owned by Workbench.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/units.h"
#include "core/state/execution.h"
#include "edge-node/chain/accusation_places.h"
#include "edge-node/chain/window_places.h"

namespace fairfeed {

class TransactionPool {
  public:
    static constexpr Instant kWithoutClock{.steady_ms = 0, .real_ms = 0, .synchronised = false};
    // capacity: of each compartment.
    explicit TransactionPool(std::size_t capacity) : capacity_(capacity) {}

    // duplicate; oversized: no block could hold the transaction; already_committed: the chain has
    // moved past it; stale_state: a settlement drafted on a state that the chain has left;
    // wrong_entries: a reading that no settlement in the pool lists. Then the errors of
    // pool::check_accusation, WindowPlaces, AccusationPlaces, pool::check_signature,
    // check_endorsements and check_approvals; too_many_transactions: the compartment is full.
    [[nodiscard]] Result<void, Reject> add(const Transaction& transaction, const ChainState& state,
                                           SignatureChecker& signatures,
                                           Instant now = kWithoutClock);
    // In any order: settlements are added first, so that a reading may stand before the settlement
    // that lists it. A transaction that came again, or from a node whose chain is shorter or
    // longer, is left out without an error. Returns the first other error.
    [[nodiscard]] Result<void, Reject> add_all(const std::vector<Transaction>& transactions,
                                               const ChainState& state,
                                               SignatureChecker& signatures,
                                               Instant now = kWithoutClock);
    [[nodiscard]] const Transaction* find(const Digest& id) const;
    // Whether a settlement in the pool lists the reading.
    [[nodiscard]] bool lists(const Digest& reading) const { return windows_.lists(reading); }
    // These transactions are let in until the next prune(), however full the pool is: bodies that a
    // proposed block lists, or a window that this node's own committee certified.
    void expect(const std::vector<Digest>& ids);
    void expect(const std::vector<Transaction>& bodies);
    // The block that lists these transactions is too large: they are no longer expected, and
    // accusations that were let in only for that block leave.
    void give_up(const std::vector<Digest>& ids);
    // Evidence, events and handovers: every node that holds one announces it until a block has it.
    [[nodiscard]] std::set<Digest> accusations() const { return accusations_.ids(); }
    // DGMD's notices, announced likewise, because the office may have reached this node alone.
    [[nodiscard]] const std::set<Digest>& notices() const { return notices_; }
    // In the order of arrival; until the pool changes.
    [[nodiscard]] std::vector<const Transaction*> waiting() const;
    // Drops the transactions that the new state has made impossible: settled windows, used sequence
    // numbers, expired notices, and after OFFICERS and DGMD_KEYS all notices, because others
    // approve or draft from then on. Guests leave as well.
    void prune(const ChainState& state);
    [[nodiscard]] std::size_t size() const { return by_id_.size(); }
    // Another number whenever the content is another: for caching what is derived from the content.
    [[nodiscard]] std::uint64_t revision() const { return revision_; }

  private:
    enum class Compartment : std::uint8_t { windows, accusations, notices, by_policy };
    // Whose signatures the notices in the pool have.
    struct NoticeSigners {
        Office office;
        DgmdKeys dgmd;
        bool operator==(const NoticeSigners&) const = default;
    };
    [[nodiscard]] std::size_t places_of(Compartment compartment) const;
    [[nodiscard]] static Compartment compartment_of(const Transaction& transaction);
    [[nodiscard]] Result<void, Reject> find_room(const Transaction& transaction,
                                                 const ChainState& state) const;
    [[nodiscard]] Result<void, Reject> check_witnesses(const Transaction& transaction,
                                                       const ChainState& state,
                                                       SignatureChecker& signatures) const;
    void remove_accusation(const Digest& id);
    void count_again();

    std::size_t capacity_;
    std::uint64_t revision_ = 0;
    std::uint64_t next_arrival_ = 0;
    std::map<Digest, std::pair<std::uint64_t, Transaction>> by_id_;  // with the order of arrival
    std::map<Compartment, std::size_t> taken_;
    std::set<Digest> expected_;  // of the height being decided
    AccusationPlaces accusations_;
    WindowPlaces windows_;
    std::set<Digest> notices_;
    std::optional<NoticeSigners> signers_;  // nullopt: none of theirs was taken since they changed
};

}  // namespace fairfeed
