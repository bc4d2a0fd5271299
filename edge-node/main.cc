// edge-node: the command line, and nothing else. Exit codes: 0 done, 1 failed or a fault was found,
// 2 wrong usage or input that cannot be read.
#include <CLI/CLI.hpp>
#include <iostream>

#include "core/base/program.h"
#include "edge-node/commands/backup.h"
#include "edge-node/commands/check_proof.h"
#include "edge-node/commands/decode.h"
#include "edge-node/commands/prove.h"
#include "edge-node/commands/prove_evidence.h"
#include "edge-node/commands/run.h"
#include "edge-node/commands/settle.h"
#include "edge-node/commands/show.h"
#include "edge-node/commands/status.h"
#include "edge-node/commands/verify.h"

namespace fairfeed {
namespace {

// The program's help shows all of them, a command's its own.
constexpr const char* kRunExample = "  edge-node run --config edge-node.yaml\n";
constexpr const char* kStatusExample = "  edge-node status --config edge-node.yaml\n";
constexpr const char* kVerifyExample =
    "  edge-node verify --genesis genesis.cbor --ledger ledger.db --config edge-node.yaml\n";
constexpr const char* kBackupExample =
    "  edge-node backup --data /var/lib/fairfeed/n1 --to /backup/n1.db\n";
constexpr const char* kBlocksExample = "  edge-node show blocks --config edge-node.yaml\n";
constexpr const char* kSettlementExample =
    "  edge-node show settlement --config edge-node.yaml --cluster elm --window 3\n";
constexpr const char* kClustersExample = "  edge-node show clusters --config edge-node.yaml\n";
constexpr const char* kEvidenceExample =
    "  edge-node show evidence --genesis genesis.cbor --ledger ledger.db\n";
constexpr const char* kNodesExample =
    "  edge-node show nodes --genesis genesis.cbor --ledger ledger.db\n";
constexpr const char* kOfficeExample = "  edge-node show office --config edge-node.yaml\n";
constexpr const char* kProveExample =
    "  edge-node prove --config edge-node.yaml --meter m01 --window 3\n";
constexpr const char* kProveEvidenceExample =
    "  edge-node prove evidence --config edge-node.yaml node-3\n";
constexpr const char* kCheckProofExample =
    "  edge-node check-proof --genesis genesis.cbor m01-3.proof\n";
constexpr const char* kSettleExample = "  edge-node settle --input cluster.yaml --rule waterfill\n";
constexpr const char* kSettleQuartersExample =
    "  edge-node settle --input quarters.yaml --rule waterfill --resolution quarter\n";
constexpr const char* kSettleFile =
    "\nThe figures, of a window of half an hour; a meter has either its sums or its quarter "
    "hours,\n"
    "each [import_wh, export_wh, generation_wh]:\n"
    "  window_seconds: 1800\n"
    "  tariff: {import_micro_per_kwh: 250000, export_micro_per_kwh: 80000}\n"
    "  meters:\n"
    "    - {id: m1, capacity_w: 5000, quarters: [[0, 600, 700], [50, 0, 20]]}\n"
    "    - {id: m2, capacity_w: 0, import_wh: 400, export_wh: 0, generation_wh: 0}\n";
constexpr const char* kDecodeExample =
    "  mosquitto_sub ... -F '%t %x' | edge-node decode --genesis genesis.cbor\n";

std::string examples(std::initializer_list<const char*> lines) {
    std::string out = lines.size() == 1 ? "Example:\n" : "Examples:\n";
    for (const char* line : lines)
        out += line;
    return out;
}

std::string all_examples() {
    return examples({kRunExample, kStatusExample, kVerifyExample, kBackupExample, kBlocksExample,
                     kSettlementExample, kClustersExample, kEvidenceExample, kNodesExample,
                     kProveExample, kProveEvidenceExample, kCheckProofExample, kSettleExample,
                     kSettleQuartersExample, kDecodeExample}) +
           "config/edge-node.yaml describes every key of the configuration.\n"
           "Exit codes: 0 done, 1 failed or a fault was found, 2 wrong usage or unreadable input.";
}

// Options live as long as the parser; the chosen command's status ends here.
struct Commands {
    int status = 0;
    RunNodeOptions run;
    StatusOptions status_of;
    VerifyOptions verify;
    BackupOptions backup;
    ShowBlocksOptions blocks;
    ShowSettlementOptions settlement;
    ShowClustersOptions clusters;
    ShowEvidenceOptions evidence;
    ShowNodesOptions nodes;
    ShowOfficeOptions office;
    ProveOptions prove;
    ProveEvidenceOptions prove_evidence;
    CheckProofOptions check_proof;
    DecodeOptions decode;
    SettleOptions settle;
    std::string rule;
    std::string resolution;
};

void add_source(CLI::App& command, LedgerSource& source) {
    command.add_option("--config", source.config, "Node configuration; its keys open lines");
    command.add_option("--genesis", source.genesis, "Genesis file, with --ledger");
    command.add_option("--ledger", source.ledger, "Ledger file");
}

void add_run(CLI::App& app, Commands& c) {
    auto* run = app.add_subcommand("run", "Run the node until a signal");
    run->footer(examples({kRunExample}));
    run->add_option("--config", c.run.config, "Configuration file (YAML)")->required();
    run->add_flag("--check-config", c.run.check_only, "Check the configuration and stop");
    run->add_flag("--accept-lost-safety-record", c.run.accept_lost_safety_record,
                  "Sign at once although earlier votes may be lost; read operations.md first");
    run->callback([&c] { c.status = run_run(c.run, std::cout, std::cerr); });
}

void add_status(CLI::App& app, Commands& c) {
    auto* status =
        app.add_subcommand("status", "Print the node's last status, and whether its process runs");
    status->footer(examples({kStatusExample}));
    status->add_option("--config", c.status_of.config, "Configuration file (YAML)")->required();
    status->add_flag("--json", c.status_of.json, "Print JSON");
    status->callback([&c] { c.status = run_status(c.status_of, std::cout, std::cerr); });
}

void add_verify(CLI::App& app, Commands& c) {
    auto* verify = app.add_subcommand(
        "verify", "Recompute a whole ledger from genesis and name the first fault");
    verify->footer(examples({kVerifyExample}));
    verify->add_option("--genesis", c.verify.genesis, "Genesis file")->required();
    verify->add_option("--ledger", c.verify.ledger, "Ledger file")->required();
    verify->add_option("--config", c.verify.config,
                       "Node configuration; with its keys sealed lines are recomputed too");
    verify->add_flag("--json", c.verify.json, "Print JSON");
    verify->callback([&c] { c.status = run_verify(c.verify, std::cout, std::cerr); });
}

void add_backup(CLI::App& app, Commands& c) {
    auto* backup = app.add_subcommand(
        "backup", "Copy the ledger of a node, running or not, into a new file and check the copy");
    backup->footer(examples({kBackupExample}));
    backup->add_option("--data", c.backup.data, "Data directory of the node")->required();
    backup->add_option("--to", c.backup.to, "File to write; it must not exist")->required();
    backup->callback([&c] { c.status = run_backup(c.backup, std::cout, std::cerr); });
}

void add_show(CLI::App& app, Commands& c) {
    auto* show = app.add_subcommand("show", "Print blocks, settlements and bills");
    show->footer(examples(
        {kBlocksExample, kSettlementExample, kClustersExample, kEvidenceExample, kNodesExample,
         kOfficeExample}));
    show->require_subcommand(1);
    auto* blocks = show->add_subcommand("blocks", "Every block of the ledger, a line each");
    blocks->footer(examples({kBlocksExample}));
    add_source(*blocks, c.blocks.source);
    blocks->add_flag("--json", c.blocks.json, "Print JSON");
    blocks->callback([&c] { c.status = run_show_blocks(c.blocks, std::cout, std::cerr); });

    auto* settlement = show->add_subcommand("settlement", "One cluster's settlement of a window");
    settlement->footer(examples({kSettlementExample}));
    add_source(*settlement, c.settlement.source);
    settlement->add_option("--cluster", c.settlement.cluster, "Cluster")->required();
    settlement->add_option("--window", c.settlement.window, "Window, 0 is the first")->required();
    settlement->add_flag("--json", c.settlement.json, "Print JSON");
    settlement->callback(
        [&c] { c.status = run_show_settlement(c.settlement, std::cout, std::cerr); });

    auto* clusters = show->add_subcommand("clusters", "All windows, shares, bills and accounts");
    clusters->footer(examples({kClustersExample}));
    add_source(*clusters, c.clusters.source);
    clusters->add_flag("--json", c.clusters.json, "Print JSON");
    clusters->callback([&c] { c.status = run_show_clusters(c.clusters, std::cout, std::cerr); });

    auto* evidence = show->add_subcommand("evidence", "Proved offences and broken seals");
    evidence->footer(examples({kEvidenceExample}));
    add_source(*evidence, c.evidence.source);
    evidence->add_flag("--json", c.evidence.json, "Print JSON");
    evidence->callback([&c] { c.status = run_show_evidence(c.evidence, std::cout, std::cerr); });

    auto* nodes = show->add_subcommand("nodes", "Reissues, takeovers and evidence, by node");
    nodes->footer(examples({kNodesExample}));
    add_source(*nodes, c.nodes.source);
    nodes->add_flag("--json", c.nodes.json, "Print JSON");
    nodes->callback([&c] { c.status = run_show_nodes(c.nodes, std::cout, std::cerr); });

    auto* office =
        show->add_subcommand("office", "Who decides for the utility; deauthorised meters");
    office->footer(examples({kOfficeExample}));
    add_source(*office, c.office.source);
    office->add_flag("--json", c.office.json, "Print JSON");
    office->callback([&c] { c.status = run_show_office(c.office, std::cout, std::cerr); });
}

void add_proofs(CLI::App& app, Commands& c) {
    auto* prove = app.add_subcommand(
        "prove", "Write one file that proves a meter's reading and its bill line");
    prove->footer(examples({kProveExample, kProveEvidenceExample}));
    auto* config = prove->add_option("--config", c.prove.config, "Node configuration");
    prove->add_option("--ledger", c.prove.ledger, "Ledger file, else the configuration's");
    auto* meter = prove->add_option("--meter", c.prove.meter, "Meter");
    auto* window = prove->add_option("--window", c.prove.window, "Window, 0 is the first");
    prove->add_option("--out", c.prove.out, "File to write, else METER-WINDOW.proof");
    prove->callback([&c, prove, config, meter, window] {
        if (!prove->get_subcommands().empty()) return;
        for (const auto* option : {config, meter, window}) {
            if (option->count() == 0) throw CLI::RequiredError(option->get_name());
        }
        c.status = run_prove(c.prove, std::cout, std::cerr);
    });

    auto* evidence = prove->add_subcommand("evidence", "Write one file that proves an offence");
    evidence->footer(examples({kProveEvidenceExample}));
    add_source(*evidence, c.prove_evidence.source);
    evidence->add_option("who", c.prove_evidence.wanted, "Id of the evidence, or the culprit")
        ->required();
    evidence->add_option("--out", c.prove_evidence.out, "File to write, else CULPRIT-ID.evidence");
    evidence->callback(
        [&c] { c.status = run_prove_evidence(c.prove_evidence, std::cout, std::cerr); });

    auto* check =
        app.add_subcommand("check-proof", "Check a proof with no network, no node and no ledger");
    check->footer(examples({kCheckProofExample}));
    check->add_option("--genesis", c.check_proof.genesis, "Genesis file")->required();
    check->add_option("file", c.check_proof.file, "Proof file")->required();
    check->add_flag("--json", c.check_proof.json, "Print JSON");
    check->callback([&c] { c.status = run_check_proof(c.check_proof, std::cout, std::cerr); });
}

void add_decode(CLI::App& app, Commands& c) {
    auto* decode = app.add_subcommand(
        "decode", "Print messages for a person: lines '<topic> <hex>' or '<hex>' on stdin");
    decode->footer(examples({kDecodeExample}));
    decode->add_option("--genesis", c.decode.genesis, "Genesis file: checks signatures too");
    decode->add_flag("--cbor", c.decode.cbor, "Add CBOR diagnostic notation");
    decode->callback([&c] { c.status = run_decode(c.decode, std::cin, std::cout, std::cerr); });
}

void add_settle(CLI::App& app, Commands& c) {
    auto* settle = app.add_subcommand("settle", "The contract alone, on figures you type");
    settle->footer(examples({kSettleExample, kSettleQuartersExample}) + kSettleFile);
    settle->add_option("--input", c.settle.input, "Figures (YAML)")->required();
    settle->add_option("--rule", c.rule, "paper (default), waterfill or generation")
        ->check(CLI::IsMember({"paper", "waterfill", "generation"}));
    settle
        ->add_option(
            "--resolution", c.resolution,
            "window (default), or quarter: a share for each quarter hour, from the quarter "
            "hours of all meters")
        ->check(CLI::IsMember({"window", "quarter"}));
    settle->add_flag("--json", c.settle.json, "Print JSON");
    settle->callback([&c] {
        if (!c.rule.empty()) c.settle.rule = parse_share_rule(c.rule);
        c.settle.resolution =
            parse_share_resolution(c.resolution).value_or(ShareResolution::window);
        c.status = run_settle(c.settle, std::cout, std::cerr);
    });
}

}  // namespace
}  // namespace fairfeed

int main(int argc, char** argv) {
    CLI::App app(
        "Edge node of a Fairfeed network: witnesses readings, agrees on the ledger, settles.",
        "edge-node");
    app.set_version_flag("--version", "edge-node " FAIRFEED_VERSION);
    app.footer(fairfeed::all_examples());
    app.require_subcommand(1);
    fairfeed::Commands commands;
    fairfeed::add_run(app, commands);
    fairfeed::add_status(app, commands);
    fairfeed::add_verify(app, commands);
    fairfeed::add_backup(app, commands);
    fairfeed::add_show(app, commands);
    fairfeed::add_proofs(app, commands);
    fairfeed::add_decode(app, commands);
    fairfeed::add_settle(app, commands);
    return fairfeed::run_program<CLI::ParseError>(app, argc, argv, commands.status);
}
