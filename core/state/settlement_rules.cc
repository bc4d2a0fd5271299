#include "core/state/settlement_rules.h"

#include <algorithm>

#include "core/base/units.h"
#include "core/contract/billing.h"
#include "core/contract/share.h"
#include "core/contract/share_schedule.h"
#include "core/state/endorsements.h"
#include "core/state/handover_rules.h"
#include "core/state/late_rules.h"

namespace fairfeed {

namespace {

using Verdict = Result<void, Reject>;

Verdict check_entries(const ChainState& state, const Settlement& settlement) {
    const auto meters = state.meters_of(settlement.cluster, settlement.window);
    const auto& entries = settlement.entries;
    if (entries.size() != meters.size()) return unexpected(Reject::wrong_entries);
    if (settlement.lines.size() != entries.size()) return unexpected(Reject::wrong_lines);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].meter != meters[i]) return unexpected(Reject::wrong_entries);
        const bool names_reading = entries[i].reading != Digest{};
        if (names_reading != (entries[i].status == EntryStatus::reading)) {
            return unexpected(Reject::wrong_entries);
        }
        // An entry is in conflict exactly if EVIDENCE on the chain says so.
        if ((entries[i].status == EntryStatus::conflict) !=
            state.is_voided(meters[i], settlement.window)) {
            return unexpected(Reject::wrong_entries);
        }
        const SealedLine& line = settlement.lines[i];
        if (line.meter != meters[i]) return unexpected(Reject::wrong_lines);
        if (line.key_epoch != state.key_epoch(meters[i], settlement.window)) {
            return unexpected(Reject::unknown_key_epoch);
        }
    }
    return {};
}

bool in_range(std::int64_t value, std::int64_t most) {
    return value >= 0 && value <= most;
}

bool energies_in_range(const SettlementTotals& totals) {
    for (const std::int64_t wh : {totals.load_wh, totals.available_wh, totals.import_wh,
                                  totals.export_wh, totals.generation_wh, totals.credited_wh,
                                  totals.residual_surplus_wh, totals.conventional_wh}) {
        if (!in_range(wh, kMaxClusterWattHours)) return false;
    }
    return true;
}

bool energies_agree(const SettlementTotals& totals) {
    return totals.load_wh == totals.import_wh + totals.generation_wh - totals.export_wh &&
           totals.export_wh <= totals.generation_wh &&
           totals.generation_wh <= totals.available_wh && totals.credited_wh <= totals.export_wh;
}

// Available generation beyond metered generation is at most what the certified capacities could
// have generated.
bool curtailment_fits(const SettlementTotals& totals, std::int64_t window_seconds,
                      std::int64_t capacity_w) {
    const Int128 curtailed_wh = totals.available_wh - totals.generation_wh;
    return curtailed_wh * kSecondsPerHour <= Int128{capacity_w} * window_seconds;
}

// A forecast needs history. Until there is some, its shares come from the window settled.
bool is_basis_of(const NetworkParameters& parameters, ShareBasis basis) {
    const bool is_fallback =
        parameters.basis == ShareBasis::expected && basis == ShareBasis::previous_window;
    return basis == parameters.basis || is_fallback;
}

// Whether the factors that bound are the chain's, and the new ones are of this resolution and rule.
bool factors_fit(const ChainState& state, const Settlement& settlement) {
    if (settlement.bound != state.factors_of(settlement.cluster, settlement.window)) return false;
    if (settlement.factors.size() != settlement.bound.size()) return false;
    if (settlement.rule == ShareRule::generation) return true;
    return std::all_of(settlement.factors.begin(), settlement.factors.end(),
                       [](std::int64_t factor_ppm) {
                           return factor_ppm <= kPpm || factor_ppm == kUncurtailedPpm;
                       });
}

// Checks D, DF, PSA and the sum of the shares as for one producer that owns all the capacity.
bool shares_agree(const Settlement& settlement, std::int64_t window_seconds,
                  std::int64_t capacity_w) {
    const SettlementTotals& totals = settlement.totals;
    const Shares whole =
        compute_shares(ShareRule::paper, window_seconds, totals.load_wh, totals.available_wh,
                       {{MeterId("all"), capacity_w, totals.available_wh, totals.load_wh}});
    if (totals.d_wh != whole.d_wh || totals.df_ppm != whole.df_ppm ||
        totals.psa_ppm != whole.psa_ppm || totals.conventional_wh != whole.conventional_wh) {
        return false;
    }
    if (totals.residual_surplus_wh > std::max(std::int64_t{0}, whole.d_wh)) return false;
    const bool is_whole = settlement.factors.empty() && settlement.basis != ShareBasis::expected;
    if (is_whole && (settlement.rule == ShareRule::paper || whole.d_wh <= 0)) {
        return totals.mes_w == whole.mes_sum_w;
    }
    const bool by_capacity = settlement.rule != ShareRule::generation;
    if (!settlement.factors.empty() && by_capacity) return totals.mes_w == capacity_w;
    return in_range(totals.mes_w, capacity_w);
}

// The account `grid` is the negative of the tariff applied to the energies of the bands, and of
// every meter's fixed charge, up to the remainders that each meter carries in each direction.
bool money_agrees(const SettlementTotals& totals, std::size_t meters, const Tariff& tariff,
                  std::int64_t fixed_micro) {
    const PricedEnergy energy = priced(tariff, totals.import_wh, totals.credited_wh, totals.bands);
    const Int128 owed = energy.cost - energy.worth +
                        Int128{fixed_micro} * static_cast<std::int64_t>(meters) * kRemainderLimit;
    const Int128 off = Int128{totals.grid_amount_micro} * kRemainderLimit + owed;
    const auto most = static_cast<std::int64_t>(meters) * (kRemainderLimit - 1);
    return off >= -2 * Int128{most} && off <= 2 * Int128{most};
}

// The readings in front are exactly the listed ones, in the listed order. The readings of one meter
// ascend by sequence.
Result<void, GroupFault> check_listing(const SettlementGroup& group) {
    const auto listed = listed_readings(std::get<Settlement>(group.settlement.content));
    const SignedReading* before = nullptr;
    for (std::size_t i = 0; i < listed.size(); ++i) {
        if (i == group.readings.size()) return unexpected(GroupFault{Reject::reading_not_held, i});
        const Transaction& transaction = group.readings[i];
        const auto* reading = std::get_if<SignedReading>(&transaction.content);
        const bool is_it = reading && transaction.id == listed[i].reading &&
                           reading->id == listed[i].reading &&
                           reading->header.meter == listed[i].meter;
        if (!is_it) return unexpected(GroupFault{Reject::wrong_entries, i});
        if (reading->header.window != listed[i].window) {
            return unexpected(GroupFault{Reject::wrong_window, i});
        }
        if (before && before->header.meter == listed[i].meter &&
            before->header.sequence >= reading->header.sequence) {
            return unexpected(GroupFault{Reject::stale_sequence, i});
        }
        before = reading;
    }
    if (listed.size() < group.readings.size()) {
        return unexpected(GroupFault{Reject::wrong_entries, listed.size()});
    }
    return {};
}

Verdict check_reading(const ChainState& state, const Transaction& transaction,
                      SignatureChecker& signatures) {
    const auto& reading = std::get<SignedReading>(transaction.content);
    if (!transaction.endorsements.empty()) return unexpected(Reject::malformed);
    const auto taken = check_reading_header(state, reading.header.window, reading.header);
    if (!taken) return taken;
    const VerifyKey* key = state.meter_key(reading.header.meter);
    if (!key) return unexpected(Reject::unknown_meter);
    return signatures.transaction(transaction, state.network, *key);
}

Verdict check_certified(const ChainState& state, const Transaction& transaction,
                        std::int64_t time_ms, SignatureChecker& signatures) {
    const auto& settlement = std::get<Settlement>(transaction.content);
    const ClusterRecord* cluster = state.cluster(settlement.cluster);
    if (cluster && cluster->last_window && transaction.id == cluster->last_settlement) {
        return unexpected(Reject::already_committed);
    }
    if (const auto placed = check_settlement_place(state, settlement); !placed) return placed;
    if (transaction.signer != settlement.proposer) return unexpected(Reject::wrong_proposer);
    if (!window_is_over(state, settlement.window, time_ms)) return unexpected(Reject::wrong_time);
    if (const auto right = check_settlement_totals(state, settlement); !right) return right;
    const VerifyKey* key = state.node_key(settlement.proposer);
    if (!key) return unexpected(Reject::unknown_node);
    const auto signed_ = signatures.transaction(transaction, state.network, *key);
    if (!signed_) return signed_;
    const auto endorsed = check_endorsements(state, transaction, signatures);
    if (!endorsed) return unexpected(endorsed.error().reason);
    return {};
}

}  // namespace

Verdict check_settlement_place(const ChainState& state, const Settlement& settlement) {
    const ClusterRecord* cluster = state.cluster(settlement.cluster);
    if (!cluster) return unexpected(Reject::wrong_cluster);
    if (state.next_window(settlement.cluster) != settlement.window) {
        return unexpected(Reject::wrong_window);
    }
    if (settlement.previous != cluster->last_settlement) return unexpected(Reject::wrong_previous);
    if (!is_handed_over(state, settlement.cluster)) return unexpected(Reject::not_handed_over);
    const NetworkParameters& parameters = state.genesis.parameters;
    if (settlement.contract_version != parameters.contract_version ||
        settlement.rule != parameters.rule) {
        return unexpected(Reject::unsupported_version);
    }
    if (!is_basis_of(parameters, settlement.basis)) return unexpected(Reject::unsupported_version);
    if (!factors_fit(state, settlement)) return unexpected(Reject::wrong_factors);
    const CommitteeAllocation* committee =
        state.committee_of(settlement.cluster, settlement.window);
    if (settlement.slot >= committee->members.size() ||
        settlement.proposer != committee->members[settlement.slot]) {
        return unexpected(Reject::wrong_proposer);
    }
    if (!state.is_current(settlement.cluster, settlement.window, settlement.state_height)) {
        return unexpected(Reject::stale_state);
    }
    if (const auto entries = check_entries(state, settlement); !entries) return entries;
    return check_late(state, settlement);
}

Verdict check_settlement_totals(const ChainState& state, const Settlement& settlement) {
    const std::int64_t window_seconds = state.genesis.parameters.window_seconds;
    const auto alone = check_totals_alone(settlement.totals, settlement.entries.size(),
                                          state.tariff(settlement.window),
                                          state.grid().start_s(settlement.window), window_seconds);
    if (!alone) return alone;
    const std::int64_t capacity_w = capacity_sum_w(state, settlement);
    if (!curtailment_fits(settlement.totals, window_seconds, capacity_w) ||
        !shares_agree(settlement, window_seconds, capacity_w) ||
        !adjustments_agree(state, settlement)) {
        return unexpected(Reject::wrong_totals);
    }
    return {};
}

Verdict check_totals_alone(const SettlementTotals& totals, std::size_t meters, const Tariff& tariff,
                           std::int64_t start_s, std::int64_t window_seconds) {
    if (!energies_in_range(totals)) return unexpected(Reject::out_of_range);
    const auto quarters = static_cast<std::size_t>(window_seconds / kSecondsPerQuarter);
    const WindowBands bands = bands_in(tariff, start_s, quarters);
    const std::int64_t fixed_micro = fixed_charge_micro(tariff, start_s, window_seconds);
    if (!energies_agree(totals) ||
        !add_up(totals.bands, bands, totals.import_wh, totals.credited_wh) ||
        !money_agrees(totals, meters, tariff, fixed_micro)) {
        return unexpected(Reject::wrong_totals);
    }
    return {};
}

Verdict check_reading_header(const ChainState& state, Window window, const ReadingHeader& header) {
    if (header.version != 1) return unexpected(Reject::unsupported_version);
    if (header.network != state.network) return unexpected(Reject::wrong_network);
    const auto* meter = state.meters.find(header.meter);
    if (meter == nullptr) return unexpected(Reject::unknown_meter);
    if (header.cluster != meter->registration.cluster) {
        return unexpected(Reject::wrong_cluster);
    }
    if (header.window != window) return unexpected(Reject::wrong_window);
    if (meter->registration.reads_from() > window) return unexpected(Reject::not_effective);
    const auto epoch = state.key_epoch(header.meter, window);
    if (!epoch || header.key_epoch != *epoch) {
        return unexpected(Reject::unknown_key_epoch);
    }
    const auto slot = open_slot(*meter, window);
    if (!slot) return unexpected(Reject::closed_window);
    if (header.sequence <= slot->above || header.sequence >= slot->below) {
        return unexpected(Reject::stale_sequence);
    }
    if (state.is_voided(header.meter, window)) return unexpected(Reject::conflicting_reading);
    if (state.is_tampered(header.meter, window)) return unexpected(Reject::tampered);
    if (state.is_replaced(header.meter, window)) return unexpected(Reject::replaced);
    return {};
}

std::int64_t capacity_sum_w(const ChainState& state, const Settlement& settlement) {
    std::int64_t sum_w = 0;  // all meters at kMaxCapacityW stay far below the limit of share.h
    for (const SettlementEntry& entry : settlement.entries) {
        sum_w += state.capacity_w(entry.meter, settlement.window);
    }
    return sum_w;
}

bool window_is_over(const ChainState& state, Window window, std::int64_t time_ms) {
    return state.grid().grid_s(time_ms) >= state.grid().end_s(window);
}

Result<void, GroupFault> check_group(const ChainState& state, const SettlementGroup& group,
                                     std::int64_t time_ms, SignatureChecker& signatures) {
    const auto certified = check_certified(state, group.settlement, time_ms, signatures);
    if (!certified) return unexpected(GroupFault{certified.error(), group.readings.size()});
    if (const auto listed = check_listing(group); !listed) return listed;
    for (std::size_t i = 0; i < group.readings.size(); ++i) {
        const auto taken = check_reading(state, group.readings[i], signatures);
        if (!taken) return unexpected(GroupFault{taken.error(), i});
    }
    return {};
}

namespace {

// Counts the public signs of a faulty parent (rules 5 and 6).
void count_omissions(ChainState& state, const Settlement& settlement) {
    const ClusterRecord& cluster = state.clusters.at(settlement.cluster);
    const auto explains = [&](const Change& change) {
        return change.effective <= settlement.window && change.at > cluster.settled_at;
    };
    const bool explained =
        std::any_of(cluster.changes.begin(), cluster.changes.end(), explains) ||
        std::any_of(state.tariff_changes.begin(), state.tariff_changes.end(), explains);
    if (settlement.version > 0 && !explained) ++state.nodes.edit(settlement.proposer).reissued;
    if (settlement.slot == 0) return;
    const auto* committee = state.committee_of(settlement.cluster, settlement.window);
    ++state.nodes.edit(committee->members.front()).taken_over;
}

// Forgets gaps and voided windows that no late reading can name any more, under any committee.
void forget_old(ChainState& state, const ClusterRecord& cluster, const Settlement& settlement) {
    const Window settled = settlement.window;
    const Window oldest = oldest_late(state, settled + 1);
    const PastRoom room = past_room(state, settlement.entries.size());
    // For any next committee, because DGMD may still name another one.
    const LateSpan span = open_span(state, settled + 1);
    for (const MeterId& id : cluster.meters) {
        const MeterRecord& known = state.meters.at(id);
        if (known.unread.empty() && known.voided.empty()) continue;
        MeterRecord& meter = state.meters.edit(id);
        forget_gaps(meter.unread, oldest, room.gaps);
        std::erase_if(meter.voided,
                      [&](Window window) { return window <= settled && !span.has(meter, window); });
    }
}

// The first window that a meter of the cluster may still be read for.
Window oldest_unread(const ChainState& state, const ClusterRecord& cluster, Window next) {
    Window oldest = next;
    for (const MeterId& id : cluster.meters) {
        const MeterRecord& meter = state.meters.at(id);
        const Window after =
            meter.last_window ? *meter.last_window + 1 : meter.registration.reads_from();
        oldest =
            std::min({oldest, after, meter.unread.empty() ? after : meter.unread.front().first});
    }
    return std::max(oldest, oldest_late(state, next));
}

void enter_factors(ChainState& state, ClusterRecord& cluster, const Settlement& settlement,
                   std::int64_t time_ms) {
    if (settlement.factors.empty()) return;
    const NetworkParameters& parameters = state.genesis.parameters;
    const GridClock grid = state.grid();
    add_factors(cluster.factors, settlement.factors,
                grid.start_s(share_is_for(parameters, settlement.window)),
                share_binds_from_s(parameters, settlement.window, time_ms));
    forget_factors(cluster.factors,
                   grid.start_s(oldest_unread(state, cluster, settlement.window + 1)));
}

}  // namespace

void apply_group(ChainState& state, const SettlementGroup& group, Height height,
                 std::int64_t time_ms) {
    const auto& settlement = std::get<Settlement>(group.settlement.content);
    for (const Transaction& transaction : group.readings) {
        const auto& reading = std::get<SignedReading>(transaction.content);
        note_reading(state.meters.edit(reading.header.meter), reading.header, transaction.id);
    }
    for (const SettlementEntry& entry : settlement.entries) {
        const MeterRecord& meter = state.meters.at(entry.meter);
        const bool is_read = entry.status == EntryStatus::reading;
        const auto unread =
            meter.last_window ? settlement.window - *meter.last_window : meter.missed + 1;
        const auto missed = is_read ? 0 : unread;
        if (missed != meter.missed) state.meters.edit(entry.meter).missed = missed;
    }
    count_omissions(state, settlement);
    ClusterRecord& cluster = state.clusters.edit(settlement.cluster);
    forget_old(state, cluster, settlement);
    cluster.last_window = settlement.window;
    cluster.last_settlement = group.settlement.id;
    cluster.settled_at = height;
    cluster.changes.clear();
    cluster.handovers.clear();
    enter_factors(state, cluster, settlement, time_ms);
}

}  // namespace fairfeed
