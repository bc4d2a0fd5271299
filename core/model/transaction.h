// What a block can contain. Contents are plain structs; a Transaction is what travels and is
// stored: the kind, the signed envelope and, for settlements, the endorsements that are its
// witnesses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/crypto/key_agreement.h"
#include "core/model/certificate.h"
#include "core/model/evidence.h"
#include "core/model/meter_alarm.h"
#include "core/model/network.h"
#include "core/model/reading.h"

namespace fairfeed {

// Numbers are on the wire for ever. Kinds after `tariff` are reserved and refused, except `event`,
// `revoke`, `evidence` and `handover`.
enum class TransactionKind : std::uint8_t {
    genesis = 0,
    reading = 1,
    settlement = 2,
    meter = 3,
    node = 4,
    committee = 5,
    key_grant = 6,
    capacity = 7,
    tariff = 8,
    event = 9,
    revoke = 10,
    deauthorise = 11,
    adjust = 12,
    evidence = 13,
    offer = 14,
    clearing = 15,
    certificate = 16,
    demand_response = 17,
    handover = 18,
};

// Signed by DGMD, and numbered by its sequence.
[[nodiscard]] constexpr bool is_dgmd_kind(TransactionKind kind) {
    return (kind >= TransactionKind::meter && kind <= TransactionKind::tariff) ||
           kind == TransactionKind::revoke;
}

// Metres east and north of the site's origin.
struct Location {
    std::int32_t east_m = 0;
    std::int32_t north_m = 0;
    bool operator==(const Location&) const = default;
};

// DGMD's transactions carry a sequence number that must be one above the last one committed, so
// that none can be replayed, and take effect with a window, never earlier (threat 55); those about
// nodes with a height (R21).

// NODE: after genesis the node becomes a validator.
struct NodeRegistration {
    std::uint64_t sequence = 0;
    NodeId node;
    PublicKey signing_key;    // votes, endorsements, receipts
    PublicKey agreement_key;  // data-key grants
    Location location;
    bool operator==(const NodeRegistration&) const = default;
};

// REVOKE: the node ceases to be a validator, and nothing is taken from it any more but requests for
// blocks (R19, R21).
struct NodeRevocation {
    std::uint64_t sequence = 0;
    NodeId node;
    bool operator==(const NodeRevocation&) const = default;
};

struct MeterRegistration {
    std::uint64_t sequence = 0;
    MeterId meter;
    ClusterId cluster;
    std::string service_point;  // pseudonym of the connection, [a-z0-9-]{1,32}
    PublicKey signing_key;
    Window effective = 0;
    ConnectionRating rating;
    Registers installed;  // what its registers said when it was installed: where its bill begins
    bool operator==(const MeterRegistration&) const = default;
};

// Who certifies a cluster (paper A43-A47, committee rule 10). committee[0] is the parent.
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
    bool operator==(const CapacityCertificate&) const = default;
};

struct Tariff {
    std::int64_t import_micro_per_kwh = 0;
    std::int64_t export_micro_per_kwh = 0;
    bool operator==(const Tariff&) const = default;
};
struct TariffNotice {
    std::uint64_t sequence = 0;
    Tariff tariff;
    Window effective = 0;  // start of a week (seven days from the grid epoch)
    bool operator==(const TariffNotice&) const = default;
};

enum class EntryStatus : std::uint8_t { reading = 0, missing = 1, conflict = 2 };

struct SettlementEntry {
    MeterId meter;
    EntryStatus status = EntryStatus::missing;
    Digest reading;  // zeros unless status is reading
    bool operator==(const SettlementEntry&) const = default;
};

// A reading that a settlement names.
struct ListedReading {
    MeterId meter;
    Window window = 0;
    Digest reading;
    bool operator==(const ListedReading&) const = default;
};

// What a settlement adds to windows settled before it, as meters are read again (rule 8): measured
// minus estimated. Figures may be negative.
struct AdjustmentTotals {
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t credited_wh = 0;
    std::int64_t grid_amount_micro = 0;  // minus the sum of the meters' adjustments
    bool operator==(const AdjustmentTotals&) const = default;
};

// The public part: anybody can check its arithmetic (docs/state.md, "Totals").
struct SettlementTotals {
    std::int64_t load_wh = 0;
    std::int64_t available_wh = 0;  // the contract's G
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;  // generation after curtailment
    std::int64_t credited_wh = 0;
    std::int64_t d_wh = 0;
    std::int64_t df_ppm = 0;
    std::int64_t psa_ppm = 0;
    std::int64_t mes_w = 0;  // sum of the shares
    std::int64_t residual_surplus_wh = 0;
    std::int64_t conventional_wh = 0;
    std::int64_t grid_amount_micro = 0;  // account `grid`: minus the sum of the meters' postings
    AdjustmentTotals adjusted;           // beside the figures above, which are the window's alone
    bool operator==(const SettlementTotals&) const = default;
};

// A meter's line and its closing state, each sealed under its own single-message key. The AAD is
// meter, epoch, salt, cluster, window and version. The key of the line opens both; that of the
// closing state is derived from it and opens nothing else, so it can be handed over alone.
struct SealedLine {
    MeterId meter;
    KeyEpoch key_epoch = 0;
    Salt salt;
    Bytes ciphertext;
    Bytes closing;
    bool operator==(const SealedLine&) const = default;
};

// What was billed for a window without a reading.
struct EstimatedWindow {
    Window window = 0;
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t credited_wh = 0;
    bool operator==(const EstimatedWindow&) const = default;
};

// One meter's share of AdjustmentTotals; positive energy is more than was billed, an amount is what
// the account owes more (import), or is owed more (export).
struct Adjustment {
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t credited_wh = 0;
    std::int64_t import_amount_micro = 0;
    std::int64_t export_amount_micro = 0;
    bool operator==(const Adjustment&) const = default;
};

// Windows in a row that were settled without a reading, between two readings: `first` to before
// `end`. As long as they may be read late, it is known between which registers they lie.
struct RegisterGap {
    Window first = 0;
    Window end = 0;
    Registers before;                        // at the beginning of `first`
    std::optional<Registers> after;          // at the beginning of `end`; none: they were reset
    std::vector<EstimatedWindow> estimates;  // ascending; without those of zero
    bool operator==(const RegisterGap&) const = default;
};

// What a line says: the window's figures, and the closing state the next window starts from.
struct ClosingState {
    Registers registers;                // of the last real reading; before the first, as installed
    std::int64_t import_remainder = 0;  // 0..999 thousandths of a micro
    std::int64_t export_remainder = 0;
    std::int64_t balance_micro = 0;  // positive: the account owes
    std::uint32_t missed = 0;        // windows in a row without a reading
    // Shares that bind or are known to bind later, or bound in a window that may still be read
    // late, ascending from_s (share_history.h); the one settled here is not in it, because its
    // binding time depends on the block it enters.
    ShareSchedule shares;
    // Windows marked kLineOverCapacity or kLineUnregistered since the certified capacity last
    // changed: what a deauthorisation can point to (paper A69).
    std::uint32_t over_capacity = 0;
    // First window without a reading after the registers: at its beginning they stood so.
    Window unread_from = 0;
    std::vector<EstimatedWindow> estimates;  // from it on, ascending; without those of zero
    std::vector<RegisterGap> gaps;           // before it, ascending; forget_gaps (late_rules.h)
    bool operator==(const ClosingState&) const = default;
};
// Bits of SettlementLine::flags. They change no figure. All but kLineLateReset are about the
// window's own reading; an estimate has none of them.
enum LineFlag : std::uint32_t {
    kLineOverCapacity = 1U << 0U,   // the peak exceeded 115 % of the certified capacity (paper A69)
    kLineRegisterReset = 1U << 1U,  // the reading says so; its registers may be below the last ones
    kLineLateReset = 1U << 2U,      // a late reading taken with this line says so
    kLineUnregistered = 1U << 3U,   // generation of which nothing is certified (paper A70)
    kLineClaimCut = 1U << 4U,       // not all of the claimed available generation counted
    kLineOddYield = 1U << 5U,       // far from the cluster's yield per watt (yield.h)
};
struct SettlementLine {
    MeterId meter;
    bool estimated = false;
    std::uint32_t flags = 0;
    std::int64_t capacity_w = 0;
    std::int64_t load_wh = 0;
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t available_wh = 0;
    std::int64_t credited_wh = 0;
    std::int64_t curtailed_wh = 0;
    std::int64_t mes_w = 0;
    std::int64_t import_amount_micro = 0;
    std::int64_t export_amount_micro = 0;
    Adjustment adjusted;  // of windows before; beside the figures above
    ClosingState closing;
    bool operator==(const SettlementLine&) const = default;
};

// What stands sealed beside a line: all that the next window needs to know of this one. The share
// settled here is not among the closing state's, because when it binds depends on the block.
struct MeterClosing {
    ClosingState state;
    std::int64_t capacity_w = 0;  // certified for the window
    std::int64_t mes_w = 0;
    bool operator==(const MeterClosing&) const = default;
};

// A committee's settlement of one window (protocol 4, committee rules 4-10). As a message it is the
// BATCH; as a transaction its id is the batch's and its endorsements are witnesses.
struct Settlement {
    ClusterId cluster;
    Window window = 0;
    std::uint32_t version = 0;  // reissues count up
    std::uint32_t slot = 0;     // proposer's place in the committee
    NodeId proposer;
    std::uint32_t contract_version = 1;
    ShareRule rule = ShareRule::paper;
    Digest previous;          // id of the cluster's settlement before; zeros for the first
    Height state_height = 0;  // registry, tariff and capacities as of this height
    std::vector<SettlementEntry> entries;  // every authorised meter, ascending
    SettlementTotals totals;
    std::vector<SealedLine> lines;  // one per entry, same order
    // Readings of windows that were settled without them, trued up here (rule 7); ascending meter,
    // then window.
    std::vector<ListedReading> late;
    bool operator==(const Settlement&) const = default;
};

// Every reading a settlement lists, its own window's and late ones, ascending by meter, then
// window: the order in which their transactions stand in front of it in a block.
[[nodiscard]] std::vector<ListedReading> listed_readings(const Settlement& settlement);

// HANDOVER: who knows a cluster's last settlement gives its closing states to those who settle next
// and do not (docs/protocol.md, "Handover"). What it opens is on the chain already, so nobody need
// believe the sender: a member of the committee before, or DGMD.
struct Handover {
    ClusterId cluster;
    Window window = 0;                   // the cluster's last settled
    Digest settlement;                   // id of its settlement
    std::uint32_t epoch = 0;             // of the committee that settles next
    std::vector<KeyGrantEntry> entries;  // of its members: the key of `sealed`; ascending
    Bytes sealed;  // the keys of the closing states, in the order of the lines
    bool operator==(const Handover&) const = default;
};

using TransactionContent =
    std::variant<Genesis, SignedReading, Settlement, MeterRegistration, NodeRegistration,
                 CommitteeAllocation, KeyGrant, CapacityCertificate, TariffNotice, MeterAlarm,
                 Evidence, NodeRevocation, Handover>;

struct Transaction {
    TransactionKind kind = TransactionKind::reading;
    Digest id;      // SHA-256 of the envelope's Sig_structure; EVIDENCE: of what it compares
    NodeId signer;  // the envelope's kid; a meter's name for readings, the culprit's for EVIDENCE
    Bytes envelope;
    std::vector<Witness> endorsements;  // settlements only; ascending node
    TransactionContent content;
    bool operator==(const Transaction&) const = default;
};

// What a committee member signs to vouch for a batch.
struct Endorsement {
    ClusterId cluster;
    Window window = 0;
    std::uint32_t version = 0;
    Digest batch;
    bool operator==(const Endorsement&) const = default;
};

// "settlement of cluster c1, window 5": what a transaction is, for a person.
[[nodiscard]] std::string describe(const Transaction& transaction);
[[nodiscard]] std::string_view to_string(TransactionKind kind);

}  // namespace fairfeed
