// DGMD's notices: what the utility's office decides (docs/protocol.md, "Registry"). The sequence
// number of each must be one above the last committed one, so none can be replayed. They take
// effect with a window that has not begun (threat 55), those about nodes with a height (R21),
// OFFICERS, DGMD_KEYS and POLICY at once. Above block 0 each needs the approvals of a threshold of
// officers (office.h), but for a DEAUTHORISE on the word of a POLICY (watch_policy.h). Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/crypto/key_agreement.h"
#include "core/model/dgmd_keys.h"
#include "core/model/office.h"
#include "core/model/reading.h"
#include "core/model/tariff.h"
#include "core/model/watch_policy.h"

namespace fairfeed {

// Metres east and north of the site's origin.
struct Location {
    std::int32_t east_m = 0;
    std::int32_t north_m = 0;
    bool operator==(const Location&) const = default;
};

// NODE: after genesis the node becomes a validator.
struct NodeRegistration {
    std::uint64_t sequence = 0;
    NodeId node;
    PublicKey signing_key;    // votes, endorsements, receipts
    PublicKey agreement_key;  // data-key grants
    Location location;
    bool operator==(const NodeRegistration&) const = default;
};

// REVOKE: the node ceases to be a validator, and the others accept nothing from it except requests
// for blocks (R19, R21).
struct NodeRevocation {
    std::uint64_t sequence = 0;
    NodeId node;
    bool operator==(const NodeRevocation&) const = default;
};

// The permit to replace a meter (paper A93), in the METER of the new one. From METER's `effective`
// on the old meter is out. Its account closes with these registers.
struct WorkPermit {
    MeterId replaces;
    Registers closing;  // of the old meter when it was taken out
    // The first window of which the new meter may be read. The new meter was installed before it
    // ended; from `effective` on it has entries, and its readings of the windows between are late.
    Window since = 0;
    bool operator==(const WorkPermit&) const = default;
};

struct MeterRegistration {
    std::uint64_t sequence = 0;
    MeterId meter;
    ClusterId cluster;
    std::string service_point;  // pseudonym of the connection, [a-z0-9-]{1,32}
    PublicKey signing_key;
    Window effective = 0;
    ConnectionRating rating;
    Registers installed;  // registers at its installation: its bill begins there
    std::optional<WorkPermit> permit = std::nullopt;
    // The first window of which it may be read.
    [[nodiscard]] Window reads_from() const { return permit ? permit->since : effective; }
    bool operator==(const MeterRegistration&) const = default;
};

// The committee of a cluster (paper A43-A47, committee rule 10). committee[0] is the parent.
struct CommitteeAllocation {
    std::uint64_t sequence = 0;
    ClusterId cluster;
    Location location;
    std::vector<NodeId> members;  // parent, then up to three neighbours
    std::uint32_t epoch = 0;
    Window effective = 0;
    bool operator==(const CommitteeAllocation&) const = default;
};
[[nodiscard]] bool is_member(const CommitteeAllocation& committee, const NodeId& node);

struct KeyGrantEntry {
    NodeId recipient;  // a committee member or DGMD
    WrappedKey wrapped;
    bool operator==(const KeyGrantEntry&) const = default;
};
struct KeyGrant {
    std::uint64_t sequence = 0;
    MeterId meter;
    KeyEpoch epoch = 0;
    std::vector<KeyGrantEntry> entries;  // ascending recipient
    Window effective = 0;
    bool operator==(const KeyGrant&) const = default;
};

struct CapacityCertificate {
    std::uint64_t sequence = 0;
    MeterId meter;
    std::int64_t capacity_w = 0;  // authorised installed capacity; 0: a consumer
    Window effective = 0;
    // Salted commitment of the inspector's certificate (paper A67, A68), of which each is used
    // once. A deauthorised meter gets no capacity without it: its re-inspection.
    std::optional<Digest> certificate = std::nullopt;
    bool operator==(const CapacityCertificate&) const = default;
};

// Numbers are on the wire and never change.
enum class DeauthorisationReason : std::uint8_t {
    over_capacity = 1,       // peaks above 115 % of the certified capacity (paper A69)
    unregistered = 2,        // generation without a certified capacity
    failed_inspection = 3,   // an inspector found something else than what is certified
    grid_safety = 4,         // the grid cannot take the feed-in at this place
    requested_by_owner = 5,  // the owner gives the generation up
};
[[nodiscard]] std::string_view to_string(DeauthorisationReason reason);
[[nodiscard]] std::optional<DeauthorisationReason> deauthorisation_reason_from(
    std::uint64_t number);

// DEAUTHORISE (paper A70): from `effective` on the meter has no capacity, so its MES is 0 and its
// export earns nothing, until a CAPACITY names the certificate of a re-inspection. What DGMD alone
// took by a policy, a CAPACITY gives back without one.
struct Deauthorisation {
    std::uint64_t sequence = 0;
    MeterId meter;
    DeauthorisationReason reason = DeauthorisationReason::over_capacity;
    Window effective = 0;
    std::vector<Window> evidence = {};  // settled windows whose readings show it, ascending
    // The POLICY on whose word DGMD alone says this, by its sequence; then it has evidence and no
    // approvals. nullopt: the officers approve it.
    std::optional<std::uint64_t> policy = std::nullopt;
    bool operator==(const Deauthorisation&) const = default;
};

// OFFICERS: replaces officers, threshold and inspectors at once, from the next transaction on.
struct OfficeChange {
    std::uint64_t sequence = 0;
    Office office;
    bool operator==(const OfficeChange&) const = default;
};

// TARIFF: for every meter of the network.
struct TariffNotice {
    std::uint64_t sequence = 0;
    Tariff tariff;
    Window effective = 0;  // the first window that begins in a local week; 0: from the beginning
    bool operator==(const TariffNotice&) const = default;
};

}  // namespace fairfeed
