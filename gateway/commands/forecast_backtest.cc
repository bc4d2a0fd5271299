#include "gateway/commands/forecast_backtest.h"

#include "core/io/file.h"
#include "gateway/commands/backtest_report.h"

namespace fairfeed {

namespace {

constexpr int kDone = 0;
constexpr int kMachineFailed = 1;
constexpr int kWrongInput = 2;

int refused(const CsvErrors& lines, int status, std::ostream& err) {
    for (const std::string& line : lines)
        err << "gateway forecast backtest: " << line << '\n';
    return status;
}

}  // namespace

int run_backtest(const BacktestOptions& options, std::ostream& out, std::ostream& err) {
    const auto history = load_history(options.input);
    if (!history) return refused(history.error(), kWrongInput, err);
    // By then the regression has something to learn, and the selection has its weeks.
    const forecast::Plan plan{history->calendar.first_week_s, history->calendar.notice_s,
                              history->conditions.weeks_tested + 2};
    const forecast::Backtest test =
        forecast::lived_through(history->clusters, history->conditions, plan);
    if (test.weeks_s.empty())
        return refused({history->file.string() + ": a back-test of " +
                        std::to_string(history->conditions.weeks_tested) + " weeks takes " +
                        std::to_string(plan.warm_up_weeks + forecast::kWeeksPerMonth + 1) +
                        " weeks of history: give fewer --weeks or more rows"},
                       kWrongInput, err);
    if (!options.plot.empty()) {
        const auto written = write_file_atomically(options.plot, plot_of(test, *history));
        if (!written) return refused({written.error().message}, kMachineFailed, err);
    }
    if (options.json) {
        out << to_json(test, *history).dump(2) << '\n';
    } else {
        print_backtest(test, *history, out);
    }
    return kDone;
}

}  // namespace fairfeed
