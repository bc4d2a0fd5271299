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
    for (std::size_t i = 0; i < expected->meters.size(); ++i) {
        const MeterSettlement& meter = result->meters[i];
        const OracleMeter& by_hand = expected->meters[i];
        CHECK(meter.load_wh == by_hand.load_wh && meter.credited_wh == by_hand.credited_wh);
        CHECK(meter.mes_w == by_hand.mes_w && meter.mes_w <= meter.capacity_w);
        CHECK(meter.import_amount_micro == by_hand.import_amount_micro);
        CHECK(meter.export_amount_micro == by_hand.export_amount_micro);
        CHECK(meter.balance_micro == by_hand.balance_micro);
    }
}

}  // namespace
}  // namespace fairfeed::fuzz

// Settles a window of any figures under all three rules, and compares it with the oracle.
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
