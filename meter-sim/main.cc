// meter-sim: the command line, and nothing else. Exit codes: 0 done, 1 failed, 2 wrong usage or
// wrong configuration.
#include <CLI/CLI.hpp>
#include <iostream>

#include "core/base/program.h"
#include "meter-sim/commands/run.h"
#include "meter-sim/commands/show.h"
#include "meter-sim/commands/status.h"

namespace {

constexpr const char* kRunExamples =
    "  meter-sim run --config meter-sim.yaml          all meters at work until Ctrl-C\n"
    "  meter-sim run --config meter-sim.yaml --tamper m01@3\n"
    "                                                 open meter m01 when window 3 begins\n";
constexpr const char* kShowExamples =
    "  meter-sim show --config meter-sim.yaml         registers, readings and receipts so far\n"
    "  meter-sim show --config meter-sim.yaml --json  the same for programs\n";
constexpr const char* kStatusExamples =
    "  meter-sim status --config meter-sim.yaml       their last status, and whether they run\n";
constexpr const char* kMore =
    "config/meter-sim.yaml describes every key. Exit codes: 0 done, 1 failed, 2 wrong usage or\n"
    "configuration.";

std::string examples(std::initializer_list<const char*> lines) {
    std::string out = "Examples:\n";
    for (const char* line : lines)
        out += line;
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Smart meters of a Fairfeed network: measure, sign, seal, keep and publish.",
                 "meter-sim");
    app.set_version_flag("--version", "meter-sim " FAIRFEED_VERSION);
    app.footer(examples({kRunExamples, kShowExamples, kStatusExamples, kMore}));
    app.require_subcommand(1);
    int status = 0;

    fairfeed::RunOptions run_options;
    auto* run = app.add_subcommand("run", "Play all meters of a configuration until a signal");
    run->footer(examples({kRunExamples}));
    run->add_option("--config", run_options.config, "Configuration file (YAML)")->required();
    run->add_flag("--check-config", run_options.check_only,
                  "Check the configuration and the files it names, and stop");
    run->add_option("--tamper", run_options.tamper,
                    "METER@WINDOW: break the seal of this meter when the window begins");
    run->callback([&] { status = fairfeed::run_run(run_options, std::cout, std::cerr); });

    fairfeed::ShowOptions show_options;
    auto* show = app.add_subcommand("show", "Print registers, readings and receipts of the outbox");
    show->footer(examples({kShowExamples}));
    show->add_option("--config", show_options.config, "Configuration file (YAML)")->required();
    show->add_flag("--json", show_options.json, "Print JSON");
    show->callback([&] { status = fairfeed::run_show(show_options, std::cout, std::cerr); });

    fairfeed::FleetStatusOptions status_options;
    auto* stand = app.add_subcommand(
        "status", "Print the meters' last status, and whether their process runs");
    stand->footer(examples({kStatusExamples}));
    stand->add_option("--config", status_options.config, "Configuration file (YAML)")->required();
    stand->add_flag("--json", status_options.json, "Print JSON");
    stand->callback([&] { status = fairfeed::run_status(status_options, std::cout, std::cerr); });

    return fairfeed::run_program<CLI::ParseError>(app, argc, argv, status);
}
