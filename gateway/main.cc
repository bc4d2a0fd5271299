// The utility's program for DGMD. Parses the command line and nothing else.
#include <CLI/CLI.hpp>

#include <iostream>

#include "core/base/program.h"
#include "gateway/commands/forecast.h"
#include "gateway/commands/forecast_backtest.h"
#include "gateway/commands/provision.h"
#include "gateway/commands/show_recording.h"

namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  gateway provision config/lab.yaml --out lab\n"
    "  gateway provision street.yaml --out /etc/fairfeed/street --json\n"
    "  gateway recording homes.csv\n"
    "  gateway forecast --totals settlements.csv --zone Europe/Berlin --at 52.5,13.4\n\n"
    "Exit status: 0 done, 1 the machine failed (disk, output), 2 wrong usage or input.";

constexpr const char* kForecastExamples =
    "Examples:\n"
    "  gateway forecast --totals settlements.csv --zone Europe/Berlin --at 52.5,13.4\n"
    "  gateway forecast --totals settlements.csv --import 250000 --export 80000 --json\n"
    "  gateway forecast --homes homes.csv --clusters 3 --plot week.svg\n"
    "  gateway forecast backtest --homes homes.csv --plot errors.svg\n\n"
    "settlements.csv has a row for each cluster and window: cluster, start (UTC as\n"
    "2016-08-08T04:00, or seconds since 1970), load_wh, available_wh.\n";

void add_input(CLI::App& command, fairfeed::ForecastInput& input) {
    CLI::Option* totals = command.add_option("--totals", input.totals, "Cluster totals by window");
    CLI::Option* homes =
        command.add_option("--homes", input.homes, "Recorded homes, dealt to clusters");
    totals->type_name("FILE.csv")->excludes(homes);
    homes->type_name("FILE.csv");
    command.add_option("--zone", input.zone, "Time zone of the people (default UTC)");
    command.add_option("--at", input.at, "Where the roofs are, in degrees north and east")
        ->type_name("LATITUDE,LONGITUDE");
    command.add_option("--weeks", input.weeks, "Weeks of back-tests that choose a model (8)");
    command.add_option("--notice-hours", input.notice_hours,
                       "Hours before a week that its tariff must be signed (48)");
    command.add_option("--week-start", input.week_start,
                       "Beginning of some week (default: the first window)");
    command.add_option("--clusters", input.clusters, "Clusters of --homes (5)")->needs(homes);
    command.add_option("--window-minutes", input.window_minutes, "Windows of --homes (240)")
        ->needs(homes);
    command
        .add_flag("--wall-clock", input.wall_clock,
                  "The rows of --homes follow the clock on the wall, not standard time")
        ->needs(homes);
}

void add_forecast(CLI::App& app, fairfeed::ForecastOptions& options,
                  fairfeed::BacktestOptions& test, int& status) {
    CLI::App* command =
        app.add_subcommand("forecast",
                           "Load, generation and gap of the week after the next signing deadline,\n"
                           "by cluster and window, from the public totals of the clusters");
    add_input(*command, options.input);
    auto* base = command->add_option("--import", options.formula.import_micro_per_kwh,
                                     "Base rate in micro per kWh: drafts the week's tariff");
    auto* back = command->add_option("--export", options.formula.export_micro_per_kwh,
                                     "Base rate of export");
    base->needs(back);
    back->needs(base);
    command->add_option("--k", options.formula.k_ppm, "Weight of gap / load in ppm (500000)")
        ->needs(base);
    command->add_option("--low", options.formula.low_ppm, "Least factor in ppm (800000)")
        ->needs(base);
    command->add_option("--high", options.formula.high_ppm, "Largest factor in ppm (1250000)")
        ->needs(base);
    command->add_option("--plot", options.plot, "Draw the week")->type_name("FILE.svg");
    command->add_flag("--json", options.json, "Print JSON");
    command->footer(kForecastExamples);
    CLI::App* backtest = command->add_subcommand(
        "backtest", "Live through the history again: the errors of every model, week by week");
    add_input(*backtest, test.input);
    backtest->add_option("--plot", test.plot, "Draw the errors and one week")
        ->type_name("FILE.svg");
    backtest->add_flag("--json", test.json, "Print JSON");
    backtest->footer(kForecastExamples);
    command->callback([&options, &test, &status, base, backtest] {
        options.has_rates = base->count() > 0;
        status = backtest->parsed() ? fairfeed::run_backtest(test, std::cout, std::cerr)
                                    : fairfeed::run_forecast(options, std::cout, std::cerr);
    });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("The utility's side of a Fairfeed network.", "gateway");
    app.set_version_flag("--version", std::string("gateway ") + FAIRFEED_VERSION);
    app.require_subcommand(1);
    app.footer(kExamples);

    fairfeed::ProvisionOptions provision;
    CLI::App* command = app.add_subcommand(
        "provision",
        "Make a network from its description: private CA, all keys and certificates,\n"
        "committees, block 0, and the configuration of every node, broker and meter");
    command->add_option("network", provision.network, "The network as a person writes it")
        ->required()
        ->type_name("NETWORK.yaml");
    command->add_option("--out", provision.out, "Directory to make; it must be new or empty")
        ->required()
        ->type_name("DIR");
    command->add_flag("--json", provision.json, "Print the summary as JSON");
    command->footer(kExamples);
    int status = 0;
    command->callback([&] { status = fairfeed::run_provision(provision, std::cout, std::cerr); });

    fairfeed::ShowRecordingOptions recording;
    CLI::App* show = app.add_subcommand(
        "recording", "Read recorded homes as provisioning does: what they hold, or what is wrong");
    show->add_option("file", recording.file, "interval_start_local, load_kwh_<home>, pv_kwh_<home>")
        ->required()
        ->type_name("FILE.csv");
    show->add_flag("--json", recording.json, "Print JSON");
    show->footer("Example:\n  gateway recording homes.csv\n");
    show->callback([&] { status = fairfeed::run_show_recording(recording, std::cout, std::cerr); });

    fairfeed::ForecastOptions forecast;
    fairfeed::BacktestOptions backtest;
    add_forecast(app, forecast, backtest, status);
    return fairfeed::run_program<CLI::ParseError>(app, argc, argv, status);
}
