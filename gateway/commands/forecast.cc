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

}  // namespace

int run_forecast(const ForecastOptions& options, std::ostream& out, std::ostream& err) {
    const auto history = load_history(options.input);
    if (!history) {
        for (const std::string& line : history.error())
            err << "gateway forecast: " << line << '\n';
        return kWrongInput;
    }
    ForecastReport report{
        forecast::forecast_week(history->clusters, history->conditions, history->calendar), {}};
    if (options.has_rates) {
        const forecast::WeekTotals week = forecast::totals_of(report.week.all);
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
    std::ostringstream said;
    const int status = draft_tariff_of_week(
        options.input.office, forecast::totals_of(report.week.all), report.week.from_s, said, err);
    if (!options.json) out << said.str();
    return status;
}

}  // namespace fairfeed
