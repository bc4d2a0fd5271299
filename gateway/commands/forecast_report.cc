#include "gateway/commands/forecast_report.h"

#include <algorithm>
#include <map>

#include "core/base/units.h"
#include "core/base/utc_text.h"
#include "gateway/commands/forecast_figures.h"
#include "gateway/forecast/local_time.h"
#include "gateway/forecast/plot.h"

namespace fairfeed {

namespace {

using forecast::Estimate;
using forecast::Outlook;
using forecast::Selected;
using forecast::WeekTotals;
using forecast::WindowOutlook;

constexpr std::size_t kFigure = 14;  // columns of a table
constexpr std::size_t kName = 16;
constexpr std::int64_t kSecondsPerMinute = 60;
constexpr double kWhPerKwh = 1000;

void print_totals(const std::string& name, const WeekTotals& totals, std::ostream& out) {
    out << "  " << left(name, kName) << right(tenths_of_kwh(totals.load_wh), kFigure)
        << right(tenths_of_kwh(totals.generation_wh), kFigure)
        << right(tenths_of_kwh(totals.gap_wh), kFigure);
}

void print_heading(const std::string& name, std::ostream& out) {
    out << left(name, kName + 2) << right("load", kFigure) << right("generation", kFigure)
        << right("gap", kFigure);
}

void print_week(const ForecastReport& report, std::ostream& out) {
    print_heading("kWh in the week", out);
    out << '\n';
    for (const Outlook& cluster : report.week.clusters) {
        if (cluster.windows.empty()) {
            out << "  " << left(cluster.name, kName) << "  " << text_of(forecast::Basis::no_history)
                << '\n';
            continue;
        }
        print_totals(cluster.name, totals_of(cluster), out);
        out << '\n';
    }
    if (report.week.all.windows.empty()) return;
    print_totals(report.week.all.name, totals_of(report.week.all), out);
    out << "\n\n";
}

struct Day {
    std::string name;
    WeekTotals totals;
    const WindowOutlook* most = nullptr;  // the windows of the largest and the least gap
    const WindowOutlook* least = nullptr;
};

std::vector<Day> days_of(const Outlook& outlook, const TimeZone& zone) {
    std::vector<Day> days;
    for (const WindowOutlook& window : outlook.windows) {
        const std::string name = local_day(zone, window.start_s);
        if (days.empty() || days.back().name != name) days.push_back({name, {}, &window, &window});
        Day& day = days.back();
        day.totals.load_wh += window.load.wh;
        day.totals.generation_wh += window.generation.wh;
        day.totals.gap_wh += window.gap.wh;
        if (window.gap.wh > day.most->gap.wh) day.most = &window;
        if (window.gap.wh < day.least->gap.wh) day.least = &window;
    }
    return days;
}

void print_days(const ForecastReport& report, const TimeZone& zone, std::ostream& out) {
    if (report.week.all.windows.empty()) return;
    print_heading("kWh, all clusters", out);
    out << "   largest gap      least gap\n";
    const auto at = [&](const WindowOutlook& window) {
        return local_minute(zone, window.start_s).substr(11) +
               right(tenths_of_kwh(window.gap.wh), 10);
    };
    for (const Day& day : days_of(report.week.all, zone)) {
        print_totals(day.name, day.totals, out);
        out << "   " << at(*day.most) << "  " << at(*day.least) << '\n';
    }
    out << '\n';
}

void print_choice(const std::string& name, const std::string& what, const Selected& selected,
                  std::ostream& out) {
    out << "  " << left(name, kName) << left(what, 12);
    for (const auto& errors : selected.errors)
        out << right(errors.windows() > 0 ? grouped(errors.mae_wh()) : "-", 12);
    out << "   ";
    if (selected.basis == forecast::Basis::tested) {
        out << name_of(selected.model) << '\n';
    } else {
        out << text_of(selected.basis) << '\n';
    }
}

void print_choices(const ForecastReport& report, std::int64_t weeks, std::ostream& out) {
    out << "Mean absolute error of a window in Wh, in back-tests of the last "
        << (weeks == 1 ? "week" : std::to_string(weeks) + " weeks at most") << "\n  "
        << left("", kName + 12);
    for (const forecast::Model model : forecast::kModels)
        out << right(std::string(name_of(model)), 12);
    out << "   chosen\n";
    for (const Outlook& cluster : report.week.clusters) {
        print_choice(cluster.name, "load", cluster.load, out);
        print_choice(cluster.name, "generation", cluster.generation, out);
    }
}

void print_rates(const forecast::RateDraft& rates, std::ostream& out) {
    out << "\nTariff for the week: factor " << percent(rates.factor_ppm) << ", import "
        << grouped(rates.import_micro_per_kwh) << " and export "
        << grouped(rates.export_micro_per_kwh) << " micro per kWh\n";
}

using Part = Estimate WindowOutlook::*;

forecast::PlotLine line_of(const Outlook& outlook, Part part, const std::string& name,
                           forecast::PlotLine::Style style) {
    forecast::PlotLine line{name, style, {}};
    for (const WindowOutlook& window : outlook.windows)
        line.values.push_back(static_cast<double>((window.*part).wh) / kWhPerKwh);
    return line;
}

forecast::PlotBand band_of(const Outlook& outlook, Part part) {
    forecast::PlotBand band{"10 to 90 %", {}, {}};
    for (const WindowOutlook& window : outlook.windows) {
        const auto& found = (window.*part).band;
        const auto in_kwh = [&](std::int64_t forecast::Band::*edge) {
            return found ? std::optional(static_cast<double>(*found.*edge) / kWhPerKwh)
                         : std::nullopt;
        };
        band.low.push_back(in_kwh(&forecast::Band::p10_wh));
        band.high.push_back(in_kwh(&forecast::Band::p90_wh));
    }
    return band;
}

// The first window of every local day.
std::vector<std::pair<std::size_t, std::string>> day_marks(const Outlook& outlook,
                                                           const TimeZone& zone) {
    std::vector<std::pair<std::size_t, std::string>> marks;
    std::string before;
    for (std::size_t i = 0; i < outlook.windows.size(); ++i) {
        const std::string day = local_day(zone, outlook.windows[i].start_s);
        if (i > 0 && day != before) marks.emplace_back(i, day.substr(0, 4) + day.substr(9));
        before = day;
    }
    return marks;
}

}  // namespace

std::string summary_of(const ForecastHistory& history) {
    std::size_t holes = 0;
    std::int64_t begin_s = INT64_MAX;
    for (const forecast::ClusterSeries& cluster : history.clusters) {
        begin_s = std::min(begin_s, cluster.load.known_from_s());
        for (std::size_t i = 0; i < cluster.load.size(); ++i)
            if (!cluster.load.at(i)) ++holes;
    }
    const TimeZone& zone = history.conditions.zone;
    const std::size_t clusters = history.clusters.size();
    return history.file.string() + ": " + std::to_string(clusters) +
           (clusters == 1 ? " cluster" : " clusters") + ", windows of " +
           std::to_string(history.window_s() / kSecondsPerMinute) + " min from " +
           local_minute(zone, begin_s) + " to " + local_minute(zone, history.known_s) + " (" +
           zone.name() + "), " + std::to_string(holes) + " missing";
}

void print_forecast(const ForecastReport& report, const ForecastHistory& history,
                    std::ostream& out) {
    const TimeZone& zone = history.conditions.zone;
    const std::int64_t from_s = forecast::week_to_draft_s(history.calendar, history.known_s);
    out << summary_of(history) << "\nForecast of the week from " << local_day(zone, from_s) << " "
        << local_minute(zone, from_s).substr(11) << ", to be signed by "
        << local_minute(zone, signing_deadline_s(history.calendar, from_s)) << "\n\n";
    print_week(report, out);
    print_days(report, zone, out);
    print_choices(report, history.conditions.weeks_tested, out);
    if (!history.conditions.where)
        out << "\nWithout --at LATITUDE,LONGITUDE the generation is forecast without the sun's "
               "height.\n";
    if (report.rates) print_rates(*report.rates, out);
}

Json to_json(const ForecastReport& report, const ForecastHistory& history) {
    Json json = forecast::week_json(report.week).set("file", history.file.string());
    if (report.rates)
        json.set("tariff", Json::object()
                               .set("factor_ppm", report.rates->factor_ppm)
                               .set("import_micro_per_kwh", report.rates->import_micro_per_kwh)
                               .set("export_micro_per_kwh", report.rates->export_micro_per_kwh));
    return json;
}

std::string plot_of(const ForecastReport& report, const ForecastHistory& history) {
    using Style = forecast::PlotLine::Style;
    const auto marks = day_marks(report.week.all, history.conditions.zone);
    const auto panel = [&](const std::string& title, Part part, Style style) {
        return forecast::PlotPanel{title,
                                   {band_of(report.week.all, part)},
                                   {line_of(report.week.all, part, "forecast", style)},
                                   marks};
    };
    return forecast::drawn(
        {panel("Load of all clusters, kWh a window", &WindowOutlook::load, Style::forecast),
         panel("Generation of all clusters, kWh a window", &WindowOutlook::generation,
               Style::forecast),
         panel("Gap: load less generation, kWh a window", &WindowOutlook::gap, Style::forecast)},
        "Forecast of load, generation and gap of all clusters, by window of a week");
}

}  // namespace fairfeed
