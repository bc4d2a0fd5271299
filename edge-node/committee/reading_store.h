// The readings that a member holds, at most one of each slot (a meter's window). A reading stays as
// long as a settlement may still list it. A reading that a block has stays for a day, so that a
// meter that missed its receipt gets it again. The store judges no reading. Pure; owned by
// ReadingIntake.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/accounts/cluster_accounts.h"
#include "edge-node/effects/effects.h"

namespace fairfeed {

struct LateSpan;

class ReadingStore {
  public:
    [[nodiscard]] const HeldReadings& of(const ClusterId& cluster) const;
    // The store has held readings of the cluster, or has followed one of its settlements.
    [[nodiscard]] bool knows(const ClusterId& cluster) const { return readings_.contains(cluster); }
    [[nodiscard]] const SignedReading* find(const Digest& id) const;  // nullptr: not held
    // Of the reading held; nullopt: none.
    [[nodiscard]] std::optional<Digest> id_of(const ReadingSlot& slot) const;
    // Another reading held of the same meter with the same window or the same sequence. nullptr:
    // there is none.
    [[nodiscard]] const SignedReading* rival(const SignedReading& reading) const;
    // A block has the reading held of the slot.
    [[nodiscard]] bool is_committed(const ReadingSlot& slot) const;
    // The meter signed two readings for the slot, and the disk has both.
    [[nodiscard]] bool is_twofold(const ReadingSlot& slot) const;
    [[nodiscard]] std::size_t size() const { return ids_.size(); }

    // Another reading of the same slot gives way.
    void keep(OpenedReading opened);
    void mark_twofold(const ReadingSlot& slot) { twofold_.insert(slot); }
    // The settlement of the window `settled` lists these readings. Others of their slots give way.
    void keep_committed(const HeldReadings& listed, Window settled);
    // The cluster has settled the window: drops every reading that no settlement to come may list
    // and whose day is over.
    void drop_old(const ClusterId& cluster, Window settled, const ChainState& state);
    // drop_old(), and then what the inbox may forget of the cluster: the readings that were dropped
    // since the last call are named.
    [[nodiscard]] ForgetWindow forget(const ClusterId& cluster, Window settled,
                                      const ChainState& state);
    // This member has opened a settlement of the cluster.
    void note_settled(const ClusterId& cluster) { settled_.insert(cluster); }
    // The readings held that blocks have: what a snapshot keeps of the store. Nothing that only the
    // inbox has.
    struct OnChain {
        std::vector<ClusterId> clusters;  // of note_settled(), ascending
        std::vector<Digest> readings;     // in the order of their slots
        std::vector<Window> settled;      // by the settlement of which window each is listed
        bool operator==(const OnChain&) const = default;
    };
    [[nodiscard]] OnChain on_chain() const;
    // For an empty store. `opened`: the readings, in the order of OnChain::readings.
    void resume(const OnChain& known, std::vector<OpenedReading> opened);
    // Before the inbox is read: the inbox itself says which readings it still has.
    void forget_dropped() { dropped_.clear(); }

  private:
    struct Place {
        ClusterId cluster;
        ReadingSlot slot;
    };
    [[nodiscard]] const OpenedReading* held(const Place& place) const;
    [[nodiscard]] bool is_needed(const ReadingSlot& slot, Window settled, const LateSpan& span,
                                 const ChainState& state) const;
    void erase(const ReadingSlot& slot, const SignedReading& reading);
    void free_number(const ReadingSlot& slot, const SignedReading& reading);

    std::map<ClusterId, HeldReadings> readings_;
    std::map<ReadingSlot, Digest> ids_;
    std::map<Digest, Place> places_;
    std::map<std::pair<MeterId, std::uint64_t>, Window> sequences_;
    std::map<ReadingSlot, Window> listed_by_;  // on the chain, by the settlement of which window
    std::map<ClusterId, std::vector<ReadingSlot>> dropped_;  // the inbox does not know it yet
    std::set<ReadingSlot> twofold_;
    std::set<ClusterId> settled_;
};

}  // namespace fairfeed
