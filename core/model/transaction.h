// The contents of blocks. Contents are plain structs. A Transaction is the form that travels and is
// stored: the kind, the signed envelope and, for settlements and the office's notices, the
// witnesses that certify them.
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
#include "core/model/meter_command.h"
#include "core/model/network.h"
#include "core/model/notice.h"
#include "core/model/reading.h"

namespace fairfeed {

// Numbers are on the wire and never change. Kinds after `tariff` are reserved and refused, except
// `event`, `revoke`, `deauthorise`, `evidence`, `handover` and those from `officers` on.
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
    officers = 19,
    command = 20,
    dgmd_keys = 21,
    policy = 22,
};

// DGMD's notices: drafted by its gateway, valid with the approvals of its officers, and numbered by
// its sequence (notice.h).
[[nodiscard]] constexpr bool is_dgmd_kind(TransactionKind kind) {
    return (kind >= TransactionKind::meter && kind <= TransactionKind::tariff) ||
           kind == TransactionKind::revoke || kind == TransactionKind::deauthorise ||
           kind == TransactionKind::officers || kind == TransactionKind::command ||
           kind == TransactionKind::dgmd_keys || kind == TransactionKind::policy;
}

enum class EntryStatus : std::uint8_t { reading = 0, missing = 1, conflict = 2 };

struct SettlementEntry {
    MeterId meter;
    EntryStatus status = EntryStatus::missing;
    Digest reading;  // zeros unless status is reading
    bool operator==(const SettlementEntry&) const = default;
};

// A reading named by a settlement.
struct ListedReading {
    MeterId meter;
    Window window = 0;
    Digest reading;
    bool operator==(const ListedReading&) const = default;
};

// The corrections that a settlement makes to earlier windows, as meters are read again (rule 8):
// measured minus estimated. Figures may be negative.
struct AdjustmentTotals {
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t credited_wh = 0;
    std::int64_t grid_amount_micro = 0;  // minus the sum of the meters' adjustments
    bool operator==(const AdjustmentTotals&) const = default;
};

// The public part, whose arithmetic anybody can check (docs/state.md, "Totals").
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
    AdjustmentTotals adjusted;           // of earlier windows; not in the figures above
    BandEnergies bands = {};             // of import and credited export
    bool operator==(const SettlementTotals&) const = default;
};

// A meter's line and its closing state, each sealed under its own single-message key. The AAD is
// meter, epoch, salt, cluster, window and version. The key of the line opens both. The key of the
// closing state is derived from it and opens only the closing state, so it can be handed over
// alone.
struct SealedLine {
    MeterId meter;
    KeyEpoch key_epoch = 0;
    Salt salt;
    Bytes ciphertext;
    Bytes closing;
    bool operator==(const SealedLine&) const = default;
};

// The figures billed for a window without a reading.
struct EstimatedWindow {
    Window window = 0;
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t credited_wh = 0;
    // What its parts cost and earned in the bands of the window's tariff, in thousandths of a
    // micro.
    std::int64_t cost = 0;
    std::int64_t worth = 0;
    bool operator==(const EstimatedWindow&) const = default;
};

// One meter's part of AdjustmentTotals. Positive energy is more than was billed. A positive amount
// is what the account owes in addition (import), or is owed in addition (export).
struct Adjustment {
    std::int64_t import_wh = 0;
    std::int64_t export_wh = 0;
    std::int64_t generation_wh = 0;
    std::int64_t credited_wh = 0;
    std::int64_t import_amount_micro = 0;
    std::int64_t export_amount_micro = 0;
    bool operator==(const Adjustment&) const = default;
};

// Windows in a row that were settled without a reading, between two readings: from `first` to
// before `end`. The registers at both ends are kept as long as these windows may be read late.
struct RegisterGap {
    Window first = 0;
    Window end = 0;
    Registers before;                        // at the beginning of `first`
    std::optional<Registers> after;          // at the beginning of `end`; none: they were reset
    std::vector<EstimatedWindow> estimates;  // ascending; without those of zero
    bool operator==(const RegisterGap&) const = default;
};

// The state of a meter after a window, from which the next window starts.
struct ClosingState {
    Registers registers;                // of the last real reading; before the first, as installed
    std::int64_t import_remainder = 0;  // 0..999 thousandths of a micro
    std::int64_t export_remainder = 0;
    std::int64_t balance_micro = 0;  // positive: the account owes
    std::uint32_t missed = 0;        // windows in a row without a reading
    // Shares that bind now or later, or bound in a window that may still be read late, ascending
    // from_s (share_history.h). The share settled here is not among them, because its binding time
    // depends on its block.
    ShareSchedule shares;
    // Windows marked kLineOverCapacity or kLineUnregistered since the certified capacity last
    // changed: grounds for a deauthorisation (paper A69).
    std::uint32_t over_capacity = 0;
    // First window without a reading after the registers, which are those at its beginning.
    Window unread_from = 0;
    std::vector<EstimatedWindow> estimates;  // from unread_from on, ascending; none of zero
    std::vector<RegisterGap> gaps;           // before it, ascending; forget_gaps (late_rules.h)
    bool operator==(const ClosingState&) const = default;
};
// Bits of SettlementLine::flags. They change no figure. All but kLineLateReset concern the window's
// own reading; a line with an estimate has none of them.
enum LineFlag : std::uint32_t {
    kLineOverCapacity = 1U << 0U,   // the peak exceeded 115 % of the certified capacity (paper A69)
    kLineRegisterReset = 1U << 1U,  // so the registers may be below the last ones
    kLineLateReset = 1U << 2U,      // a late reading of this line reports a reset
    kLineUnregistered = 1U << 3U,   // generation without any certified capacity (paper A70)
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
    // The share settled here. Under `share_resolution: quarter` the power to which the factors of
    // the settlement apply.
    std::int64_t mes_w = 0;
    std::int64_t import_amount_micro = 0;  // with the fixed charge (fixed_charge_micro)
    std::int64_t export_amount_micro = 0;
    Adjustment adjusted;  // of earlier windows; beside the figures above
    ClosingState closing;
    BandEnergies bands = {};  // of import and credited export
    bool operator==(const SettlementLine&) const = default;
};

// The item sealed beside a line: everything that the next window needs from this one. The share
// settled here is not among the closing state's, because its binding time depends on the block.
struct MeterClosing {
    ClosingState state;
    std::int64_t capacity_w = 0;  // certified for the window
    std::int64_t mes_w = 0;       // the line's
    bool operator==(const MeterClosing&) const = default;
};

// A committee's settlement of one window (protocol 4, committee rules 4-10). As a message it is the
// BATCH. As a transaction it has the batch's id, and its endorsements are witnesses.
struct Settlement {
    ClusterId cluster;
    Window window = 0;
    std::uint32_t version = 0;  // reissues count up
    std::uint32_t slot = 0;     // proposer's place in the committee
    NodeId proposer;
    std::uint32_t contract_version = 1;
    ShareRule rule = ShareRule::paper;
    // What the shares settled here came from: the network's basis, or `previous_window` where the
    // forecast has no history yet.
    ShareBasis basis = ShareBasis::previous_window;
    Digest previous;          // id of the cluster's settlement before; zeros for the first
    Height state_height = 0;  // registry, tariff and capacities as of this height
    std::vector<SettlementEntry> entries;  // every authorised meter, ascending
    SettlementTotals totals;
    std::vector<SealedLine> lines;  // one per entry, same order
    // Under `share_resolution: quarter` the factors of the window that the shares are for, and
    // those that bound in this window; else empty.
    Factors factors;
    Factors bound;
    // Readings of earlier windows that were settled without them and are trued up here (rule 7);
    // ascending meter, then window.
    std::vector<ListedReading> late;
    bool operator==(const Settlement&) const = default;
};

// Every reading listed by a settlement, of its own window and late ones, ascending by meter, then
// window. Their transactions stand in this order in front of it in a block.
[[nodiscard]] std::vector<ListedReading> listed_readings(const Settlement& settlement);

// HANDOVER: a keyholder of a cluster's last settlement gives its closing states to the newcomers of
// the next committee (docs/protocol.md, "Handover"). The closing states are on the chain already,
// so recipients can check what they get from the sender, a member of the previous committee or
// DGMD.
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
                 Evidence, NodeRevocation, Handover, Deauthorisation, OfficeChange, MeterCommand,
                 DgmdKeyChange, WatchPolicy>;

struct Transaction {
    TransactionKind kind = TransactionKind::reading;
    Digest id;      // SHA-256 of the envelope's Sig_structure; EVIDENCE: of what it compares
    NodeId signer;  // the envelope's kid; a meter's name for readings, the culprit's for EVIDENCE
    Bytes envelope;
    // Ascending by name: a settlement's endorsements by members of its committee, a notice's
    // approvals by officers.
    std::vector<Witness> endorsements;
    TransactionContent content;
    // Notices: the last window in which a block may take the notice in. 0 in block 0, where nothing
    // expires, and for all other kinds.
    Window valid_until = 0;
    bool operator==(const Transaction&) const = default;
};

// Whether DGMD alone says it, on the word of a POLICY: without approvals.
[[nodiscard]] bool is_by_policy(const Transaction& notice);

// A committee member's signed confirmation of a batch.
struct Endorsement {
    ClusterId cluster;
    Window window = 0;
    std::uint32_t version = 0;
    Digest batch;
    bool operator==(const Endorsement&) const = default;
};

// The transaction in words: "settlement of cluster c1, window 5".
[[nodiscard]] std::string describe(const Transaction& transaction);
[[nodiscard]] std::string_view to_string(TransactionKind kind);

}  // namespace fairfeed
