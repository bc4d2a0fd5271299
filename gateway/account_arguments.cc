#include "gateway/account_arguments.h"

#include <iostream>
#include <memory>

#include "gateway/commands/account.h"
#include "gateway/commands/audit.h"

namespace fairfeed {
namespace {

constexpr const char* kAccountExamples =
    "Examples:\n"
    "  gateway account add amal --role officer --config dgmd/gateway.yaml\n"
    "  gateway account add home-7 --role customer --meter m-107 --config dgmd/gateway.yaml\n"
    "  pass show home-7 | gateway account reset home-7 --config dgmd/gateway.yaml\n"
    "  gateway account token amal --scope read --days 30 --config dgmd/gateway.yaml\n";

// Lives as long as the callbacks that write to it.
struct AccountArguments {
    AccountOptions account;
    AuditOptions audit;
};
using Arguments = std::shared_ptr<AccountArguments>;

void add_config(CLI::App& command, std::filesystem::path& config) {
    command.add_option("--config", config, "As provisioning wrote it to dgmd/gateway.yaml")
        ->required()
        ->type_name("GATEWAY.yaml");
}

void add_audit(CLI::App& app, const Arguments& c, int& status) {
    CLI::App* audit = app.add_subcommand(
        "audit", "Show who did what in the office, and check that no line was altered");
    add_config(*audit, c->audit.config);
    audit
        ->add_option("--head", c->audit.head, "A head noted earlier, which the log must still hold")
        ->type_name("HASH");
    audit->add_flag("--json", c->audit.json, "Print JSON");
    audit->footer("Example:\n  gateway audit --config dgmd/gateway.yaml\n");
    audit->callback([c, &status] { status = run_audit(c->audit, std::cout, std::cerr); });
}

CLI::App* add_account_action(CLI::App& account, const Arguments& c, int& status, const char* name,
                             AccountAction action, const char* help) {
    CLI::App* command = account.add_subcommand(name, help);
    add_config(*command, c->account.config);
    if (action != AccountAction::list)
        command->add_option("name", c->account.name, "The log-in name")->required();
    command->add_flag("--json", c->account.json, "Print JSON");
    command->footer(kAccountExamples);
    command->callback([c, action, &status] {
        c->account.action = action;
        status = run_account(c->account, console_password(), std::cout, std::cerr);
    });
    return command;
}

void add_account(CLI::App& app, const Arguments& c, int& status) {
    CLI::App* account = app.add_subcommand(
        "account", "People of the office and its customers, and the tokens of their programs");
    account->require_subcommand(1);
    account->footer(kAccountExamples);
    CLI::App* add = add_account_action(*account, c, status, "add", AccountAction::add,
                                       "Add a person; asks for the password");
    add->add_option("--role", c->account.role, "customer, inspector, officer or operator")
        ->required();
    add->add_option("--meter", c->account.meters, "A meter of the person")->type_name("METER...");
    add->add_option("--full-name", c->account.full_name, "Never on the chain or in the audit log");
    add->add_option("--contact", c->account.contact, "The same");
    add->add_flag("--no-password", c->account.no_password, "For a program, which gets a token");
    add_account_action(*account, c, status, "list", AccountAction::list,
                       "List accounts and tokens");
    CLI::App* role =
        add_account_action(*account, c, status, "role", AccountAction::role, "Change the role");
    role->add_option("role", c->account.role, "customer, inspector, officer or operator")
        ->required();
    CLI::App* bind = add_account_action(*account, c, status, "bind", AccountAction::bind,
                                        "Bind a person to these meters and no others");
    bind->add_option("meters", c->account.meters, "None: to no meter");
    add_account_action(*account, c, status, "reset", AccountAction::reset,
                       "Give a new password; ends the sessions and the waiting");
    add_account_action(*account, c, status, "lock", AccountAction::lock,
                       "Let the person in no more");
    add_account_action(*account, c, status, "unlock", AccountAction::unlock,
                       "Let the person in again");
    CLI::App* token = add_account_action(*account, c, status, "token", AccountAction::token,
                                         "Issue a token for the person's program; shown once");
    token->add_option("--scope", c->account.scopes, "read, drafts, accounts")
        ->required()
        ->type_name("SCOPE...");
    token->add_option("--days", c->account.days, "Days until it ends; default 90")
        ->check(CLI::Range(1, 366));
    token->add_option("--label", c->account.label, "What it is for");
    CLI::App* revoke =
        add_account_action(*account, c, status, "revoke", AccountAction::revoke, "End a token");
    revoke->add_option("token", c->account.token, "The token's id, as listed")->required();
    add_account_action(*account, c, status, "erase", AccountAction::erase,
                       "Remove a person, and all that is personal");
}

}  // namespace

void add_account_commands(CLI::App& app, int& status) {
    const auto arguments = std::make_shared<AccountArguments>();
    add_account(app, arguments, status);
    add_audit(app, arguments, status);
}

}  // namespace fairfeed
