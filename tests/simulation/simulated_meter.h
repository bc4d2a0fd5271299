// A meter without a life of its own: measures each window once, keeps the signed reading, and sends
// the same bytes again with back-off until enough of its committee have receipted it or say that
// its window is closed (committee rule 1). It obeys no share. One that lies has its real key and
// signs what it likes with it. Owned by the simulation; one thread.
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
    Bytes envelope;  // of an EVENT: the meter's seal broke in this window, and it has no reading
    bool is_event = false;
    ReadingBody body;
    Bytes other;  // an equivocating meter's second reading of the same window
    std::set<NodeId> receipts;
    std::set<NodeId> closed;  // members that say the window is settled
    std::int64_t back_off_ms = 0;
};

class SimulatedMeter {
  public:
    SimulatedMeter(const Scenery& scenery, MeterId meter, MeterBehaviour behaviour, Dice dice);

    [[nodiscard]] const MeterId& id() const { return id_; }
    [[nodiscard]] MeterBehaviour behaviour() const { return behaviour_; }
    [[nodiscard]] bool is_honest() const { return behaviour_ == MeterBehaviour::honest; }
    // What it signs for a window is what its registers measured in it.
    [[nodiscard]] bool measures_truly() const {
        return behaviour_ != MeterBehaviour::equivocating &&
               behaviour_ != MeterBehaviour::time_travelling;
    }
    // It signs two readings of one window: EVIDENCE may name it.
    [[nodiscard]] bool signs_twice() const { return behaviour_ == MeterBehaviour::equivocating; }
    [[nodiscard]] const ClusterId& cluster() const { return cluster_; }
    [[nodiscard]] const std::vector<NodeId>& committee() const { return committee_; }
    // Seals and signs the window; windows come in order. nullptr: it is tampered with, and has said
    // so.
    KeptReading* measure(Window window);
    // nullptr: not measured yet.
    [[nodiscard]] KeptReading* kept(Window window);
    [[nodiscard]] const KeptReading* kept(Window window) const;
    // What this member of its committee is sent for a window that was measured.
    [[nodiscard]] std::vector<Bytes> said_to(std::size_t member, Window window);
    [[nodiscard]] const std::map<Window, KeptReading>& readings() const { return kept_; }
    [[nodiscard]] bool is_done(const KeptReading& reading) const;
    // A message on this meter's topics; anything not believed is ignored.
    void hear(const NodeId& from, Channel channel, ByteView message);

  private:
    [[nodiscard]] ReadingBody draw_body();
    void overclaim(ReadingBody& body);
    [[nodiscard]] KeptReading broken_seal(Window window);
    [[nodiscard]] SignedReading sealed(const ReadingBody& body, Window window);

    const Scenery& scenery_;
    MeterId id_;
    MeterBehaviour behaviour_;
    ClusterId cluster_;
    std::vector<NodeId> committee_;
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
