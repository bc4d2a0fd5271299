// Transactions that wait for a block. Everything in it has had its own signature checked; whether
// it still fits is decided by execution when a block is built. A settlement is taken only with its
// quorum, a reading only when a settlement in the pool lists it: one meter can sign any number of
// readings, but only a committee makes one matter. A settlement must be due, a few per cluster;
// evidence and events are taken when they are proved and soon possible, a few per culprit. Bounded:
// windows, accusations and the department's notices have a share each, and a full share refuses
// what nobody waits for. Pure.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/base/units.h"
#include "core/state/execution.h"

namespace fairfeed {

class TransactionPool {
  public:
    static constexpr Instant kWithoutClock{.steady_ms = 0, .real_ms = 0, .synchronised = false};
    explicit TransactionPool(std::size_t capacity) : capacity_(capacity) {}  // of each share

    // wrong_entries: a reading that no settlement in the pool lists, or a settlement that lists
    // more than a block holds; future_window: a settlement that cannot enter the chain soon, or an
    // accusation about a window beyond the one that runs by a synchronised clock, or else beyond
    // the one after the next; stale_state: a settlement drafted on a state that the chain has left;
    // oversized: no block could hold it.
    [[nodiscard]] Result<void, Reject> add(const Transaction& transaction, const ChainState& state,
                                           SignatureChecker& signatures,
                                           Instant now = kWithoutClock);
    // In any order: settlements first, so that a reading may stand before the one that lists it.
    // What came again, or from a node whose chain is shorter or longer, is left out without a word;
    // the first other reason.
    [[nodiscard]] Result<void, Reject> add_all(const std::vector<Transaction>& transactions,
                                               const ChainState& state,
                                               SignatureChecker& signatures,
                                               Instant now = kWithoutClock);
    [[nodiscard]] const Transaction* find(const Digest& id) const;
    // Until the next prune() these are never one too many: bodies that a proposed block lists, or a
    // window that this node's own committee certified.
    void expect(const std::vector<Digest>& ids);
    void expect(const std::vector<Transaction>& bodies);
    // The block that lists these is too large: they are no longer expected, and accusations that
    // were let in only for its sake go.
    void give_up(const std::vector<Digest>& ids);
    // What proves itself, evidence, events and handovers: to be announced by every node that holds
    // it until a block has it.
    [[nodiscard]] const std::set<Digest>& accusations() const { return accusations_; }
    // In the order of arrival.
    [[nodiscard]] std::vector<Transaction> waiting() const;
    // Drops what the state has made impossible: settled windows and used sequence numbers.
    void prune(const ChainState& state);
    [[nodiscard]] std::size_t size() const { return by_id_.size(); }
    // Changes whenever the content does: for caching what is derived from it.
    [[nodiscard]] std::uint64_t revision() const { return revision_; }

  private:
    enum class Share : std::uint8_t { windows, accusations, notices };
    [[nodiscard]] static Share share_of(const Transaction& transaction);
    [[nodiscard]] std::vector<const Transaction*> accusations_of(const Transaction& like) const;
    [[nodiscard]] Result<void, Reject> find_room(const Transaction& transaction,
                                                 const ChainState& state) const;
    [[nodiscard]] Result<void, Reject> find_room_for_accusation(
        const Transaction& accusation) const;
    void make_room(const Transaction& accusation);
    void remove_accusation(const Digest& id);
    void list(const Transaction& settlement);

    std::size_t capacity_;
    std::uint64_t revision_ = 0;
    std::uint64_t next_place_ = 0;
    std::map<Digest, std::pair<std::uint64_t, Transaction>> by_id_;
    std::set<Digest> expected_;                     // of the height being decided
    std::set<Digest> accusations_;                  // and handovers, among by_id_
    std::set<Digest> guests_;                       // of them: came while they were expected
    std::map<Share, std::size_t> taken_;            // places
    std::set<Digest> listed_;                       // readings that settlements in the pool list
    std::map<ClusterId, std::size_t> settlements_;  // in the pool
};

}  // namespace fairfeed
