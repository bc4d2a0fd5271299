// The utility's program for DGMD. Parses the command line and nothing else.
#include <CLI/CLI.hpp>

#include <iostream>

#include "core/base/program.h"
#include "gateway/commands/provision.h"
#include "gateway/commands/show_recording.h"

namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  gateway provision config/lab.yaml --out lab\n"
    "  gateway provision street.yaml --out /etc/fairfeed/street --json\n"
    "  gateway recording homes.csv\n\n"
    "Exit status: 0 done, 1 the machine failed (disk, output), 2 wrong usage or input.";

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
    return fairfeed::run_program<CLI::ParseError>(app, argc, argv, status);
}
