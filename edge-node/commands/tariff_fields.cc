#include "edge-node/commands/tariff_fields.h"

#include "core/base/utc_text.h"
#include "core/model/band_hours.h"
#include "edge-node/commands/figures.h"

namespace fairfeed {

Fields tariff_fields(const Tariff& tariff) {
    Fields fields = {{"import", money_text(tariff.import_micro_per_kwh) + " per kWh"},
                     {"export", money_text(tariff.export_micro_per_kwh) + " per kWh"}};
    for (std::size_t band = 1; band < tariff.bands(); ++band) {
        const BandRates rates = tariff.rates(band);
        fields.emplace_back("band " + std::string(tariff.band_name(band)),
                            "import " + money_text(rates.import_micro_per_kwh) + ", export " +
                                money_text(rates.export_micro_per_kwh) + " per kWh, " +
                                hours_of(tariff, band));
    }
    if (tariff.daily_micro > 0)
        fields.emplace_back("fixed charge", money_text(tariff.daily_micro) + " per day");
    const LocalClock& clock = tariff.clock;
    if (clock == LocalClock{}) return fields;
    std::string changes = "UTC" + offset_text(clock.offset_s);
    for (const OffsetChange& change : clock.changes)
        changes += ", " + offset_text(change.offset_s) + " from " + utc_text(change.from_s);
    fields.emplace_back("clock", changes);
    return fields;
}

}  // namespace fairfeed
