// The utility's program for DGMD. Parses the command line and nothing else.
#include <CLI/CLI.hpp>

#include <iostream>

#include "core/base/program.h"
#include "gateway/account_arguments.h"
#include "gateway/commands/bills.h"
#include "gateway/commands/draft.h"
#include "gateway/commands/export.h"
#include "gateway/commands/forecast.h"
#include "gateway/commands/forecast_backtest.h"
#include "gateway/commands/new_keys.h"
#include "gateway/commands/notices.h"
#include "gateway/commands/provision.h"
#include "gateway/commands/serve.h"
#include "gateway/commands/show_recording.h"
#include "gateway/commands/submit.h"
#include "gateway/office_arguments.h"

namespace fairfeed {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  gateway provision config/lab.yaml --out lab\n"
    "  gateway provision street.yaml --out /etc/fairfeed/street --json\n"
    "  gateway recording homes.csv\n"
    "  gateway forecast --totals settlements.csv --zone Europe/Berlin --at 52.5,13.4\n"
    "  gateway draft capacity --config dgmd/gateway.yaml meter=m-101 capacity_w=6000 "
    "effective=next+6\n"
    "  gateway sign 00041-capacity-5f3a.draft --genesis genesis.cbor --key amal.key\n"
    "  gateway submit 00041-capacity-5f3a.draft --config dgmd/gateway.yaml\n"
    "  gateway serve --config dgmd/gateway.yaml\n"
    "  gateway application list --config dgmd/gateway.yaml\n"
    "  gateway capacity-code issue a-1 --config dgmd/gateway.yaml --certificate a-1.json\n"
    "  gateway work-order list --config dgmd/gateway.yaml\n\n"
    "config/lab.yaml and config/gateway.yaml describe every key of the configurations.\n"
    "Exit status: 0 done, 1 the machine failed (disk, output) or a notice is in no block yet, 2 "
    "wrong usage or input.";

constexpr const char* kForecastExamples =
    "Examples:\n"
    "  gateway forecast --totals settlements.csv --zone Europe/Berlin --at 52.5,13.4\n"
    "  gateway forecast --totals settlements.csv --import 250000 --export 80000 --json\n"
    "  gateway forecast --homes homes.csv --clusters 3 --plot week.svg\n"
    "  gateway forecast --config dgmd/gateway.yaml --draft\n"
    "  gateway forecast backtest --homes homes.csv --plot errors.svg\n\n"
    "settlements.csv has a row for each cluster and window: cluster, start (UTC as\n"
    "2016-08-08T04:00, or seconds since 1970), load_wh, available_wh.\n";

void add_input(CLI::App& command, ForecastInput& input) {
    CLI::Option* totals = command.add_option("--totals", input.totals, "Cluster totals by window");
    CLI::Option* homes =
        command.add_option("--homes", input.homes, "Recorded homes, dealt to clusters");
    command.add_option("--config", input.office, "The office's own totals, in its zone")
        ->type_name("GATEWAY.yaml")
        ->excludes(totals)
        ->excludes(homes);
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

void add_forecast(CLI::App& app, ForecastOptions& options, BacktestOptions& test, int& status) {
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
    command
        ->add_flag("--draft", options.draft,
                   "Draft the week's tariff for the officers, by the formula of the one in force")
        ->needs(command->get_option("--config"));
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
        status = backtest->parsed() ? run_backtest(test, std::cout, std::cerr)
                                    : run_forecast(options, std::cout, std::cerr);
    });
}

struct Commands {
    BillsOptions bills;
    ProvisionOptions provision;
    NewKeysOptions new_keys;
    ShowRecordingOptions recording;
    DraftOptions draft;
    NoticesOptions notices;
    DraftsOptions drafts;
    SignOptions sign;
    WithdrawOptions withdraw;
    SubmitOptions submit;
    ForecastOptions forecast;
    BacktestOptions backtest;
    ServeOptions serve;
    GatewayStatusOptions gateway_status;
    RebuildOptions rebuild;
    ExportOptions exported;
    int status = 0;
};

void add_provision(CLI::App& app, Commands& c) {
    CLI::App* command = app.add_subcommand(
        "provision",
        "Make a network from its description: private CA, all keys and certificates,\n"
        "committees, block 0, and the configuration of every node, broker and meter");
    command->add_option("network", c.provision.network, "The network as a person writes it")
        ->required()
        ->type_name("NETWORK.yaml");
    command->add_option("--out", c.provision.out, "Directory to make; it must be new or empty")
        ->required()
        ->type_name("DIR");
    command->add_flag("--json", c.provision.json, "Print the summary as JSON");
    command->footer(
        "Examples:\n"
        "  gateway provision config/lab.yaml --out lab\n"
        "  gateway provision street.yaml --out /etc/fairfeed/street --json\n");
    command->callback([&c] { c.status = run_provision(c.provision, std::cout, std::cerr); });
}

void add_new_keys(CLI::App& app, Commands& c) {
    CLI::App* command = app.add_subcommand(
        "new-keys",
        "Make another identity for DGMD's gateway, which the officers then put in force,\n"
        "above all after the gateway was stolen");
    command->add_option("--out", c.new_keys.out, "Directory to make; it must be new or empty")
        ->required()
        ->type_name("DIR");
    command->add_option("--ca", c.new_keys.ca, "The network's private CA: certifies it for TLS")
        ->type_name("DIR");
    command
        ->add_option("--address", c.new_keys.addresses,
                     "Of the gateway's own broker, which gets a certificate, too")
        ->type_name("HOST");
    command->add_flag("--json", c.new_keys.json, "Print JSON");
    command->footer(
        "Examples:\n"
        "  gateway new-keys --out dgmd-2 --ca lab/ca\n"
        "  gateway new-keys --out dgmd-2 --ca lab/ca --address 192.168.7.2 --json\n");
    command->callback([&c] { c.status = run_new_keys(c.new_keys, std::cout, std::cerr); });
}

void add_recording(CLI::App& app, Commands& c) {
    CLI::App* show = app.add_subcommand(
        "recording", "Read recorded homes as provisioning does: what they hold, or what is wrong");
    show->add_option("file", c.recording.file,
                     "interval_start_local, load_kwh_<home>, pv_kwh_<home>")
        ->required()
        ->type_name("FILE.csv");
    show->add_flag("--json", c.recording.json, "Print JSON");
    show->footer("Example:\n  gateway recording homes.csv\n");
    show->callback([&c] { c.status = run_show_recording(c.recording, std::cout, std::cerr); });
}

CLI::Option* add_config(CLI::App& command, std::filesystem::path& config) {
    return command.add_option("--config", config, "As provisioning wrote it to dgmd/gateway.yaml")
        ->required()
        ->type_name("GATEWAY.yaml");
}

void add_draft(CLI::App& app, Commands& c) {
    CLI::App* draft = app.add_subcommand(
        "draft", "Write a notice down for the officers: it counts only when enough of them sign");
    draft->add_option("kind", c.draft.kind, "What to decide; the list is below")->required();
    draft->add_option("fields", c.draft.fields, "name=value each; the list is below");
    add_config(*draft, c.draft.config);
    draft->add_option("--sequence", c.draft.sequence,
                      "Number of the notice, if the ledger of the configuration is old or absent");
    draft->add_option("--valid-days", c.draft.valid_days, "Grid days until it expires; default 14")
        ->check(CLI::Range(1, 3660));
    draft->add_option("--key", c.draft.drafter, "An officer's key, to draft without the gateway")
        ->type_name("OFFICER.key");
    draft
        ->add_option("--out", c.draft.out,
                     "File to write; default: a name in the drafts' directory")
        ->type_name("FILE");
    draft->add_flag("--json", c.draft.json, "Print JSON");
    draft->footer(help_on_fields());
    draft->callback([&c] { c.status = run_draft(c.draft, std::cout, std::cerr); });

    CLI::App* drafts = app.add_subcommand("drafts", "List the drafts and who has signed them");
    add_config(*drafts, c.drafts.config);
    drafts->add_flag("--json", c.drafts.json, "Print JSON");
    drafts->footer("Example:\n  gateway drafts --config dgmd/gateway.yaml\n");
    drafts->callback([&c] { c.status = run_drafts(c.drafts, std::cout, std::cerr); });
}

void add_sign(CLI::App& app, Commands& c) {
    CLI::App* sign = app.add_subcommand(
        "sign",
        "Say in plain words what a draft decides, and with --key approve it. Needs no network:\n"
        "take the draft and genesis.cbor to the machine where the key is");
    sign->add_option("draft", c.sign.draft, "The file; the approval is added to it")
        ->required()
        ->type_name("DRAFT");
    sign->add_option("--genesis", c.sign.genesis, "The genesis file that you trust")
        ->required()
        ->type_name("GENESIS.cbor");
    sign->add_option("--key", c.sign.key, "Your key; without it nothing is signed")
        ->type_name("OFFICER.key");
    sign->add_flag("--json", c.sign.json, "Print JSON");
    sign->footer(
        "Examples:\n"
        "  gateway sign 00041-capacity-5f3a.draft --genesis genesis.cbor\n"
        "  gateway sign 00041-capacity-5f3a.draft --genesis genesis.cbor --key amal.key\n");
    sign->callback([&c] { c.status = run_sign(c.sign, std::cout, std::cerr); });

    CLI::App* withdraw =
        app.add_subcommand("withdraw", "Put a draft aside: it is neither signed nor submitted");
    withdraw->add_option("draft", c.withdraw.draft, "The file")->required()->type_name("DRAFT");
    withdraw->add_flag("--json", c.withdraw.json, "Print JSON");
    withdraw->footer("Example:\n  gateway withdraw 00041-capacity-5f3a.draft\n");
    withdraw->callback([&c] { c.status = run_withdraw(c.withdraw, std::cout, std::cerr); });
}

void add_notices(CLI::App& app, Commands& c) {
    CLI::App* notices = app.add_subcommand(
        "notices", "Put approved drafts together as the file of notices that meters read");
    notices->add_option("drafts", c.notices.drafts, "Approved drafts, each once")
        ->required()
        ->type_name("DRAFT...");
    notices->add_option("--out", c.notices.out, "File to write")->required()->type_name("FILE");
    notices->add_flag("--json", c.notices.json, "Print JSON");
    notices->footer("Example:\n  gateway notices 00048-key_grant-5f3a.draft --out notices.cbor\n");
    notices->callback([&c] { c.status = run_notices(c.notices, std::cout, std::cerr); });
}

void add_submit(CLI::App& app, Commands& c) {
    CLI::App* submit = app.add_subcommand(
        "submit", "Bring an approved draft to the nodes, and wait until a block holds it");
    submit
        ->add_option("drafts", c.submit.drafts,
                     "The file, or the copies that officers signed one by one")
        ->required()
        ->type_name("DRAFT...");
    add_config(*submit, c.submit.config);
    submit->add_option("--wait", c.submit.wait_s, "Seconds to wait; default 30")
        ->check(CLI::Range(1, 86'400));
    submit->add_flag("--check", c.submit.check, "Dial nobody: only say whether it is ready");
    submit->add_flag("--json", c.submit.json, "Print JSON");
    submit->footer(
        "Examples:\n"
        "  gateway submit 00041-capacity-5f3a.draft --config dgmd/gateway.yaml\n"
        "  gateway submit from-amal.draft from-bela.draft --config dgmd/gateway.yaml --wait 120\n");
    submit->callback([&c] { c.status = run_submit(c.submit, std::cout, std::cerr); });
}

void add_serve(CLI::App& app, Commands& c) {
    CLI::App* serve = app.add_subcommand(
        "serve",
        "Follow the chain for the utility: verify every block, keep a ledger of its own, and fold\n"
        "it into the read model, until SIGTERM. It signs no vote, and nothing waits for it");
    add_config(*serve, c.serve.config);
    serve->add_flag("--check-config", c.serve.check_only, "Only say whether the files are right");
    serve->footer(
        "Examples:\n"
        "  gateway serve --config dgmd/gateway.yaml\n"
        "  gateway serve --config /etc/fairfeed/dgmd/gateway.yaml --check-config\n");
    serve->callback([&c] { c.status = run_serve(c.serve, std::cout, std::cerr); });

    CLI::App* status = app.add_subcommand(
        "status", "How the service is: its height, how far behind, whose word differs, alarms");
    add_config(*status, c.gateway_status.config);
    status->add_flag("--json", c.gateway_status.json, "Print JSON");
    status->footer(
        "Example:\n  gateway status --config dgmd/gateway.yaml --json\n\n"
        "Exit status: 0 runs without an alarm, 1 does not, 2 wrong usage or input.\n");
    status->callback(
        [&c] { c.status = run_gateway_status(c.gateway_status, std::cout, std::cerr); });

    CLI::App* rebuild = app.add_subcommand(
        "rebuild", "Make the read model again from the ledger, while the service is stopped");
    add_config(*rebuild, c.rebuild.config);
    rebuild->add_flag("--json", c.rebuild.json, "Print JSON");
    rebuild->footer("Example:\n  gateway rebuild --config dgmd/gateway.yaml\n");
    rebuild->callback([&c] { c.status = run_rebuild(c.rebuild, std::cout, std::cerr); });
}

void add_export(CLI::App& app, Commands& c) {
    CLI::App* command = app.add_subcommand(
        "export", "Tables of the read model for other programs, also while the service runs");
    command->add_option("what", c.exported.what, "bills, readings or settlements")->required();
    add_config(*command, c.exported.config);
    command->add_option("--format", c.exported.format, "csv (default) or jsonl");
    command->add_option("--since", c.exported.since, "Only what blocks from this height on made")
        ->type_name("HEIGHT");
    command->footer(
        "Examples:\n"
        "  gateway export bills --config dgmd/gateway.yaml --format jsonl --since 1200\n"
        "  gateway export settlements --config dgmd/gateway.yaml > settlements.csv\n"
        "  gateway forecast --totals settlements.csv --zone Europe/Berlin\n\n"
        "bills: each meter and window, energy and money. readings: what meters signed. "
        "settlements:\n"
        "totals of each cluster and window. docs/office.md names the columns.\n");
    command->callback([&c] { c.status = run_export(c.exported, std::cout, std::cerr); });
}

void add_bills(CLI::App& app, Commands& c) {
    CLI::App* bills = app.add_subcommand(
        "bills", "The bills of a month or of a meter, which with account grid add up to nothing");
    add_config(*bills, c.bills.config);
    bills->add_option("--month", c.bills.month, "Month of the local calendar")
        ->type_name("YYYY-MM");
    bills->add_option("--meter", c.bills.meter, "This meter's bills alone")->type_name("NAME");
    bills->add_option("--ledger", c.bills.ledger, "Default: that of the configuration")
        ->type_name("LEDGER.db");
    bills->add_option("--proof", c.bills.proof, "Write a file that proves this one bill")
        ->type_name("FILE");
    bills->add_flag("--json", c.bills.json, "Print JSON, with every window");
    bills->add_flag("--csv", c.bills.csv, "Print CSV, a row for each bill");
    bills->footer(
        "Examples:\n"
        "  gateway bills --config dgmd/gateway.yaml --month 2016-08 --csv\n"
        "  gateway bills --config dgmd/gateway.yaml --meter m-101 --month 2016-08 --proof "
        "m-101.bill\n");
    bills->callback([&c] { c.status = run_bills_command(c.bills, std::cout, std::cerr); });
}

}  // namespace
}  // namespace fairfeed

int main(int argc, char** argv) {
    CLI::App app("The utility's side of a Fairfeed network.", "gateway");
    app.set_version_flag("--version", std::string("gateway ") + FAIRFEED_VERSION);
    app.require_subcommand(1);
    app.footer(fairfeed::kExamples);
    fairfeed::Commands commands;
    fairfeed::add_provision(app, commands);
    fairfeed::add_new_keys(app, commands);
    fairfeed::add_recording(app, commands);
    fairfeed::add_forecast(app, commands.forecast, commands.backtest, commands.status);
    fairfeed::add_draft(app, commands);
    fairfeed::add_notices(app, commands);
    fairfeed::add_sign(app, commands);
    fairfeed::add_submit(app, commands);
    fairfeed::add_serve(app, commands);
    fairfeed::add_export(app, commands);
    fairfeed::add_account_commands(app, commands.status);
    fairfeed::add_bills(app, commands);
    fairfeed::add_office_commands(app, commands.status);
    return fairfeed::run_program<CLI::ParseError>(app, argc, argv, commands.status);
}
