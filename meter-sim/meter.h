// One meter as a pure state machine: step(event, now) -> effects. It measures the quarter hours
// that have ended, seals and signs a reading at each window's end, and keeps it until enough of its
// committee hold it. It obeys the share and the commands that enough of them state (protocol 3,
// committee rules 1, 12, 13; paper A29-A34, A48, T01). It uses no disk, no broker and no clock;
// `fleet` performs its effects. Every Persist effect of a step must be on disk BEFORE any Publish
// of it leaves. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/units.h"
#include "core/crypto/random.h"
#include "core/crypto/signing.h"
#include "core/model/message.h"
#include "core/model/network.h"
#include "core/model/reading.h"
#include "core/model/reject.h"
#include "core/wire/topics.h"
#include "meter-sim/energy_source.h"
#include "meter-sim/enrolment.h"
#include "meter-sim/measurement.h"
#include "meter-sim/pending_reading.h"
#include "meter-sim/registers.h"
#include "meter-sim/relay.h"
#include "meter-sim/round_trip.h"
#include "meter-sim/share_book.h"

namespace fairfeed {

// The state from which a meter continues after a restart.
struct MeterState {
    std::uint64_t next_sequence = 1;
    Window next_window = 0;
    Digest previous;           // id of the reading before; zeros for the first
    MeterRegisters registers;  // at the start of next_window
    std::vector<AcceptedShare> shares;
    RelayState relay;
    bool operator==(const MeterState&) const = default;
};

// The constant properties of a meter.
struct MeterSetup {
    Digest network;
    NetworkParameters parameters;
    Enrolment enrolment;
    std::map<KeyEpoch, SymmetricKey> data_keys;  // one for each epoch of the enrolment
    std::shared_ptr<const Signer> signer;        // null: zeroised when the seal broke, for ever
    RandomSource random;
    EnergySource source;
    // First publishes are spread over so many real milliseconds after a window's end.
    std::int64_t publish_spread_ms = 0;
    std::optional<Window> breaks_at;  // the meter is opened when this window begins (paper A37)
};

namespace meter_event {

struct Tick {};  // a deadline has passed
// The clock was set, so the time before `now` did not pass here. Also sent at every start.
struct ClockSet {};
struct Connected {
    NodeId member;
};
struct Disconnected {
    NodeId member;
};
struct Opened {};  // the meter is opened now: its seal breaks (paper A37)
struct Message {   // any message from a broker
    std::string topic;
    Bytes payload;
};

}  // namespace meter_event
using MeterEvent =
    std::variant<meter_event::Tick, meter_event::ClockSet, meter_event::Opened,
                 meter_event::Connected, meter_event::Disconnected, meter_event::Message>;

namespace meter_effect {

// A new reading, or the alarm in its place, and the state after it, in one transaction: sequence
// and sealed bytes are durable before any publish.
struct PersistReading {
    KeptReading reading;
    MeterState state;
};
struct PersistState {  // an accepted share, an accepted or executed command
    MeterState state;
};
struct PersistFirstPublish {
    std::uint64_t sequence = 0;
    std::int64_t real_ms = 0;
};
struct PersistReceipt {
    std::uint64_t sequence = 0;
    NodeId member;
    bool complete = false;  // enough receipts: the ring may overwrite the reading
};
struct Publish {
    NodeId member;
    std::string topic;
    std::shared_ptr<const Bytes> envelope;
};
// The seal is broken, and the alarm is on disk and published: the signing key must be destroyed
// (paper A37, A38). Last effect of its step; repeated after a restart in between.
struct ZeroiseKey {};
// Why a member refuses a kept reading: see PendingReading::refused_by.
struct PersistRefusal {
    std::uint64_t sequence = 0;
    NodeId member;
    std::string reason;
};
// A member refused a reading. The meter counts it, its owner logs it.
struct NoteRefusal {
    NodeId member;
    Window window = 0;
    std::string reason;
};
// The meter rejected a message. The meter counts it, its owner logs it.
struct NoteIgnored {
    std::string topic;
    Reject reason = Reject::malformed;
};

}  // namespace meter_effect
using MeterEffect =
    std::variant<meter_effect::PersistReading, meter_effect::PersistState,
                 meter_effect::PersistFirstPublish, meter_effect::PersistReceipt,
                 meter_effect::PersistRefusal, meter_effect::Publish, meter_effect::ZeroiseKey,
                 meter_effect::NoteRefusal, meter_effect::NoteIgnored>;
using MeterEffects = std::vector<MeterEffect>;

// Whether an effect must be on disk before any Publish of its step leaves.
[[nodiscard]] bool persists(const MeterEffect& effect);

// Refusals are counted by Reject reason; any other text counts as this.
constexpr std::string_view kOtherReason = "other";

class Meter {
  public:
    // Limit of readings being sent at a time: the rest follows as receipts arrive.
    static constexpr std::size_t kMaxUnderWay = 32;
    // Limit of late readings among them, so that they do not keep the others waiting.
    static constexpr std::size_t kMaxLateUnderWay = 4;
    // Limit of windows measured in one step, after a pause.
    static constexpr std::size_t kMaxWindowsPerStep = 64;
    // Windows that did not pass on the meter's own clock (it was switched off, or the clock was
    // set) are measured so many at a time, the next when enough members have answered on one. So a
    // wrong clock makes the meter sign at most this many too early.
    static constexpr std::size_t kMaxToldUnheard = 4;

    // `pending`: kept readings without enough receipts, in the order of their sequence.
    Meter(MeterSetup setup, MeterState state, std::vector<KeptReading> pending);

    [[nodiscard]] MeterEffects step(const MeterEvent& event, const Instant& now);
    // Steady time at which the meter needs a Tick; nullopt: only other events can change anything.
    [[nodiscard]] std::optional<std::int64_t> deadline_ms(const Instant& now) const;

    [[nodiscard]] const MeterId& id() const { return setup_.enrolment.meter; }
    [[nodiscard]] const MeterState& state() const { return state_; }
    // The seal is broken: the meter signs nothing more, and only sends what it has signed before.
    [[nodiscard]] bool is_broken() const { return setup_.signer == nullptr; }
    // window_limit is reached, or the seal is broken: there is nothing more to measure.
    [[nodiscard]] bool has_measured_all() const;
    [[nodiscard]] std::size_t pending() const { return pending_.size(); }
    [[nodiscard]] std::size_t unpublished() const;
    // Since the start, by reason: refusals by members, and messages that this meter rejected.
    [[nodiscard]] const std::map<std::string, std::uint64_t>& refusals() const { return refusals_; }
    [[nodiscard]] const std::map<std::string, std::uint64_t>& ignored() const { return ignored_; }

  private:
    [[nodiscard]] std::size_t honest_members(Window window) const;
    // Calls `act` with the readings that may be sent, in order.
    template <class Map, class Act>
    void for_each_under_way(Map& pending, Act act) const;
    [[nodiscard]] bool waits_to_be_heard() const;
    // Earliest steady time of sending: a reading does not leave before its window is over.
    [[nodiscard]] std::int64_t send_at_ms(const PendingReading& pending, const Instant& now) const;
    void open(const Instant& now);
    void measure(const Instant& now, MeterEffects& effects);
    void begin_quarter(MeterEffects& effects);
    void measure_quarter(MeterEffects& effects);
    void finish_window(const Instant& now, MeterEffects& effects);
    [[nodiscard]] bool is_to_break() const;
    void break_seal(const Instant& now, MeterEffects& effects);
    void send_due(const Instant& now, MeterEffects& effects);
    // true: published.
    bool publish_to(PendingReading& pending, const NodeId& member, const Instant& now,
                    MeterEffects& effects);
    void connected(const NodeId& member, const Instant& now, MeterEffects& effects);

    [[nodiscard]] std::optional<Reject> hear(const meter_event::Message& message,
                                             const Instant& now, MeterEffects& effects);
    [[nodiscard]] std::optional<Reject> hear_receipt(const WitnessNode& from, const Bytes& payload,
                                                     const Instant& now, MeterEffects& effects);
    [[nodiscard]] std::optional<Reject> hear_refusal(const WitnessNode& from, const Bytes& payload,
                                                     const Instant& now, MeterEffects& effects);
    [[nodiscard]] std::optional<Reject> hear_share(const WitnessNode& from, const Bytes& payload,
                                                   MeterEffects& effects);
    [[nodiscard]] std::optional<Reject> hear_command(const WitnessNode& from, const Bytes& payload,
                                                     const Instant& now, MeterEffects& effects);
    [[nodiscard]] const WitnessNode* find_member(const NodeId& node) const;
    [[nodiscard]] bool is_member(const NodeId& node, Window window) const;
    [[nodiscard]] bool is_asked(const NodeId& node, const PendingReading& pending) const;
    [[nodiscard]] bool has_enough(const PendingReading& pending) const;
    [[nodiscard]] std::vector<ShareBook::Quorum> share_quorums(Window settled) const;

    MeterSetup setup_;
    Committee members_;  // of all windows together
    GridClock clock_;
    MeterState state_;
    ShareBook shares_;
    Relay relay_;
    Measurement measurement_;
    std::string topic_;        // reading/-
    std::string alarm_topic_;  // event/-
    bool key_to_zeroise_ = false;
    std::map<std::uint64_t, PendingReading> pending_;  // by sequence
    std::int64_t told_until_ms_ = INT64_MIN;           // meter's time at its clock's last setting
    std::set<std::uint64_t> told_;  // sequences of windows before that, not answered on yet
    std::set<NodeId> connected_;
    RoundTrip round_trip_;
    std::map<std::string, std::uint64_t> refusals_;
    std::map<std::string, std::uint64_t> ignored_;
};

}  // namespace fairfeed
