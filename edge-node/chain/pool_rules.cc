#include "edge-node/chain/pool_rules.h"

#include <cstdint>
#include <optional>
#include <variant>

#include "core/state/accusations.h"
#include "core/state/handover_rules.h"
#include "core/state/late_rules.h"
#include "core/state/office_rules.h"
#include "core/state/settlement_rules.h"

namespace fairfeed::pool {
namespace {

// An accusation about a window that has not begun would only wait. A synchronised clock says which
// window runs; without one, the chain says so roughly.
bool is_near(const ClusterId& cluster, Window window, const ChainState& state, Instant now) {
    const auto next = state.next_window(cluster);
    if (next && std::int64_t{window} <= std::int64_t{*next} + 1) return true;
    return now.synchronised && window <= state.grid().window_at(now.real_ms).value_or(0);
}

bool is_committed(const Result<void, Reject>& possible) {
    return !possible && possible.error() == Reject::already_committed;
}

// Of all kinds but HANDOVER and notices, which DGMD may have signed. nullptr: unknown.
const VerifyKey* key_of(const Transaction& transaction, const ChainState& state) {
    if (const auto* reading = std::get_if<SignedReading>(&transaction.content)) {
        return state.meter_key(reading->header.meter);
    }
    if (const auto* event = std::get_if<MeterAlarm>(&transaction.content)) {
        return state.meter_key(event->meter);
    }
    if (const auto* evidence = std::get_if<Evidence>(&transaction.content)) {
        return key_of_culprit(state, *evidence);
    }
    return state.node_key(transaction.signer);
}

// One overload for each kind: the compiler asks for that of a new one.
struct IsPast {
    const Transaction& transaction;
    const ChainState& state;

    bool operator()(const Genesis&) const { return true; }
    bool operator()(const SignedReading& reading) const {
        const ReadingHeader& header = reading.header;
        const auto next = state.next_window(header.cluster);
        return !next ||
               (header.window < *next && !may_true_up(state, header.meter, header.window, *next));
    }
    bool operator()(const Settlement& settlement) const {
        const auto next = state.next_window(settlement.cluster);
        return !next || settlement.window < *next;
    }
    bool operator()(const Evidence& evidence) const {
        return is_committed(check_evidence(state, evidence, state.height + 1, INT64_MAX));
    }
    bool operator()(const MeterAlarm& event) const {
        const auto possible = check_event(state, event, INT64_MAX);
        const bool is_replaced = !possible && possible.error() == Reject::replaced;
        return is_replaced || is_committed(possible);
    }
    bool operator()(const Handover&) const {
        return is_committed(check_handover(state, transaction));
    }
    bool operator()(const MeterRegistration& notice) const { return is_used(notice.sequence); }
    bool operator()(const NodeRegistration& notice) const { return is_used(notice.sequence); }
    bool operator()(const NodeRevocation& notice) const { return is_used(notice.sequence); }
    bool operator()(const CommitteeAllocation& notice) const { return is_used(notice.sequence); }
    bool operator()(const KeyGrant& notice) const { return is_used(notice.sequence); }
    bool operator()(const CapacityCertificate& notice) const { return is_used(notice.sequence); }
    bool operator()(const TariffNotice& notice) const { return is_used(notice.sequence); }
    bool operator()(const Deauthorisation& notice) const { return is_used(notice.sequence); }
    bool operator()(const MeterCommand& notice) const { return is_used(notice.sequence); }
    bool operator()(const OfficeChange& notice) const { return is_used(notice.sequence); }
    bool operator()(const DgmdKeyChange& notice) const { return is_used(notice.sequence); }
    bool operator()(const WatchPolicy& notice) const { return is_used(notice.sequence); }

    // A notice that has expired will enter no block either.
    [[nodiscard]] bool is_used(std::uint64_t sequence) const {
        return sequence <= state.dgmd_sequence ||
               window_is_over(state, transaction.valid_until, state.tip_time_ms);
    }
};

}  // namespace

bool is_accusation(const Transaction& transaction) {
    return transaction.kind == TransactionKind::evidence ||
           transaction.kind == TransactionKind::event ||
           transaction.kind == TransactionKind::handover;
}

bool is_past(const Transaction& transaction, const ChainState& state) {
    return std::visit(IsPast{transaction, state}, transaction.content);
}

bool is_stale(const Settlement& settlement, const ChainState& state) {
    return settlement.state_height <= state.height &&
           !state.is_current(settlement.cluster, settlement.window, settlement.state_height);
}

bool is_due(const Settlement& settlement, const ChainState& state) {
    const auto next = state.next_window(settlement.cluster);
    return next && std::int64_t{settlement.window} <= std::int64_t{*next} + 1;
}

Result<void, Reject> check_accusation(const Transaction& transaction, const ChainState& state,
                                      Instant now) {
    if (transaction.kind == TransactionKind::handover) return check_handover(state, transaction);
    if (const auto* event = std::get_if<MeterAlarm>(&transaction.content)) {
        if (auto possible = check_event(state, *event, INT64_MAX); !possible) return possible;
        if (!is_near(event->cluster, event->window, state, now)) {
            return unexpected(Reject::future_window);
        }
        return {};
    }
    const auto& evidence = std::get<Evidence>(transaction.content);
    if (auto possible = check_evidence(state, evidence, state.height + 1, INT64_MAX); !possible) {
        return possible;
    }
    const bool of_height =
        evidence.offence == Offence::two_votes || evidence.offence == Offence::two_proposals;
    ClusterId cluster = evidence.place.cluster;
    if (evidence.offence == Offence::two_readings) {
        cluster = state.meters.at(MeterId(evidence.culprit)).registration.cluster;
    }
    if (!of_height && !is_near(cluster, evidence.place.window, state, now)) {
        return unexpected(Reject::future_window);
    }
    return {};
}

Result<void, Reject> check_signature(const Transaction& transaction, const ChainState& state,
                                     SignatureChecker& signatures) {
    if (is_dgmd_kind(transaction.kind)) return check_drafted(state, transaction, signatures);
    if (transaction.kind == TransactionKind::handover) {
        return check_sent(state, transaction, signatures);
    }
    const VerifyKey* key = key_of(transaction, state);
    if (key == nullptr) {
        const bool is_reading = transaction.kind == TransactionKind::reading;
        return unexpected(is_reading ? Reject::unknown_meter : Reject::unknown_node);
    }
    return signatures.transaction(transaction, state.network, *key);
}

bool is_of_another_time(const Transaction& transaction, Reject reason) {
    switch (reason) {
        case Reject::duplicate:
        case Reject::already_committed:
        case Reject::stale_state:
            return true;
        case Reject::future_window:
            return transaction.kind == TransactionKind::settlement;
        default:
            return false;
    }
}

}  // namespace fairfeed::pool
