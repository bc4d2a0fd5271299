#include "tests/simulation/credit_audit.h"

#include <algorithm>

#include "tests/support/billing_by_hand.h"

namespace fairfeed::simulation {
namespace {

// The share that binds in a quarter hour, at most the capacity.
std::int64_t binding_w(const ShareSchedule& shares, std::int64_t capacity_w, std::int64_t at_s) {
    std::int64_t share_w = capacity_w;
    for (const ShareInForce& share : shares)
        if (share.from_s <= at_s) share_w = share.share_w;
    return std::min(share_w, capacity_w);
}

// The energy of a power in quarter hour `index` of a window.
std::int64_t quarter_wh(std::int64_t power_w, std::int64_t index) {
    return power_w * (index + 1) / 4 - power_w * index / 4;
}

// Equal within two per cent.
bool is_nearly(std::int64_t a, std::int64_t b) {
    return std::abs(a - b) * 100 <= 2 * b;
}

}  // namespace

CreditAudit::Truth CreditAudit::truth_of(const SimulatedMeter& meter, const Account& account,
                                         Window window) const {
    const KeptReading* kept = meter.kept(window);
    if (kept == nullptr) return {};
    const std::int64_t start_s = scenery_.first_state.grid().start_s(window);
    const std::int64_t capacity_w = account.windows.at(window).capacity_w;
    Truth truth;
    std::int64_t generation_wh = 0;
    std::int64_t claimable_wh = 0;
    std::int64_t index = 0;
    for (const QuarterHour& measured : kept->body.profile) {
        const std::int64_t share_w =
            binding_w(account.shares, capacity_w, start_s + index * kSecondsPerQuarter);
        const std::int64_t cap_wh = quarter_wh(share_w, index);
        const std::int64_t load_wh =
            measured.import_wh + measured.generation_wh - measured.export_wh;
        truth.credited_wh +=
            test::credit_by_hand(measured, share_w, static_cast<std::size_t>(index));
        generation_wh += measured.generation_wh;
        if (share_w < capacity_w && is_nearly(measured.generation_wh, std::max(cap_wh, load_wh))) {
            claimable_wh +=
                std::max<std::int64_t>(0, quarter_wh(capacity_w, index) - measured.generation_wh);
        }
        ++index;
    }
    const std::int64_t claimed_wh =
        std::max(kept->body.available_wh.value_or(0), generation_wh) - generation_wh;
    truth.available_wh = generation_wh + std::min(claimable_wh, claimed_wh);
    return truth;
}

std::vector<std::int64_t> CreditAudit::credited(const MeterId& meter, Window window,
                                                const Profile& profile) const {
    const Account& account = accounts_.at(meter);
    const std::int64_t start_s = scenery_.first_state.grid().start_s(window);
    const std::int64_t capacity_w = account.windows.at(window).capacity_w;
    std::vector<std::int64_t> credited_wh;
    for (const QuarterHour& quarter : profile) {
        const std::size_t index = credited_wh.size();
        const std::int64_t at_s = start_s + static_cast<std::int64_t>(index) * kSecondsPerQuarter;
        credited_wh.push_back(
            test::credit_by_hand(quarter, binding_w(account.shares, capacity_w, at_s), index));
    }
    return credited_wh;
}

std::string CreditAudit::on_line(Window window, const SettlementLine& line,
                                 const IsListed& is_listed) {
    Account& account = accounts_[line.meter];
    account.windows[window] = {line.capacity_w, line.estimated ? line.credited_wh : 0};
    account.credited_wh += line.credited_wh + line.adjusted.credited_wh;
    const SimulatedMeter& meter = meter_of_(line.meter);
    if (!meter.measures_truly()) return {};
    const Truth truth = truth_of(meter, account, window);
    if (!line.estimated && line.available_wh != truth.available_wh) {
        return "has " + std::to_string(line.available_wh) + " Wh available, and " +
               std::to_string(truth.available_wh) + " are backed by its registers and capacity";
    }
    std::int64_t most_wh = 0;
    bool is_exact = true;
    for (const auto& [settled, figures] : account.windows) {
        const bool listed = is_listed(line.meter, settled);
        most_wh += listed ? truth_of(meter, account, settled).credited_wh : figures.estimated_wh;
        is_exact = is_exact && listed;
    }
    if (account.credited_wh > most_wh) {
        return "is credited " + std::to_string(account.credited_wh) + " Wh by window " +
               std::to_string(window) + ", and the truth is worth " + std::to_string(most_wh);
    }
    if (is_exact && account.credited_wh < most_wh) {
        return "is credited only " + std::to_string(account.credited_wh) + " of " +
               std::to_string(most_wh) + " Wh by window " + std::to_string(window);
    }
    return {};
}

void CreditAudit::on_share(Window window, const SettlementLine& line, const Factors& factors,
                           std::int64_t time_ms) {
    const NetworkParameters& parameters = scenery_.first_state.genesis.parameters;
    ShareSchedule& shares = accounts_[line.meter].shares;
    const std::int64_t from_s = share_binds_from_s(parameters, window, time_ms);
    // A share settled at no capacity is none: whatever is certified later binds alone.
    const std::int64_t power_w = line.capacity_w == 0 ? kMaxCapacityW : line.mes_w;
    if (factors.empty() || line.capacity_w == 0) {
        shares.push_back({power_w, from_s});
        return;
    }
    // One share for each quarter hour of the window that the settlement looks ahead to.
    std::int64_t at_s = scenery_.first_state.grid().start_s(share_is_for(parameters, window));
    for (const std::int64_t factor_ppm : factors) {
        const bool is_free = factor_ppm == kUncurtailedPpm;
        shares.push_back(
            {is_free ? kMaxCapacityW : power_w * factor_ppm / kPpm, std::max(at_s, from_s)});
        at_s += kSecondsPerQuarter;
    }
}

}  // namespace fairfeed::simulation
