// The public state of a chain: what every node holds and the app hash covers. The state is a value:
// copy it to try a block, and keep the copy if the block is decided. A copy shares the records.
// Pure; no clocks, no keys, no floats. execution.h is the only way to change it.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/base/units.h"
#include "core/crypto/signing.h"
#include "core/model/allocation.h"
#include "core/model/network.h"
#include "core/model/transaction.h"
#include "core/state/record_tree.h"
#include "core/wire/chain_codec.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

// A value that changes with windows, in a history that ascends by `effective`.
template <class T>
struct Dated {
    Window effective = 0;
    T value{};
    bool operator==(const Dated&) const = default;
};

// A registry, capacity, committee or tariff change, a voided reading or a tampered meter: the
// height at which it entered the chain, and the first window for which it is effective. A
// settlement drafted before such a change is out of date (is_current).
struct Change {
    Height at = 0;
    Window effective = 0;
    bool operator==(const Change&) const = default;
};

// These limits keep every sum over the meters of a cluster and one window within 64 bits, for
// energy and for money.
constexpr std::size_t kMaxClusterMeters = 10'000;
constexpr std::int64_t kMaxCapacityW = 100'000'000;      // of one meter
constexpr std::int64_t kMaxMeterWindowWh = 800'000'000;  // one meter, one window: 8 h of 100 MW
constexpr std::int64_t kMaxInstalledWh = 1'000'000'000'000'000;  // of a register in METER
constexpr std::uint32_t kSilentAfterWindows = 3;                 // rule 11

// What EVIDENCE has proved against one culprit. `newest` is the latest window or height with a
// proof. Older evidence proves nothing more and is refused, so the record of one liar never grows.
struct OffenceRecord {
    std::uint32_t count = 0;
    Digest last;  // id of the latest evidence
    std::uint64_t newest = 0;
};

struct NodeRecord {
    NodeRegistration registration;
    std::optional<VerifyKey> key;  // parsed once
    std::map<Offence, OffenceRecord> offences;
    // Public signs of a faulty parent (rule 5): its settlements that had to be reissued although no
    // change on the chain explains it, and windows of its cluster that another member had to
    // settle.
    std::uint32_t reissued = 0;
    std::uint32_t taken_over = 0;
    std::optional<Height> revoked_from;  // REVOKE: first height at which its vote does not count
};

// A node joins or leaves the validators (R21). At most one such change is pending.
struct ValidatorChange {
    NodeId node;
    Height from = 0;  // first height that the changed set decides
    bool operator==(const ValidatorChange&) const = default;
};

// Windows of a meter without a committed reading, before its newest reading: from `first` to before
// `end`. A reading of one of them has a sequence between those of its neighbours.
struct UnreadGap {
    Window first = 0;
    Window end = 0;
    std::uint64_t above = 0;
    std::uint64_t below = 0;
    bool operator==(const UnreadGap&) const = default;
};
constexpr std::size_t kMaxGaps = 16;  // of one meter

// An EVENT took the meter out of the settlements, for ever (rule 11).
struct Tampering {
    Window from = 0;  // first window without it
    AlarmType type = AlarmType::seal_broken;
    Digest event;  // id of the transaction
};

// A METER put another meter in this one's place (paper A93).
struct ReplacedMeter {
    Window from = 0;    // first window without it
    Registers closing;  // with which its account closes
    MeterId by;
};

// DEAUTHORISE took the meter's capacity, until a re-inspection (paper A70).
struct DeauthorisedMeter {
    Window from = 0;  // first window without capacity
    DeauthorisationReason reason = DeauthorisationReason::over_capacity;
    bool by_policy = false;  // DGMD alone said so: a CAPACITY gives it back without re-inspection
    bool operator==(const DeauthorisedMeter&) const = default;
};

struct MeterRecord {
    MeterRegistration registration;
    std::optional<VerifyKey> key;  // parsed once
    std::vector<Dated<std::int64_t>> capacity_w;
    std::optional<Digest> certificate;  // the last one that a CAPACITY named
    std::optional<DeauthorisedMeter> deauthorised;
    std::optional<MeterCommand> command;  // the last one, whether the meter executed it or not
    std::vector<KeyGrant> grants;         // ascending epoch; of two in force the later one applies
    // The newest committed reading; nullopt: no reading was ever committed.
    std::uint64_t last_sequence = 0;
    Digest last_reading;
    std::optional<Window> last_window;
    std::vector<UnreadGap> unread;  // before last_window, ascending; forget_gaps (late_rules.h)
    std::uint32_t missed = 0;       // settled windows in a row without a reading
    // A meter whose successor is registered worries nobody.
    [[nodiscard]] bool is_silent() const { return missed >= kSilentAfterWindows && !replaced; }
    OffenceRecord offences;
    std::vector<Window> voided;  // by EVIDENCE; still open to (late) readings; ascending
    std::optional<Tampering> tampered;
    std::optional<ReplacedMeter> replaced;  // follows from the other meter's registration
};

// The first window for which the meter can be settled: its registration and first data key are
// effective. nullopt: it has no data key yet.
[[nodiscard]] std::optional<Window> settles_from(const MeterRecord& meter);

// A HANDOVER of the last settlement's closing states to a committee of this epoch.
struct HandoverNote {
    NodeId by;
    std::uint32_t epoch = 0;
    Digest id;  // of the transaction
    bool operator==(const HandoverNote&) const = default;
};

struct ClusterRecord {
    CommitteeAllocation committee;  // the latest; committee_of() says which governs
    // The next three follow from the meters' own records.
    std::vector<MeterId> meters;  // registered, ascending
    std::size_t out = 0;          // of these meters, tampered with or replaced
    // The first window for which one of them can be settled; nullopt: none yet.
    std::optional<Window> opens;
    std::vector<CommitteeAllocation> earlier;  // those it replaced, ascending epoch
    std::optional<Window> last_window;         // last settled
    Digest last_settlement;                    // zeros before the first
    Height settled_at = 0;                     // height of the block that holds it
    std::vector<Change> changes;               // after settled_at, ascending
    std::vector<HandoverNote> handovers;       // of the last settlement, in the chain's order
    // Factors of the shares that bind now or later, or that bound in a window that may still be
    // read late. Empty under `share_resolution: window`.
    FactorSchedule factors;
};

// The officers and inspectors in force.
struct OfficeInForce {
    Office office;
    std::vector<VerifyKey> keys;  // of the officers, in their order; parsed once
};

// DGMD's own keys in force, and those before.
struct DgmdInForce {
    DgmdKeys keys;
    std::vector<DgmdKeys> retired;  // by DGMD_KEYS, the oldest first
    std::optional<VerifyKey> key;   // of keys.signing, parsed once
};

// The POLICY in force.
struct PolicyInForce {
    WatchPolicy policy;
    Window from = 0;  // first window whose reading is evidence under it
};

// What a new METER must not collide with. Follows from the meters' records. It is no part of the
// app hash.
class Connections {
  public:
    // Whether a meter that is not out is at the service point, or the key ever was a meter's.
    [[nodiscard]] bool collide(const MeterRegistration& meter) const;
    [[nodiscard]] bool is_known_key(const MeterRegistration& meter) const;
    void connect(const MeterRegistration& meter);
    void disconnect(const MeterRegistration& meter);    // it is tampered with
    void remember_key(const MeterRegistration& meter);  // of a meter that is out

  private:
    using Mark = Name<struct MarkTag>;  // 128 bits of a SHA-256, in hex
    [[nodiscard]] static Mark mark_of(ByteView bytes);
    RecordTree<Mark, bool> taken_;  // by service point
    RecordTree<Mark, bool> keys_;
};

[[nodiscard]] Digest record_hash(const NodeRecord& record);
[[nodiscard]] Digest record_hash(const MeterRecord& record);
[[nodiscard]] Digest record_hash(const ClusterRecord& record);

struct ChainState {
    Genesis genesis;
    Digest network;
    Height height = 0;  // of the last applied block
    Digest tip;         // id of the last applied block
    std::int64_t tip_time_ms = 0;
    std::uint64_t dgmd_sequence = 0;
    OfficeInForce office;
    DgmdInForce dgmd;
    std::optional<PolicyInForce> policy;
    // The window that ran at each deauthorisation by a policy, of the last seven days; ascending.
    std::vector<Window> policy_uses;
    RecordTree<NodeId, NodeRecord> nodes;
    RecordTree<MeterId, MeterRecord> meters;
    RecordTree<ClusterId, ClusterRecord> clusters;
    Connections connections;
    std::vector<Dated<Tariff>> tariffs;
    std::vector<Change> tariff_changes;
    // The validators of the next height, in proposer order (R3). validators.h changes them.
    std::vector<NodeId> validators;
    std::uint32_t validator_epoch = 0;  // changes since genesis
    Digest validators_hash;
    std::vector<NodeId> tip_validators;  // the validators that decided the tip
    std::optional<ValidatorChange> validator_change;

    [[nodiscard]] WatchLimits watch_limits() const {
        return policy ? policy->policy.limits : WatchLimits{};
    }
    [[nodiscard]] GridClock grid() const { return GridClock(genesis.parameters); }
    // nullptr: unknown node. A revoked node keeps its key, because its earlier signatures still
    // count.
    [[nodiscard]] const VerifyKey* node_key(const NodeId& node) const;
    // Whether the node's signature no longer counts at the next height (REVOKE).
    [[nodiscard]] bool is_revoked(const NodeId& node) const;
    [[nodiscard]] bool is_validator(const NodeId& node) const;
    [[nodiscard]] const VerifyKey* officer_key(const NodeId& officer) const;  // nullptr: none
    [[nodiscard]] const VerifyKey* meter_key(const MeterId& meter) const;     // nullptr: unknown
    [[nodiscard]] const ClusterRecord* cluster(const ClusterId& cluster) const;
    // The committee that certifies this window: the latest allocation effective for it, else the
    // cluster's first; nullptr: unknown cluster.
    [[nodiscard]] const CommitteeAllocation* committee_of(const ClusterId& cluster,
                                                          Window window) const;
    // The newest window W up to this one, among those with which a COMMITTEE of the cluster or a
    // KEY_GRANT of the meter begins, whose committee has a member that could not read the meter's
    // reading of window W-1: the member joined later, or the KEY_GRANT of then does not name it; 0:
    // no such window. No reading of a window before W may be used, as a late reading or for an
    // estimate. The result never falls from one window to the next, even if the new member leaves
    // again.
    [[nodiscard]] Window witnessed_from(const MeterId& meter, Window window) const;
    // The newest of the witnessed_from of the cluster's meters: the first window of which every
    // later committee of the cluster could read everything, up to this one. The window itself, if
    // no meter is settled in it.
    [[nodiscard]] Window history_from(const ClusterId& cluster, Window window) const;
    // Whether the meter has an entry in the window's settlement: its registration and first data
    // key are effective and it is not out by then, or the settlement closes its account.
    [[nodiscard]] bool settles(const MeterId& meter, Window window) const;
    // The cluster's meters for which settles() holds, ascending. Takes time in proportion to the
    // cluster: not for work that every message causes.
    [[nodiscard]] std::vector<MeterId> meters_of(const ClusterId& cluster, Window window) const;
    // Whether the meter signed two readings for this window and the window is not settled yet (rule
    // 3).
    [[nodiscard]] bool is_voided(const MeterId& meter, Window window) const;
    // Whether the meter is out of the settlements by this window (rule 11).
    [[nodiscard]] bool is_tampered(const MeterId& meter, Window window) const;
    // Whether the meter is tampered with or replaced by this window.
    [[nodiscard]] bool is_out(const MeterId& meter, Window window) const;
    // Whether no reading of the window is taken, because the meter is replaced by then or its
    // account is closed.
    [[nodiscard]] bool is_replaced(const MeterId& meter, Window window) const;
    // The registers with which the window's settlement closes the meter's account; nullptr: it does
    // not.
    [[nodiscard]] const Registers* closing_of(const MeterId& meter, Window window) const;
    // 0: none, deauthorised, or closed.
    [[nodiscard]] std::int64_t capacity_w(const MeterId& meter, Window window) const;
    // The tariff in force; without any price before the first one.
    [[nodiscard]] const Tariff& tariff(Window window) const;
    // The factors of the cluster's shares that hold in this window, as far as the settlements so
    // far say; empty under `share_resolution: window`.
    [[nodiscard]] Factors factors_of(const ClusterId& cluster, Window window) const;
    // The window to settle next; nullopt while the cluster has no meters, or at the window limit.
    [[nodiscard]] std::optional<Window> next_window(const ClusterId& cluster) const;
    // Whether a settlement of this window, drafted on the state at state_height, is still up to
    // date.
    [[nodiscard]] bool is_current(const ClusterId& cluster, Window window,
                                  Height state_height) const;
    // The newest data-key epoch effective for the window; nullopt: none. A new meter seals what it
    // measured before its first key was effective (WorkPermit::since) with that key.
    [[nodiscard]] std::optional<KeyEpoch> key_epoch(const MeterId& meter, Window window) const;
    [[nodiscard]] const KeyGrant* key_grant(const MeterId& meter, Window window) const;
    // Endorsements that the cluster's latest committee needs, or the committee of the window; 0:
    // unknown.
    [[nodiscard]] std::size_t quorum_of(const ClusterId& cluster) const;
    [[nodiscard]] std::size_t quorum_of(const ClusterId& cluster, Window window) const;
};

// Over the state above (docs/state.md, "The app hash"), at the cost of what was edited since the
// last call. Parsed keys are left out, because they follow from the encoded ones.
[[nodiscard]] Digest app_hash(const ChainState& state);

// The state after block 0. decode_genesis has checked the form; this function checks the content.
[[nodiscard]] Result<ChainState, Reject> state_from_genesis(const LoadedGenesis& genesis);

}  // namespace fairfeed
