// A meter driven by the simulation: measures each window once, keeps the signed reading, and sends
// the same bytes again with back-off until enough of its committee have receipted it or report that
// its window is closed (committee rule 1). DGMD tells it its committee and its data key. It obeys
// no share. A lying meter has its real key and signs anything with it. Owned by the simulation; one
// thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/model/message.h"
#include "core/wire/topics.h"
#include "tests/simulation/scenery.h"

namespace fairfeed::simulation {

struct KeptReading {
    Digest id;
    KeyEpoch key_epoch = 0;
    Bytes envelope;  // of an EVENT instead of a reading: the seal broke in this window
    bool is_event = false;
    ReadingBody body;
    Bytes other;  // an equivocating meter's second reading of the same window
    std::set<NodeId> receipts;
    std::set<NodeId> closed;  // members that report the window as settled
    std::int64_t back_off_ms = 0;
};

class SimulatedMeter {
  public:
    SimulatedMeter(const Scenery& scenery, MeterId meter, MeterBehaviour behaviour, Dice dice);

    [[nodiscard]] const MeterId& id() const { return id_; }
    [[nodiscard]] MeterBehaviour behaviour() const { return behaviour_; }
    [[nodiscard]] bool is_honest() const { return behaviour_ == MeterBehaviour::honest; }
    // Whether its signed readings equal its measurements.
    [[nodiscard]] bool measures_truly() const {
        return behaviour_ != MeterBehaviour::equivocating &&
               behaviour_ != MeterBehaviour::time_travelling;
    }
    // Whether it signs two readings of one window, so that EVIDENCE may name it.
    [[nodiscard]] bool signs_twice() const { return behaviour_ == MeterBehaviour::equivocating; }
    [[nodiscard]] const ClusterId& cluster() const { return cluster_; }
    // As last told by DGMD.
    [[nodiscard]] const std::vector<NodeId>& committee_of(Window window) const;
    void learn(const CommitteeAllocation& committee) { committees_.push_back(committee); }
    void learn(const KeyGrant& grant) { key_epochs_.push_back({grant.effective, grant.epoch}); }
    // Seals and signs the window; windows come in order. nullptr: it was tampered with, and has
    // sent its alarm.
    KeptReading* measure(Window window);
    // nullptr: not measured yet.
    [[nodiscard]] KeptReading* kept(Window window);
    [[nodiscard]] const KeptReading* kept(Window window) const;
    // The messages to this member of its committee for a measured window.
    [[nodiscard]] std::vector<Bytes> said_to(std::size_t member, Window window);
    // Kept until enough of the window's committee hold the reading, or report that it is late.
    [[nodiscard]] const std::map<Window, KeptReading>& readings() const { return kept_; }
    [[nodiscard]] bool is_done(Window window) const;
    // A message on this meter's topics; invalid ones are ignored.
    void hear(const NodeId& from, Channel channel, ByteView message);

  private:
    [[nodiscard]] ReadingBody draw_body();
    void overclaim(ReadingBody& body);
    [[nodiscard]] KeptReading broken_seal(Window window);
    [[nodiscard]] KeyEpoch key_epoch_of(Window window) const;
    [[nodiscard]] SignedReading sealed(const ReadingBody& body, Window window);

    const Scenery& scenery_;
    MeterId id_;
    MeterBehaviour behaviour_;
    ClusterId cluster_;
    std::vector<CommitteeAllocation> committees_;  // in the order of the chain
    std::vector<Dated<KeyEpoch>> key_epochs_;
    bool is_prosumer_;
    Dice dice_;
    RandomSource random_;
    Registers registers_ = test::kInstalled;
    std::uint64_t sequence_ = 0;
    Digest previous_;
    std::map<Window, KeptReading> kept_;
    std::set<Window> claimed_;
    std::optional<Window> opened_in_;  // tampered: the window in which its seal breaks
};

}  // namespace fairfeed::simulation
