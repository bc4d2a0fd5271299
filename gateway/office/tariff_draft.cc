#include "gateway/office/tariff_draft.h"

#include <charconv>
#include <optional>

#include "core/model/band_hours.h"
#include "gateway/forecast/tariff_formula.h"

namespace fairfeed {
namespace {

using Fields = std::map<std::string, std::string>;
using Faults = std::vector<std::string>;

std::vector<std::string> split(const std::string& text, char at, std::size_t most) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (parts.size() + 1 < most) {
        const std::size_t end = text.find(at, from);
        if (end == std::string::npos) break;
        parts.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    parts.push_back(text.substr(from));
    return parts;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// nullopt: the field is not there, or wrong, which is then among the faults.
std::optional<std::int64_t> number_in(const Fields& fields, const char* name, Faults& faults) {
    const auto found = fields.find(name);
    if (found == fields.end()) return std::nullopt;
    const auto value = whole_number(found->second);
    if (!value)
        faults.push_back(std::string(name) + ": '" + found->second + "' is no whole number");
    return value;
}

// "peak:400000:120000:Mon-Fri 17:00-20:00;night:200000:60000:22:00-06:00", or "none".
void read_bands(const std::string& said, Tariff& tariff, Faults& faults) {
    constexpr std::size_t kParts = 4;
    tariff.more.clear();
    tariff.week.clear();
    if (said == "none") return;
    BandWeek week(kQuartersPerWeek);
    for (const std::string& each : split(said, ';', kQuartersPerWeek)) {
        const auto parts = split(each, ':', kParts);
        const auto import = parts.size() == kParts ? whole_number(parts[1]) : std::nullopt;
        const auto given = parts.size() == kParts ? whole_number(parts[2]) : std::nullopt;
        if (!import || !given || tariff.bands() == kMaxBands) {
            faults.push_back("bands: '" + each +
                             "' is not NAME:IMPORT:EXPORT:HOURS, of which a tariff has three");
            return;
        }
        tariff.more.push_back({parts[0], {*import, *given}});
        const auto wrong =
            mark_hours(week, static_cast<std::uint8_t>(tariff.more.size()), parts[3]);
        if (wrong) faults.push_back("bands: " + *wrong);
    }
    tariff.week = runs_of(week);
}

std::vector<BandRates> all_rates(const Tariff& tariff) {
    std::vector<BandRates> rates;
    for (std::size_t band = 0; band < tariff.bands(); ++band)
        rates.push_back(tariff.rates(band));
    return rates;
}

// "500000:800000:1250000", or "none". The rates of the draft become the base.
void read_formula(const std::string& said, Tariff& tariff, Faults& faults) {
    tariff.terms.reset();
    if (said == "none") return;
    const auto parts = split(said, ':', 3);
    std::vector<std::int64_t> values;
    for (const std::string& part : parts)
        if (const auto value = whole_number(part)) values.push_back(*value);
    if (values.size() != 3) {
        faults.push_back("formula: '" + said + "' is not K:LOW:HIGH in ppm");
        return;
    }
    tariff.terms = RateTerms{all_rates(tariff), values[0], values[1], values[2]};
}

void set_rates(Tariff& tariff, std::size_t band, const BandRates& rates) {
    if (band > 0) {
        tariff.more[band - 1].rates = rates;
        return;
    }
    tariff.import_micro_per_kwh = rates.import_micro_per_kwh;
    tariff.export_micro_per_kwh = rates.export_micro_per_kwh;
}

void follow_forecast(std::int64_t load_wh, std::int64_t gap_wh, Tariff& tariff, Faults& faults) {
    if (!tariff.terms || tariff.terms->base.size() != tariff.bands()) {
        faults.push_back("load_wh: the tariff has no formula: give it one with formula=K:LOW:HIGH");
        return;
    }
    const RateTerms& terms = *tariff.terms;
    for (std::size_t band = 0; band < tariff.bands(); ++band) {
        const BandRates& base = terms.base[band];
        const auto rates =
            forecast::drafted_rates({base.import_micro_per_kwh, base.export_micro_per_kwh,
                                     terms.k_ppm, terms.low_ppm, terms.high_ppm},
                                    load_wh, gap_wh);
        if (!rates) {
            faults.push_back("load_wh, gap_wh: " + rates.error());
            return;
        }
        set_rates(tariff, band, {rates->import_micro_per_kwh, rates->export_micro_per_kwh});
    }
}

}  // namespace

Tariff tariff_from(const Fields& fields, const Tariff& before, Faults& faults) {
    Tariff tariff = before;
    const std::size_t earlier = faults.size();
    const auto number = [&](const char* name) { return number_in(fields, name, faults); };
    tariff.import_micro_per_kwh =
        number("import_micro_per_kwh").value_or(before.import_micro_per_kwh);
    tariff.export_micro_per_kwh =
        number("export_micro_per_kwh").value_or(before.export_micro_per_kwh);
    tariff.daily_micro = number("daily_micro").value_or(before.daily_micro);
    if (const auto bands = fields.find("bands"); bands != fields.end())
        read_bands(bands->second, tariff, faults);
    if (const auto formula = fields.find("formula"); formula != fields.end())
        read_formula(formula->second, tariff, faults);
    const auto load_wh = number("load_wh");
    const auto gap_wh = number("gap_wh");
    if (load_wh && gap_wh) follow_forecast(*load_wh, *gap_wh, tariff, faults);
    if (load_wh.has_value() != gap_wh.has_value())
        faults.push_back("load_wh and gap_wh: both of the forecast, or none");
    if (faults.size() > earlier) return tariff;
    if (const auto fault = fault_of(tariff))
        faults.push_back("the tariff's " + std::string(*fault));
    return tariff;
}

}  // namespace fairfeed
