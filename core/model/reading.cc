#include "core/model/reading.h"

#include "core/base/units.h"

namespace fairfeed {

bool is_rating(const ConnectionRating& rating) {
    const auto within = [](std::int64_t value, std::int64_t most) {
        return value >= 1 && value <= most;
    };
    return within(rating.amperes, kMaxAmperes) && within(rating.phases, kMaxPhases) &&
           within(rating.volts, kMaxVolts) && within(rating.power_w(), kMaxRatingW);
}

std::optional<Registers> registers_at_start(const ReadingBody& body) {
    Int128 import_wh = body.end.import_wh;
    Int128 export_wh = body.end.export_wh;
    Int128 generation_wh = body.end.generation_wh;
    for (const QuarterHour& quarter : body.profile) {
        import_wh -= quarter.import_wh;
        export_wh -= quarter.export_wh;
        generation_wh -= quarter.generation_wh;
    }
    const auto import_start = narrow(import_wh);
    const auto export_start = narrow(export_wh);
    const auto generation_start = narrow(generation_wh);
    if (!import_start || !export_start || !generation_start) return std::nullopt;
    if (*import_start < 0 || *export_start < 0 || *generation_start < 0) return std::nullopt;
    return Registers{*import_start, *export_start, *generation_start};
}

}  // namespace fairfeed
