#include "gateway/commands/forecast.h"

#include <sstream>

#include "core/io/file.h"
#include "gateway/commands/forecast_office.h"
#include "gateway/commands/forecast_report.h"

namespace fairfeed {

namespace {

constexpr int kDone = 0;
constexpr int kMachineFailed = 1;
constexpr int kWrongInput = 2;

ForecastReport forecast_of(const ForecastHistory& history) {
    const std::int64_t from_s = forecast::week_to_draft_s(history.calendar, history.known_s);
    ForecastReport report;
    for (const forecast::ClusterSeries& cluster : history.clusters) {
        forecast::ClusterForecaster forecaster(cluster, history.conditions);
        report.clusters.push_back(forecaster.outlook(from_s, history.known_s));
    }
    report.system = forecast::sum_of(report.clusters, history.conditions, history.window_s());
    return report;
}

}  // namespace

int run_forecast(const ForecastOptions& options, std::ostream& out, std::ostream& err) {
    const auto history = load_history(options.input);
    if (!history) {
        for (const std::string& line : history.error())
            err << "gateway forecast: " << line << '\n';
        return kWrongInput;
    }
    ForecastReport report = forecast_of(*history);
    if (options.has_rates) {
        const forecast::WeekTotals week = forecast::totals_of(report.system);
        const auto rates = forecast::drafted_rates(options.formula, week.load_wh, week.gap_wh);
        if (!rates) {
            err << "gateway forecast: " << rates.error() << '\n';
            return kWrongInput;
        }
        report.rates = *rates;
    }
    if (!options.plot.empty()) {
        const auto written = write_file_atomically(options.plot, plot_of(report, *history));
        if (!written) {
            err << "gateway forecast: " << written.error().message << '\n';
            return kMachineFailed;
        }
    }
    if (options.json) {
        out << to_json(report, *history).dump(2) << '\n';
    } else {
        print_forecast(report, *history, out);
    }
    if (!options.draft) return kDone;
    const std::int64_t from_s = forecast::week_to_draft_s(history->calendar, history->known_s);
    std::ostringstream said;
    const int status = draft_tariff_of_week(options.input.office,
                                            forecast::totals_of(report.system), from_s, said, err);
    if (!options.json) out << said.str();
    return status;
}

}  // namespace fairfeed
