#include "core/proof/bill.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "core/base/check.h"
#include "core/contract/billing.h"
#include "core/crypto/digest.h"
#include "core/state/late_rules.h"

namespace fairfeed {

namespace {

constexpr std::size_t kNumberBytes = 4;  // of a hash, in a bill's number

Unexpected<std::string> wrong(Window window, const std::string& what) {
    return unexpected("window " + std::to_string(window) + ": " + what);
}

std::size_t quarters_in(const GridClock& grid) {
    return static_cast<std::size_t>(grid.window_seconds() / kSecondsPerQuarter);
}

std::string number_of(const ChainState& state, const BillSubject& subject) {
    const Digest hash = sha256(as_bytes(to_hex(state.network.view()) + "/" + subject.meter.str() +
                                        "/" + month_text(subject.month)));
    return month_text(subject.month) + "/" + subject.meter.str() + "/" +
           to_hex(hash.view().first(kNumberBytes));
}

Int128 adjusted_micro(const Adjustment& adjusted) {
    return Int128{adjusted.import_amount_micro} - adjusted.export_amount_micro;
}

Int128 posting_of(const SettlementLine& line) {
    return Int128{line.import_amount_micro} - line.export_amount_micro +
           adjusted_micro(line.adjusted);
}

// The windows of a closing state that were read or closed by registers with the next line.
std::optional<std::pair<Window, Window>> corrected_windows(const ClosingState& before,
                                                           const SettlementLine& line,
                                                           Window window) {
    std::optional<std::pair<Window, Window>> span;
    const auto add = [&span](Window first, Window end) {
        if (first >= end) return;
        if (!span) span = {first, end - 1};
        span->first = std::min(span->first, first);
        span->second = std::max(span->second, end - 1);
    };
    for (const RegisterGap& gap : before.gaps) {
        const auto& now = line.closing.gaps;
        const bool stays = std::any_of(now.begin(), now.end(), [&gap](const RegisterGap& kept) {
            return kept.first == gap.first && kept.end == gap.end;
        });
        if (!stays) add(gap.first, gap.end);
    }
    if (line.closing.unread_from != before.unread_from)
        add(before.unread_from, std::min(line.closing.unread_from, window));
    return span;
}

// The remainder that must have been carried in; nullopt: none fits.
std::optional<std::int64_t> carried_in(std::int64_t amount_micro, std::int64_t remainder,
                                       Int128 thousandths) {
    const Int128 before = Int128{amount_micro} * kRemainderLimit + remainder - thousandths;
    if (before < 0 || before >= kRemainderLimit) return std::nullopt;
    if (remainder < 0 || remainder >= kRemainderLimit) return std::nullopt;
    return static_cast<std::int64_t>(before);
}

class Folder {
  public:
    Folder(const ChainState& state, const BillSubject& subject,
           const std::optional<SettlementLine>& before)
        : state_(state), grid_(state.grid()) {
        bill_.number = number_of(state, subject);
        bill_.meter = subject.meter;
        bill_.cluster = subject.cluster;
        bill_.month = subject.month;
        if (before) last_ = before->closing;
    }

    Result<void, std::string> add(Window window, const SettlementLine& line) {
        if (line.meter != bill_.meter) return wrong(window, "the line of another meter");
        if (month_of(state_, window) != bill_.month) return wrong(window, "of another month");
        const bool follows = bill_.windows.empty() || bill_.windows.back().window + 1 == window;
        if (!follows && !closes_tampered(window))
            return wrong(window, "the one before is left out");
        const Tariff& tariff = state_.tariff(window);
        const std::int64_t start_s = grid_.start_s(window);
        const std::int64_t fixed_micro =
            fixed_charge_micro(tariff, start_s, grid_.window_seconds());
        if (auto sound = check_energy(window, line); !sound) return sound;
        if (auto sound = check_money(window, line, fixed_micro); !sound) return sound;
        add_sums(line, fixed_micro);
        add_rows(window, line);
        if (line.adjusted != Adjustment{}) {
            std::optional<std::pair<Window, Window>> windows;
            if (last_) windows = corrected_windows(*last_, line, window);
            bill_.corrections.push_back({window, windows, line.adjusted});
        }
        last_ = line.closing;
        bill_.windows.push_back({window, start_s, fixed_micro, line});
        return {};
    }

    Result<Bill, std::string> finish() {
        if (bill_.windows.empty()) return unexpected(std::string("the month has no line"));
        const auto narrowed = [](Int128 value) { return narrow(value).value_or(INT64_MAX); };
        if (beyond_) return unexpected(std::string("a sum goes beyond 64 bits"));
        bill_.total_micro = narrowed(Int128{bill_.import_micro} - bill_.export_micro +
                                     bill_.fixed_micro + bill_.corrected_micro);
        bill_.closing_micro = bill_.windows.back().line.closing.balance_micro;
        bill_.opening_micro = opening_;
        if (Int128{bill_.opening_micro} + bill_.total_micro != bill_.closing_micro)
            return unexpected(std::string("the total is not the movement of the balance"));
        const Window first = bill_.windows.front().window;
        const Window last = bill_.windows.back().window;
        bill_.begins_with_month = first == 0 || month_of(state_, first - 1) != bill_.month;
        bill_.ends_with_month = month_of(state_, last + 1) != bill_.month;
        return std::move(bill_);
    }

  private:
    // The one line more that a tampered meter gets when it is replaced.
    [[nodiscard]] bool closes_tampered(Window window) const {
        const MeterRecord* meter = state_.meters.find(bill_.meter);
        return meter != nullptr && meter->tampered && meter->replaced &&
               window + 1 == meter->replaced->from;
    }
    [[nodiscard]] Result<void, std::string> check_energy(Window window,
                                                         const SettlementLine& line) const {
        const WindowBands bands =
            bands_in(state_.tariff(window), grid_.start_s(window), quarters_in(grid_));
        if (line.load_wh != Int128{line.import_wh} + line.generation_wh - line.export_wh)
            return wrong(window, "load is not import and generation less export");
        if (line.credited_wh < 0 || line.credited_wh > line.export_wh)
            return wrong(window, "more is credited than exported");
        if (line.curtailed_wh != Int128{line.available_wh} - line.generation_wh)
            return wrong(window, "curtailed is not available less generated");
        if (!add_up(line.bands, bands, line.import_wh, line.credited_wh))
            return wrong(window, "the bands do not add up to the energy");
        return {};
    }

    [[nodiscard]] Result<void, std::string> check_money(Window window, const SettlementLine& line,
                                                        std::int64_t fixed_micro) {
        const PricedEnergy price =
            priced(state_.tariff(window), line.import_wh, line.credited_wh, line.bands);
        const auto imported = carried_in(line.import_amount_micro, line.closing.import_remainder,
                                         price.cost + Int128{fixed_micro} * kRemainderLimit);
        const auto exported =
            carried_in(line.export_amount_micro, line.closing.export_remainder, price.worth);
        if (!imported || !exported)
            return wrong(window, "an amount does not follow from energy, tariff and fixed charge");
        const Int128 before = Int128{line.closing.balance_micro} - posting_of(line);
        if (bill_.windows.empty()) opening_ = narrow(before).value_or(INT64_MIN);
        if (!last_) return {};
        if (before != last_->balance_micro)
            return wrong(window, "the balance does not move by what is posted");
        const bool trued_up = line.adjusted != Adjustment{};
        if (!trued_up &&
            (*imported != last_->import_remainder || *exported != last_->export_remainder))
            return wrong(window, "the remainders are not those carried in");
        return {};
    }

    void sum(std::int64_t& target, Int128 more) {
        const auto total = narrow(target + more);
        beyond_ = beyond_ || !total;
        target = total.value_or(0);
    }

    void add_sums(const SettlementLine& line, std::int64_t fixed_micro) {
        bill_.estimated_windows += line.estimated ? 1 : 0;
        sum(bill_.import_wh, line.import_wh);
        sum(bill_.export_wh, line.export_wh);
        sum(bill_.credited_wh, line.credited_wh);
        sum(bill_.uncredited_wh, Int128{line.export_wh} - line.credited_wh);
        sum(bill_.generation_wh, line.generation_wh);
        sum(bill_.curtailed_wh, line.curtailed_wh);
        sum(bill_.import_micro, Int128{line.import_amount_micro} - fixed_micro);
        sum(bill_.export_micro, line.export_amount_micro);
        sum(bill_.fixed_micro, fixed_micro);
        sum(bill_.corrected_micro, adjusted_micro(line.adjusted));
    }

    // The window from which on the tariff of this window is in force.
    [[nodiscard]] Window tariff_from(Window window) const {
        Window from = 0;
        for (const auto& tariff : state_.tariffs)
            if (tariff.effective <= window) from = tariff.effective;
        return from;
    }

    void add_rows(Window window, const SettlementLine& line) {
        const Tariff& tariff = state_.tariff(window);
        const Window from = tariff_from(window);
        if (bill_.rows.empty() || bill_.rows.back().tariff_from != from)
            for (std::size_t band = 0; band < tariff.bands(); ++band)
                bill_.rows.push_back(
                    {from, std::string(tariff.band_name(band)), tariff.rates(band), 0, 0});
        const std::size_t first = bill_.rows.size() - tariff.bands();
        const BandEnergies whole{{line.import_wh, line.credited_wh}};
        const BandEnergies& bands = line.bands.empty() ? whole : line.bands;
        for (std::size_t band = 0; band < bands.size(); ++band) {
            sum(bill_.rows[first + band].import_wh, bands[band].import_wh);
            sum(bill_.rows[first + band].credited_wh, bands[band].credited_wh);
        }
    }

    const ChainState& state_;
    GridClock grid_;
    Bill bill_;
    std::optional<ClosingState> last_;
    std::int64_t opening_ = 0;
    bool beyond_ = false;
};

}  // namespace

std::optional<BillMonth> parse_month(std::string_view text) {
    int year = 0;
    unsigned month = 0;
    if (text.size() != 7 || text[4] != '-') return std::nullopt;
    const auto whole = [](std::string_view part, auto& value) {
        const auto [end, fault] = std::from_chars(part.data(), part.data() + part.size(), value);
        return fault == std::errc() && end == part.data() + part.size() && part[0] != '-';
    };
    if (!whole(text.substr(0, 4), year) || !whole(text.substr(5), month)) return std::nullopt;
    const BillMonth out{std::chrono::year(year), std::chrono::month(month)};
    if (!out.ok()) return std::nullopt;
    return out;
}

std::string month_text(const BillMonth& month) {
    const auto padded = [](std::string digits, std::size_t size) {
        return std::string(size - std::min(size, digits.size()), '0') + digits;
    };
    return padded(std::to_string(static_cast<int>(month.year())), 4) + "-" +
           padded(std::to_string(static_cast<unsigned>(month.month())), 2);
}

BillMonth month_of(const ChainState& state, Window window) {
    const std::int64_t day = state.tariff(window).clock.day_at(state.grid().start_s(window));
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    return date.year() / date.month();
}

std::string_view to_string(BillStatus status) {
    return status == BillStatus::closed ? "final" : "open";
}

BillStatus status_of(const ChainState& state, const MeterId& meter, const ClusterId& cluster,
                     const BillMonth& month) {
    const ClusterRecord* record = state.cluster(cluster);
    if (!record || !record->last_window) return BillStatus::open;
    // Windows before this one can no longer be trued up.
    const Window oldest = oldest_late(state, *record->last_window + 1);
    const auto is_later = [&](Window window) { return month_of(state, window) > month; };
    if (!is_later(oldest)) return BillStatus::open;
    const MeterRecord* of_meter = state.meters.find(meter);
    if (of_meter == nullptr || !state.settles(meter, *record->last_window + 1))
        return BillStatus::closed;
    const Window unread_from =
        of_meter->last_window ? *of_meter->last_window + 1 : of_meter->registration.reads_from();
    const bool has_run = !is_later(unread_from) ||
                         std::any_of(of_meter->unread.begin(), of_meter->unread.end(),
                                     [&](const UnreadGap& gap) { return !is_later(gap.first); });
    return has_run ? BillStatus::open : BillStatus::closed;
}

std::int64_t last_correction(const ChainState& state, Window window) {
    return std::int64_t{window} + 1 + late_windows(state);
}

Result<Bill, std::string> fold_bill(const ChainState& state, const BillSubject& subject,
                                    const std::optional<SettlementLine>& before,
                                    const std::vector<std::pair<Window, SettlementLine>>& lines) {
    Folder folder(state, subject, before);
    for (const auto& [window, line] : lines)
        if (auto added = folder.add(window, line); !added) return unexpected(added.error());
    return folder.finish();
}

}  // namespace fairfeed
