#include "core/wire/reading_codec.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/properties.h"

// A registered meter may measure anything: its cluster's window still settles, by the reading if it
// is plausible, else by an estimate. Members endorse the resulting settlement.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const fuzz::LittleState& little = fuzz::little_state();
    const auto body = decode_reading_body({data, size});
    if (!body) return 0;
    const MeterId& meter = little.readings.begin()->first;
    const auto plausible = little.accounts.plausible(little.state, 0, meter, *body);
    OpenedReadings readings = little.readings;
    readings.begin()->second.body = *body;
    const auto draft = little.accounts.draft(little.state, 0, {{0, readings}});
    CHECK(draft);
    const bool is_used = draft->entries.front().status == EntryStatus::reading;
    CHECK(is_used == plausible.has_value());
    const SettlementTotals& totals = draft->totals;
    CHECK(totals.load_wh + totals.export_wh == totals.import_wh + totals.generation_wh);
    std::int64_t money = totals.grid_amount_micro;
    for (const SettlementLine& line : draft->lines) {
        CHECK(line.mes_w <= line.capacity_w);
        money += line.import_amount_micro - line.export_amount_micro;
    }
    CHECK(money == 0);
    const auto settlement = little.sealed(*draft);
    CHECK(settlement);
    CHECK(
        little.accounts.check(little.state, *settlement, {{0, readings}}, little.keys).has_value());
    if (plausible) ++fuzz::accepted_inputs;
    return 0;
}
