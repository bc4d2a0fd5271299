#include "tests/fuzz/input.h"
#include "tests/fuzz/properties.h"
#include "tests/fuzz/settlement_oracle.h"

namespace fairfeed::fuzz {
namespace {

MeterWindow any_meter(Input& input, std::size_t index, std::size_t quarters) {
    const std::uint8_t oddity = input.byte();
    MeterWindow out;
    out.meter = oddity == 1 ? MeterId("grid") : MeterId("m" + std::to_string(index));
    out.capacity_w = input.figure(kMaxClusterWatts);
    for (std::size_t i = 0; i < quarters; ++i) {
        const std::int64_t generation = input.figure(kMaxClusterWattHours);
        out.profile.push_back({input.figure(kMaxClusterWattHours),
                               input.figure(std::max(generation, std::int64_t{0})), generation});
    }
    if (oddity % 2 == 1) out.available_wh = input.figure(kMaxClusterWattHours);
    for (std::size_t i = 0; i < oddity / 64; ++i)
        out.shares.push_back({input.figure(kMaxClusterWatts), input.figure(INT64_MAX)});
    out.import_remainder = input.figure(999);
    out.export_remainder = input.figure(999);
    out.balance_micro = input.figure(INT64_MAX);
    return out;
}

// What the bytes behind all other figures say, so that none means one band at one rate.
void add_bands(Input& input, SettlementInput& out) {
    Tariff& tariff = out.tariff;
    const std::size_t bands = 1 + input.byte() % 4U;
    tariff.daily_micro = input.figure(kMaxDailyMicro);
    for (std::size_t band = 1; band < bands; ++band)
        tariff.more.push_back(
            {"b" + std::to_string(band), {input.figure(INT64_MAX), input.figure(INT64_MAX)}});
    const auto offset = [&input] {
        return (static_cast<std::int64_t>(input.byte() % 121U) - 60) * kSecondsPerQuarter;
    };
    tariff.clock.offset_s = offset();
    for (std::size_t changes = input.byte() % 3U; changes > 0; --changes) {
        const auto& known = tariff.clock.changes;
        const std::int64_t last_s = known.empty() ? out.window_start_s : known.back().from_s;
        const auto from_s = checked_add(last_s, 1 + input.byte() * kSecondsPerQuarter / 4);
        if (from_s) tariff.clock.changes.push_back({*from_s, offset()});
    }
    if (bands == 1) return;
    std::uint32_t left = kQuartersPerWeek;
    std::size_t band = 0;
    while (left > 0) {
        const bool is_last = tariff.week.size() + 1 == kMaxBandRuns;
        const std::uint32_t length =
            is_last ? left : std::min<std::uint32_t>(left, 1 + input.byte());
        tariff.week.push_back({static_cast<std::uint8_t>(band), length});
        left -= length;
        band = (band + 1 + input.byte() % (bands - 1)) % bands;
    }
    if (input.byte() == 0xff) tariff.week.back().quarters += 1;
}

SettlementInput any_window(Input& input) {
    SettlementInput out;
    const std::size_t quarters = 1 + input.byte() % 4U;
    out.window_seconds = static_cast<std::int64_t>(quarters) * 900;
    if (input.byte() == 0xff) out.window_seconds = input.figure(2'000'000);
    out.window_start_s = input.figure(INT64_MAX);
    out.tariff = {input.figure(INT64_MAX), input.figure(INT64_MAX)};
    const std::size_t meters = input.byte() % 7U;
    for (std::size_t i = 0; i < meters; ++i)
        out.meters.push_back(any_meter(input, input.byte() == 0xff ? 0 : i, quarters));
    add_bands(input, out);
    return out;
}

void compare(const SettlementInput& input) {
    const auto result = settle_window(input);
    const auto expected = settle_by_definition(input);
    CHECK(result.has_value() == expected.has_value());
    if (!result) {
        CHECK(!describe(result.error()).empty());
        return;
    }
    ++accepted_inputs;
    CHECK(result->totals.d_wh == expected->d_wh && result->totals.df_ppm == expected->df_ppm);
    CHECK(result->totals.psa_ppm == 1'000'000 - expected->df_ppm);
    CHECK(result->totals.mes_w == expected->mes_w);
    CHECK(result->totals.residual_surplus_wh == expected->residual_surplus_wh);
    CHECK(result->totals.conventional_wh == expected->conventional_wh);
    CHECK(result->totals.grid_amount_micro == expected->grid_amount_micro);
    const auto are_same = [](const BandEnergies& bands, const BandEnergies& by_hand) {
        return by_hand.size() == 1 ? bands.empty() : bands == by_hand;
    };
    CHECK(are_same(result->totals.bands, expected->bands));
    for (std::size_t i = 0; i < expected->meters.size(); ++i) {
        const MeterSettlement& meter = result->meters[i];
        const OracleMeter& by_hand = expected->meters[i];
        CHECK(meter.load_wh == by_hand.load_wh && meter.credited_wh == by_hand.credited_wh);
        CHECK(meter.mes_w == by_hand.mes_w && meter.mes_w <= meter.capacity_w);
        CHECK(meter.import_amount_micro == by_hand.import_amount_micro);
        CHECK(meter.export_amount_micro == by_hand.export_amount_micro);
        CHECK(meter.balance_micro == by_hand.balance_micro);
        CHECK(are_same(meter.bands, by_hand.bands));
    }
}

}  // namespace
}  // namespace fairfeed::fuzz

// Settles a window of any figures, tariff and clock under all three rules, and compares it with the
// oracle.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    fuzz::Input input({data, size});
    SettlementInput window = fuzz::any_window(input);
    for (const ShareRule rule : {ShareRule::paper, ShareRule::waterfill, ShareRule::generation}) {
        window.rule = rule;
        fuzz::compare(window);
    }
    return 0;
}
