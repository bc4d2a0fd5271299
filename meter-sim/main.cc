// meter-sim: the command line, and nothing else. Exit codes: 0 done, 1 failed, 2 wrong usage or
// wrong configuration.
#include <CLI/CLI.hpp>
#include <iostream>

#include "core/base/program.h"
#include "meter-sim/commands/carry.h"
#include "meter-sim/commands/import.h"
#include "meter-sim/commands/load.h"
#include "meter-sim/commands/run.h"
#include "meter-sim/commands/show.h"
#include "meter-sim/commands/status.h"

namespace {

constexpr const char* kRunExamples =
    "  meter-sim run --config meter-sim.yaml          all meters at work until Ctrl-C\n"
    "  meter-sim run --config meter-sim.yaml --tamper m01@3\n"
    "                                                 open meter m01 when window 3 begins\n"
    "  meter-sim run --config meter-sim.yaml --scenario outage.yaml --status run/n1.json\n"
    "                                                 play a timeline and judge its end\n";
constexpr const char* kLoadExamples =
    "  meter-sim load --config meter-sim.yaml --burst --duration 60\n"
    "                                                 all meters at each window's end, for a "
    "minute\n"
    "  meter-sim load --config meter-sim.yaml --burst --in-flight 1000 --duration 60\n"
    "                                                 as fast as the receipts come\n"
    "  meter-sim load --config meter-sim.yaml --rate 500 --duration 60 --json load.json\n"
    "                                                 500 readings a second, the result for "
    "programs\n";
constexpr const char* kShowExamples =
    "  meter-sim show --config meter-sim.yaml         registers, readings and receipts so far\n"
    "  meter-sim show --config meter-sim.yaml --json  the same for programs\n";
constexpr const char* kStatusExamples =
    "  meter-sim status --config meter-sim.yaml       their last status, and whether they run\n";
constexpr const char* kImportExamples =
    "  meter-sim import p1_hours.csv --out homes.csv --gaps interpolate\n"
    "                                                 a meter's file as a recording of a home\n"
    "  meter-sim import ash=p1.csv ash=solaredge.json oak=fluvius.csv --out homes.csv\n"
    "      --zone Europe/Brussels                     two homes, one from two files\n"
    "  meter-sim import table.csv --map map.yaml --out homes.csv --json\n"
    "                                                 a table that a mapping describes\n";
constexpr const char* kMore =
    "config/meter-sim.yaml describes every key. Exit codes: 0 done, 1 failed, 2 wrong usage or\n"
    "configuration.";

std::string examples(std::initializer_list<const char*> lines) {
    std::string out = "Examples:\n";
    for (const char* line : lines)
        out += line;
    return out;
}

void add_load(CLI::App& app, fairfeed::LoadOptions& options, int& status) {
    auto* load = app.add_subcommand(
        "load", "Let all meters report as fast as told, and measure how the network takes it");
    load->footer(examples({kLoadExamples}) +
                 "`link` of the configuration applies as in `run`: delay, loss and outages are in\n"
                 "the times that are measured, and the bytes of each meter and day are counted.");
    load->add_option("--config", options.config, "Configuration file (YAML)")->required();
    load->add_option("--rate", options.rate, "Readings a second, after each window's end");
    load->add_flag("--burst", options.burst, "All readings at once, at each window's end");
    load->add_option("--in-flight", options.in_flight,
                     "All windows when the last has ended, so many readings waiting for receipts");
    load->add_option("--duration", options.duration_s,
                     "Seconds of whole windows, from the meters' next window on")
        ->required();
    load->add_option("--json", options.json, "Write the result there as JSON");
    load->add_flag("--check-config", options.check_only,
                   "Check the configuration and the files it names, and stop");
    load->callback(
        [&options, &status] { status = fairfeed::run_load(options, std::cout, std::cerr); });
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Smart meters of a Fairfeed network: measure, sign, seal, keep and publish.",
                 "meter-sim");
    app.set_version_flag("--version", "meter-sim " FAIRFEED_VERSION);
    app.footer(examples(
        {kRunExamples, kLoadExamples, kShowExamples, kStatusExamples, kImportExamples, kMore}));
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
    run->add_option("--scenario", run_options.scenario,
                    "Play this timeline (YAML), judge its expectations, and end");
    run->add_option("--status", run_options.statuses,
                    "Status file of a node, for what only nodes know (repeatable)");
    run->add_option("--json", run_options.json, "Write the end report there as JSON");
    run->callback([&] { status = fairfeed::run_run(run_options, std::cout, std::cerr); });

    fairfeed::LoadOptions load_options;
    add_load(app, load_options, status);

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

    // Not among the commands of the help: `run` and `load` start it for themselves.
    auto* carry = app.add_subcommand("carry", "Carry connections for another meter-sim");
    carry->group("");
    carry->callback([&] { status = fairfeed::run_carry(std::cerr); });

    fairfeed::ImportOptions import_options;
    auto* import =
        app.add_subcommand("import", "Make a recording of homes from files of real meters");
    import->footer(examples({kImportExamples}) +
                   "Formats: dsmr-reader, fluvius, homewizard, solaredge, home-assistant,\n"
                   "home-assistant-energy, nem12, green-button-xml, green-button-csv;\n"
                   "docs/imports.md describes them.");
    import
        ->add_option("files", import_options.files,
                     "FILE, or NAME=FILE to say whose it is; files of one home go together")
        ->required();
    import->add_option("--out", import_options.out, "The recording (CSV), written whole or not")
        ->required();
    import->add_option("--format", import_options.format,
                       "Format of all files (default: recognised from each)");
    import->add_option("--map", import_options.map,
                       "Mapping file (YAML) for tables that no format fits");
    import->add_option("--zone", import_options.zone,
                       "Zone of times without an offset, and of the recording: Europe/Brussels, "
                       "+01:00");
    import->add_option("--gaps", import_options.gaps,
                       "refuse (default), zero, interpolate or last-week; what is filled is "
                       "flagged");
    import->add_option("--step", import_options.step_minutes,
                       "Minutes of a step: 15, 30 or 60 (default: the finest of the files)");
    import
        ->add_option("--max-kw", import_options.max_kw,
                     "More power than this is impossible (default 100)")
        ->check(CLI::Range(1, 1000));
    import->add_option("--channel", import_options.channels,
                       "NAME=import|export|pv|load|none: what a sensor counts (Home Assistant)");
    import->add_flag("--json", import_options.json, "Print what was understood as JSON");
    import->callback([&] { status = fairfeed::run_import(import_options, std::cout, std::cerr);
});

return fairfeed::run_program<CLI::ParseError>(app, argc, argv, status);
}
