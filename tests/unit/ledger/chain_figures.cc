#include "tests/unit/ledger/chain_figures.h"

namespace fairfeed::test {
namespace {

Json numbers(std::initializer_list<std::int64_t> values) {
    Json out = Json::array();
    for (const std::int64_t value : values)
        out.push(value);
    return out;
}

Json numbers(const Factors& values) {
    Json out = Json::array();
    for (const std::int64_t value : values)
        out.push(value);
    return out;
}

Json registers_of(const Registers& registers) {
    return numbers({registers.import_wh, registers.export_wh, registers.generation_wh});
}

Json reading_of(const OpenedReading& opened) {
    const ReadingBody& body = opened.body;
    Json profile = Json::array();
    for (const QuarterHour& quarter : body.profile)
        profile.push(numbers({quarter.import_wh, quarter.export_wh, quarter.generation_wh}));
    Json out = Json::object()
                   .set("meter", opened.reading.header.meter.str())
                   .set("window", opened.reading.header.window)
                   .set("sequence", opened.reading.header.sequence)
                   .set("id", to_hex(opened.reading.id.view()))
                   .set("registers", registers_of(body.end))
                   .set("peak_generation_w", body.peak_generation_w)
                   .set("flags", body.flags)
                   .set("profile", std::move(profile));
    if (body.available_wh) out.set("claimed_available_wh", *body.available_wh);
    return out;
}

Json estimates_of(const std::vector<EstimatedWindow>& estimates) {
    Json out = Json::array();
    for (const EstimatedWindow& each : estimates)
        out.push(numbers({each.window, each.import_wh, each.export_wh, each.generation_wh,
                          each.credited_wh, each.cost, each.worth}));
    return out;
}

Json gaps_of(const std::vector<RegisterGap>& gaps) {
    Json out = Json::array();
    for (const RegisterGap& gap : gaps)
        out.push(Json::object()
                     .set("first", gap.first)
                     .set("end", gap.end)
                     .set("before", registers_of(gap.before))
                     .set("after", gap.after ? registers_of(*gap.after) : Json())
                     .set("estimates", estimates_of(gap.estimates)));
    return out;
}

Json closing_of(const ClosingState& closing) {
    Json shares = Json::array();
    for (const ShareInForce& share : closing.shares)
        shares.push(numbers({share.share_w, share.from_s}));
    return Json::object()
        .set("registers", registers_of(closing.registers))
        .set("unread_from", closing.unread_from)
        .set("import_remainder", closing.import_remainder)
        .set("export_remainder", closing.export_remainder)
        .set("balance_micro", closing.balance_micro)
        .set("missed", closing.missed)
        .set("shares", std::move(shares))
        .set("flagged", closing.over_capacity)
        .set("estimates", estimates_of(closing.estimates))
        .set("gaps", gaps_of(closing.gaps));
}

Json bands_of(const BandEnergies& bands) {
    Json out = Json::array();
    for (const BandEnergy& band : bands)
        out.push(numbers({band.import_wh, band.credited_wh}));
    return out;
}

Json line_of(const SettlementLine& line, const SettlementEntry& entry, const SettledShare& share) {
    const Adjustment& more = line.adjusted;
    return Json::object()
        .set("meter", line.meter.str())
        .set("entry", static_cast<int>(entry.status))
        .set("estimated", line.estimated)
        .set("flags", line.flags)
        .set("capacity_w", line.capacity_w)
        .set("load_wh", line.load_wh)
        .set("import_wh", line.import_wh)
        .set("export_wh", line.export_wh)
        .set("generation_wh", line.generation_wh)
        .set("available_wh", line.available_wh)
        .set("credited_wh", line.credited_wh)
        .set("curtailed_wh", line.curtailed_wh)
        .set("mes_w", line.mes_w)
        .set("import_amount_micro", line.import_amount_micro)
        .set("export_amount_micro", line.export_amount_micro)
        .set("bands", bands_of(line.bands))
        .set("trued_up",
             numbers({more.import_wh, more.export_wh, more.generation_wh, more.credited_wh,
                      more.import_amount_micro, more.export_amount_micro}))
        .set("closing", closing_of(line.closing))
        .set("share_binds_from_s", share.from_s);
}

}  // namespace

Json figures_of(Height height, const Settlement& settlement, const RecomputedSettlement& opened) {
    Json readings = Json::array();
    for (const auto& [window, of_window] : opened.readings)
        for (const auto& [meter, each] : of_window)
            readings.push(reading_of(each));
    Json lines = Json::array();
    for (std::size_t i = 0; i < opened.opened.lines.size(); ++i)
        lines.push(line_of(opened.opened.lines[i], settlement.entries[i], opened.shares[i]));
    return Json::object()
        .set("height", height)
        .set("cluster", settlement.cluster.str())
        .set("window", settlement.window)
        .set("basis", std::string(to_string(settlement.basis)))
        .set("factors_ppm", numbers(settlement.factors))
        .set("bound_ppm", numbers(settlement.bound))
        .set("readings", std::move(readings))
        .set("lines", std::move(lines));
}

Json data_keys_of(const ChainState& state, const KeyRing& keys) {
    Json out = Json::object();
    for (const auto& [meter, record] : state.meters) {
        Json epochs = Json::array();
        for (const KeyGrant& grant : record.grants) {
            const SymmetricKey* key = keys.find(meter, grant.epoch);
            epochs.push(key ? Json(to_hex(key->view())) : Json());
        }
        out.set(meter.str(), std::move(epochs));
    }
    return out;
}

}  // namespace fairfeed::test
