#include "core/accounts/true_up.h"

#include <set>

#include "core/accounts/first_closing.h"
#include "core/contract/availability.h"
#include "core/contract/billing.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/properties.h"
#include "tests/support/billing_by_hand.h"

namespace fairfeed::fuzz {
namespace {

constexpr std::size_t kMostWindows = 24;

// Bands that change every few quarter hours, a daily charge, and a clock that is changed once.
Tariff any_tariff(Input& input, std::int64_t epoch_s) {
    const auto rate = [&input] { return static_cast<std::int64_t>(input.number(3)); };
    Tariff out{rate(), rate(), rate()};
    const std::size_t bands = 1 + input.byte() % 4U;
    for (std::size_t band = 1; band < bands; ++band)
        out.more.push_back({"b" + std::to_string(band), {rate(), rate()}});
    out.clock.offset_s = (input.byte() % 121 - 60) * kSecondsPerQuarter;
    if (input.byte() % 2U == 1) {
        const std::int64_t from_s = epoch_s + input.byte() * kSecondsPerQuarter;
        out.clock.changes.push_back({from_s, (input.byte() % 121 - 60) * kSecondsPerQuarter});
    }
    if (bands == 1) return out;
    const auto length = 4U + input.byte() % 21U;
    std::uint32_t left = kQuartersPerWeek;
    for (std::size_t run = 0; left > 0; ++run) {
        const auto quarters = std::min(left, length);
        out.week.push_back({static_cast<std::uint8_t>(run % bands), quarters});
        left -= quarters;
    }
    return out;
}

// One meter of the little state, its windows, and what is posted for them: by the product's true-up
// and billing, step by step, and by hand, all at once.
class TrueUpRun {
  public:
    explicit TrueUpRun(Input& input) : input_(input), state_(little_state().state) {
        const GridClock grid = state_.grid();
        meter_ = (*state_.meters.begin()).id;
        state_.tariffs.clear();
        Window effective = 0;
        for (std::size_t tariffs = 1 + input.byte() % 3U; tariffs > 0; --tariffs) {
            Tariff tariff = any_tariff(input, grid.start_s(0));
            state_.tariffs.push_back({effective, tariff});
            tariffs_[effective] = std::move(tariff);
            effective += input.byte() % 8U;
        }
        const MeterRegistration& known = state_.meters.at(meter_).registration;
        closing_ = closing_at_installation(state_, meter_);
        by_hand_ = {grid.start_s(0), grid.window_seconds(), known.installed, known.effective};
        registers_ = known.installed;
    }

    void step(Window window) {
        const std::uint8_t how = input_.byte();
        measure(window);
        TrueUp true_up(state_, meter_, closing_);
        for (Window late = 0; how % 4U >= 2 && late < window; ++late) {
            if (taken_.contains(late) || input_.byte() % 3U != 0) continue;
            CHECK(true_up.take_late(late, bodies_[late]));
            take(late);
        }
        const bool is_read = how % 2U == 1;
        if (is_read) CHECK(true_up.take_present(window, bodies_[window]));
        closing_ = true_up.closing();
        const Adjustment& adjusted = true_up.adjustment();
        imported_ += adjusted.import_amount_micro;
        exported_ += adjusted.export_amount_micro;
        sum_.import_wh += adjusted.import_wh;
        sum_.export_wh += adjusted.export_wh;
        sum_.generation_wh += adjusted.generation_wh;
        settle(window, is_read);
        compare();
        closing_.shares.push_back({input_.byte() * 40, state_.grid().start_s(window + 1) +
                                                           input_.byte() % 4 * kSecondsPerQuarter});
    }

  private:
    void measure(Window window) {
        const std::int64_t load = input_.byte(), sun = input_.byte(), leap = input_.byte();
        ReadingBody& body = bodies_[window];
        for (std::int64_t i = 0; i < kQuarters; ++i) {
            const std::int64_t used = load + i * leap % 97;
            const std::int64_t made = std::max<std::int64_t>(0, 4 * sun - i * leap % 211);
            body.profile.push_back({std::max<std::int64_t>(0, used - made),
                                    std::max<std::int64_t>(0, made - used), made});
            registers_.import_wh += body.profile.back().import_wh;
            registers_.export_wh += body.profile.back().export_wh;
            registers_.generation_wh += made;
        }
        body.end = registers_;
    }
    [[nodiscard]] std::vector<std::int64_t> credited(Window window, const Profile& profile) const {
        const std::int64_t capacity_w = state_.capacity_w(meter_, window);
        std::vector<std::int64_t> out;
        for (std::size_t i = 0; i < profile.size(); ++i) {
            const std::int64_t at_s =
                state_.grid().start_s(window) + static_cast<std::int64_t>(i) * kSecondsPerQuarter;
            std::int64_t share_w = capacity_w;
            for (const ShareInForce& share : closing_.shares)
                if (share.from_s <= at_s) share_w = share.share_w;
            out.push_back(test::credit_by_hand(profile[i], std::min(share_w, capacity_w), i));
        }
        return out;
    }
    void take(Window window) {
        taken_.insert(window);
        by_hand_.read(window, bodies_[window], credited(window, bodies_[window].profile));
    }

    // The window itself: by its reading, or by the profile of the window before as an estimate.
    void settle(Window window, bool is_read) {
        const GridClock grid = state_.grid();
        const Tariff& tariff = state_.tariff(window);
        const Window source = is_read || window == 0 ? window : window - 1;
        const Profile& profile = bodies_[source].profile;
        const WindowEnergy energy = window_energy(
            profile, closing_.shares, state_.capacity_w(meter_, window), grid.start_s(window),
            std::nullopt, bands_in(tariff, grid.start_s(window), profile.size()));
        const PricedEnergy price =
            priced(tariff, energy.import_wh, energy.credited_wh, energy.bands);
        if (is_read) {
            take(window);
        } else {
            closing_.estimates.push_back({window, energy.import_wh, energy.export_wh,
                                          energy.generation_wh, energy.credited_wh,
                                          static_cast<std::int64_t>(price.cost),
                                          static_cast<std::int64_t>(price.worth)});
            const auto paid = credited(window, profile);
            std::int64_t credited_wh = 0;
            for (const std::int64_t wh : paid)
                credited_wh += wh;
            by_hand_.estimate(window, {{energy.import_wh, energy.export_wh, energy.generation_wh},
                                       credited_wh,
                                       test::price_by_hand(test::tariff_by_hand(tariffs_, window),
                                                           grid.start_s(window), profile, paid)});
        }
        const std::int64_t fixed =
            fixed_charge_micro(tariff, grid.start_s(window), grid.window_seconds());
        fixed_ += test::fixed_by_hand(test::tariff_by_hand(tariffs_, window), grid.start_s(window),
                                      grid.window_seconds());
        const auto cost = carry(closing_.import_remainder, price.cost + Int128{fixed} * 1000);
        const auto worth = carry(closing_.export_remainder, price.worth);
        CHECK(cost && worth);
        closing_.import_remainder = cost->remainder;
        closing_.export_remainder = worth->remainder;
        imported_ += cost->amount_micro;
        exported_ += worth->amount_micro;
        sum_.import_wh += energy.import_wh;
        sum_.export_wh += energy.export_wh;
        sum_.generation_wh += energy.generation_wh;
    }

    void compare() const {
        const test::AmountByHand owed = by_hand_.amount(tariffs_);
        CHECK(imported_ * 1000 + closing_.import_remainder == owed.cost + fixed_ * 1000);
        CHECK(exported_ * 1000 + closing_.export_remainder == owed.worth);
        CHECK(sum_ == by_hand_.energy());
        ++accepted_inputs;
    }

    static constexpr std::int64_t kQuarters = 16;  // of a window of the little state
    Input& input_;
    ChainState state_;
    MeterId meter_;
    test::TariffsByHand tariffs_;
    ClosingState closing_;
    test::AccountByHand by_hand_;
    Registers registers_;
    std::map<Window, ReadingBody> bodies_;
    std::set<Window> taken_;
    // What was posted, and the fixed charges that were due, in micro; what was settled, in Wh.
    Int128 imported_ = 0;
    Int128 exported_ = 0;
    Int128 fixed_ = 0;
    QuarterHour sum_;
};

}  // namespace
}  // namespace fairfeed::fuzz

// Settles windows of one meter that is read in time, late or never, under tariffs with bands. After
// each of them everything that was posted is what the windows come to by definition.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::Input input({data, size});
    fuzz::TrueUpRun run(input);
    for (Window window = 0; window < fuzz::kMostWindows && !input.empty(); ++window)
        run.step(window);
    return 0;
}
