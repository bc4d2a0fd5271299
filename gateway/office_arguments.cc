#include "gateway/office_arguments.h"

#include <iostream>
#include <memory>

#include "gateway/commands/application_commands.h"
#include "gateway/commands/capacity_code_commands.h"
#include "gateway/commands/work_order_commands.h"

namespace fairfeed {
namespace {

constexpr const char* kApplicationExamples =
    "Examples:\n"
    "  gateway application new --config dgmd/gateway.yaml --name 'Ada Ohm' --contact "
    "ada@example.org "
    "--service-point sp-9 --meter m-101 --estimated-w 5000\n"
    "  gateway application schedule a-1 --config dgmd/gateway.yaml --visit 2027-01-31T09:30\n"
    "  gateway application inspect a-1 --config dgmd/gateway.yaml --record visit.inspection\n"
    "  gateway application verify a-1 --config dgmd/gateway.yaml --by erik\n"
    "  gateway application reject a-1 --config dgmd/gateway.yaml --reason 'the roof is too old'\n";
constexpr const char* kCodeExamples =
    "Examples:\n"
    "  gateway capacity-code issue a-1 --config dgmd/gateway.yaml --certificate a-1.json --qr "
    "a-1.svg\n"
    "  gateway capacity-code check 0V3ZJ-...\n"
    "  gateway capacity-code read - --config dgmd/gateway.yaml <code.txt\n"
    "  gateway capacity-code read - --draft --config dgmd/gateway.yaml <code.txt\n"
    "  gateway capacity-code prove a-1.json --genesis genesis.cbor --ledger ledger.db\n";
constexpr const char* kOrderExamples =
    "Examples:\n"
    "  gateway work-order list --config dgmd/gateway.yaml\n"
    "  gateway work-order assign w-5f3a01c2d4e6 --config dgmd/gateway.yaml --to dora\n"
    "  gateway work-order replace w-5f3a01c2d4e6 --config dgmd/gateway.yaml --by-meter m-201\n"
    "  gateway work-order close w-5f3a01c2d4e6 --config dgmd/gateway.yaml --finding 'cover drilled "
    "open'\n";

// A command with its own options, which live as long as its callback.
template <class Options, class Run>
std::pair<CLI::App*, std::shared_ptr<Options>> add_command(CLI::App& parent, const char* name,
                                                           const char* purpose,
                                                           const char* examples, int& status,
                                                           Run run) {
    auto options = std::make_shared<Options>();
    CLI::App* command = parent.add_subcommand(name, purpose);
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(examples);
    command->callback([options, run, &status] { status = run(*options); });
    return {command, options};
}

template <class Options>
void add_config(CLI::App& command, Options& options) {
    command.add_option("--config", options.config, "As provisioning wrote it to dgmd/gateway.yaml")
        ->required()
        ->type_name("GATEWAY.yaml");
}

template <class Options>
void add_by(CLI::App& command, Options& options) {
    command.add_option("--by", options.by, "Who does it; default: office")->type_name("NAME");
}

void add_new_application(CLI::App& parent, int& status) {
    const auto [command, options] = add_command<NewApplicationOptions>(
        parent, "new", "Write an application down", kApplicationExamples, status,
        [](const auto& o) { return run_new_application(o, std::cout, std::cerr); });
    add_config(*command, *options);
    add_by(*command, *options);
    auto* name = command->add_option("--name", options->name, "Of the applicant");
    auto* contact = command->add_option("--contact", options->contact, "Post, telephone or mail");
    name->needs(contact);
    contact->needs(name);
    command->add_option("--person", options->person, "Somebody whom the records know: p-3")
        ->excludes(name)
        ->excludes(contact);
    command->add_option("--service-point", options->service_point, "Pseudonym of the connection")
        ->required();
    command->add_option("--meter", options->meter, "If there is one yet");
    command->add_option("--technology", options->technology,
                        "solar (default), wind, water, combustion, storage, other");
    command->add_option("--estimated-w", options->estimated_w, "Capacity as estimated")->required();
    command->add_option("--place", options->place, "Where it is, for the inspector");
    command->add_option("--follows", options->follows,
                        "The application in operation that this one changes");
}

// One step of an application; returns the options for what else the step asks for.
std::pair<CLI::App*, std::shared_ptr<ApplicationStepOptions>> add_application_step(
    CLI::App& parent, ApplicationAction action, const char* name, const char* purpose,
    int& status) {
    const auto added = add_command<ApplicationStepOptions>(
        parent, name, purpose, kApplicationExamples, status,
        [](const auto& o) { return run_application_step(o, std::cout, std::cerr); });
    const auto& [command, options] = added;
    options->action = action;
    command->add_option("application", options->application, "Its name, a-1")->required();
    add_config(*command, *options);
    if (action != ApplicationAction::inspect) add_by(*command, *options);
    return added;
}

void add_application(CLI::App& app, int& status) {
    CLI::App& parent = *app.add_subcommand(
        "application", "Applications for installed capacity, from the form to the verdict");
    parent.require_subcommand(1);
    parent.footer(kApplicationExamples);
    add_new_application(parent, status);
    using enum ApplicationAction;
    const auto scheduled =
        add_application_step(parent, schedule, "schedule", "Set the date of a visit", status);
    scheduled.first->add_option("--visit", scheduled.second->visit, "Date, and time in UTC")
        ->required();
    const auto inspected = add_application_step(parent, inspect, "inspect",
                                                "Add the inspector's signed record", status);
    inspected.first->add_option("--record", inspected.second->record, "As `gateway inspection`")
        ->required()
        ->type_name("FILE");
    (void)add_application_step(parent, verify, "verify", "Accept the record", status);
    const std::tuple<ApplicationAction, const char*, const char*> reasoned[] = {
        {reject, "reject", "Refuse it, with a reason that the applicant can read"},
        {revoke, "revoke", "Take the code back that is out"},
        {decommission, "decommission", "Nothing generates there any more"}};
    for (const auto& [action, name, purpose] : reasoned) {
        const auto added = add_application_step(parent, action, name, purpose, status);
        added.first->add_option("--reason", added.second->reason, "One line")->required();
    }
    (void)add_application_step(parent, withdraw, "withdraw", "The applicant gives it up", status);
    const auto moved =
        add_application_step(parent, transfer, "transfer", "Somebody else holds it now", status);
    moved.first->add_option("--name", moved.second->name, "Of the new holder")->required();
    moved.first->add_option("--contact", moved.second->contact, "Post, telephone or mail")
        ->required();
    const auto [list, listed] = add_command<ApplicationListOptions>(
        parent, "list", "List applications", kApplicationExamples, status,
        [](const auto& o) { return run_application_list(o, std::cout, std::cerr); });
    add_config(*list, *listed);
    list->add_option("--state", listed->state, "Only those that are applied, scheduled, ...");
    const auto [show, shown] = add_command<ApplicationShowOptions>(
        parent, "show", "Show an application with all its steps", kApplicationExamples, status,
        [](const auto& o) { return run_application_show(o, std::cout, std::cerr); });
    show->add_option("application", shown->application, "Its name, a-1")->required();
    add_config(*show, *shown);
}

void add_erase(CLI::App& app, int& status) {
    const auto [command, options] = add_command<ErasePersonOptions>(
        app, "erase", "Erase name, contact and places of a person from the office's records",
        "Example:\n  gateway erase p-3 --config dgmd/gateway.yaml\n", status,
        [](const auto& o) { return run_erase_person(o, std::cout, std::cerr); });
    command->add_option("person", options->person, "The pseudonym, as an application shows it")
        ->required();
    add_config(*command, *options);
}

void add_inspection(CLI::App& app, int& status) {
    const auto [command, options] = add_command<InspectionOptions>(
        app, "inspection",
        "Sign what you saw at a visit, with your inspector's key. Needs no network",
        "Example:\n  gateway inspection --genesis genesis.cbor --key dara.key --application a-1 "
        "--meter m-101 --nameplate-w 5200 --serial 'SN 4711' --photo roof.jpg --out "
        "visit.inspection\n",
        status, [](const auto& o) { return run_inspection(o, std::cout, std::cerr); });
    command->add_option("--genesis", options->genesis, "The genesis file that you trust")
        ->required()
        ->type_name("GENESIS.cbor");
    command->add_option("--key", options->key, "Your key")->required()->type_name("INSPECTOR.key");
    command->add_option("--out", options->out, "File to write")->required()->type_name("FILE");
    command->add_option("--inspector", options->inspector,
                        "Your name, if OFFICERS named you after genesis");
    command->add_option("--application", options->application, "Its name, a-1")->required();
    command->add_option("--meter", options->meter, "Name of the meter")->required();
    command->add_option("--technology", options->technology,
                        "solar (default), wind, water, combustion, storage, other");
    command->add_option("--nameplate-w", options->nameplate_w, "As measured; 0: nothing generates")
        ->required();
    command->add_option("--serial", options->serials, "Serial number; once for each");
    command->add_option("--photo", options->photos, "The record holds its SHA-256")
        ->type_name("FILE");
    command->add_option("--remark", options->remark, "One line, without names of people");
}

void add_capacity_code(CLI::App& app, int& status) {
    CLI::App& parent =
        *app.add_subcommand("capacity-code", "The encrypted codes of verified applications");
    parent.require_subcommand(1);
    parent.footer(kCodeExamples);
    const auto [issue, issued] = add_command<IssueCodeOptions>(
        parent, "issue", "Seal the certificate of a verified application", kCodeExamples, status,
        [](const auto& o) { return run_issue_code(o, std::cout, std::cerr); });
    issue->add_option("application", issued->application, "Its name, a-1")->required();
    add_config(*issue, *issued);
    add_by(*issue, *issued);
    issue->add_option("--certificate", issued->certificate, "The owner's copy, to write")
        ->required()
        ->type_name("FILE.json");
    issue->add_option("--qr", issued->qr, "The code as a picture, to write")->type_name("FILE.svg");
    issue->add_option("--valid-days", issued->valid_days, "Until it must be handed in; default 30")
        ->check(CLI::Range(1, 3660));
    const char* code_help = "The code, or '-' to read it from standard input";
    const auto [check, checked] = add_command<CheckCodeOptions>(
        parent, "check", "Find typing errors; needs no key without --config", kCodeExamples, status,
        [](const auto& o) { return run_check_code(o, std::cin, std::cout, std::cerr); });
    check->add_option("code", checked->code, code_help)->required();
    check->add_option("--config", checked->config, "The office's: say what `read` says")
        ->type_name("GATEWAY.yaml");
    const auto [read, opened] = add_command<ReadCodeOptions>(
        parent, "read", "Say what a code certifies, and whether it may be handed in", kCodeExamples,
        status, [](const auto& o) { return run_read_code(o, std::cin, std::cout, std::cerr); });
    read->add_option("code", opened->code, code_help)->required();
    add_config(*read, *opened);
    read->add_flag("--draft", opened->draft,
                   "Hand it in: write the draft of its CAPACITY for the officers");
    const auto [prove, proved] = add_command<ProveCodeOptions>(
        parent, "prove", "Prove by the owner's certificate and a ledger what was certified",
        kCodeExamples, status,
        [](const auto& o) { return run_prove_code(o, std::cout, std::cerr); });
    prove->add_option("certificate", proved->certificate, "The owner's copy")
        ->required()
        ->type_name("FILE.json");
    prove->add_option("--genesis", proved->genesis, "The genesis file that you trust")->required();
    prove->add_option("--ledger", proved->ledger, "A ledger; every signature in it is verified")
        ->required();
}

void add_work_order(CLI::App& app, int& status) {
    CLI::App& parent = *app.add_subcommand("work-order", "What alarms ask people to look into");
    parent.require_subcommand(1);
    parent.footer(kOrderExamples);
    const auto [list, listed] = add_command<WorkOrderListOptions>(
        parent, "list", "List open work orders", kOrderExamples, status,
        [](const auto& o) { return run_work_order_list(o, std::cout, std::cerr); });
    add_config(*list, *listed);
    list->add_flag("--all", listed->all, "Closed ones as well");
    using enum WorkOrderAction;
    const std::tuple<WorkOrderAction, const char*, const char*, const char*> steps[] = {
        {assign, "assign", "Send somebody there", "--to"},
        {visit, "visit", "Somebody was there", nullptr},
        {clear, "clear", "Nothing had to be replaced", "--finding"},
        {replace, "replace", "The meter was replaced, under a work permit", "--by-meter"},
        {close, "close", "End it with a finding", "--finding"}};
    for (const auto& [action, name, purpose, note] : steps) {
        const auto [command, options] = add_command<WorkOrderStepOptions>(
            parent, name, purpose, kOrderExamples, status,
            [](const auto& o) { return run_work_order_step(o, std::cout, std::cerr); });
        options->action = action;
        command->add_option("order", options->order, "Its name, as `list` shows it")->required();
        add_config(*command, *options);
        add_by(*command, *options);
        if (note != nullptr) command->add_option(note, options->note, "One line")->required();
    }
}

}  // namespace

void add_office_commands(CLI::App& app, int& status) {
    add_application(app, status);
    add_erase(app, status);
    add_inspection(app, status);
    add_capacity_code(app, status);
    add_work_order(app, status);
}

}  // namespace fairfeed
