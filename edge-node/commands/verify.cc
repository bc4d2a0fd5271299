#include "edge-node/commands/verify.h"

#include <ostream>

#include "core/base/in_parallel.h"
#include "core/io/json.h"
#include "core/ledger/chain_verifier.h"
#include "core/ledger/ledger_audit.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/opened_ledger.h"

namespace fairfeed {
namespace {

constexpr Height kProgressEvery = 1000;
// The blocks are valid, but their file is not as it was written.
constexpr std::string_view kDamagedFile = "damaged_file";

std::string_view status_of(const InvariantReport& report) {
    if (!report.applicable) return "not_applicable";
    return report.ok ? "ok" : "failed";
}

Json counts_json(const VerifyCounts& counts) {
    return Json::object()
        .set("blocks", counts.blocks)
        .set("transactions", counts.transactions)
        .set("readings", counts.readings)
        .set("settlements", counts.settlements)
        .set("certificates", counts.certificates)
        .set("endorsements", counts.endorsements)
        .set("readings_opened", counts.readings_opened)
        .set("lines_opened", counts.lines_opened)
        .set("settlements_recomputed", counts.settlements_recomputed);
}

Json invariants_json(const VerifyReport& report) {
    Json invariants = Json::array();
    for (const InvariantReport& invariant : report.invariants)
        invariants.push(Json::object()
                            .set("name", invariant.name)
                            .set("status", status_of(invariant))
                            .set("ok", invariant.applicable ? Json(invariant.ok) : Json())
                            .set("checked_by", invariant.checked_by)
                            .set("explanation", invariant.explanation));
    return invariants;
}

Json to_json(const OpenedLedger& opened, const VerifyReport& report) {
    Json closed = Json::array();
    Json windows = Json::array();
    for (const auto& [cluster, runs] : report.closed) {
        closed.push(cluster.str());
        for (const WindowRun& run : runs)
            windows.push(Json::object()
                             .set("cluster", cluster.str())
                             .set("first", run.first)
                             .set("last", run.last));
    }
    Json handovers = Json::array();
    for (const FalseHandover& each : report.false_handovers)
        handovers.push(Json::object().set("height", each.height).set("node", each.sender.str()));
    Json fault;
    if (report.fault)
        fault = Json::object()
                    .set("height", report.fault->height)
                    .set("reason", report.fault->reason)
                    .set("explanation", report.fault->explanation);
    return Json::object()
        .set("sound", report.sound())
        .set("network", to_hex(opened.genesis.network.view()))
        .set("ledger_height", report.ledger_height)
        .set("height", report.checked_height)
        .set("tip", to_hex(report.tip.view()))
        .set("app_hash", to_hex(report.app_hash.view()))
        .set("counts", counts_json(report.counts))
        .set("not_recomputed", std::move(closed))
        .set("windows_not_recomputed", std::move(windows))
        .set("false_handovers", std::move(handovers))
        .set("fault", std::move(fault))
        .set("invariants", invariants_json(report));
}

void print_counts(const VerifyReport& report, std::ostream& out) {
    const VerifyCounts& counts = report.counts;
    Table table("rl");
    const auto line = [&table](std::uint64_t count, std::string_view what) {
        table.add({std::to_string(count), std::string(what)});
    };
    line(counts.blocks, "blocks: header, parent, Merkle root, app hash");
    line(counts.certificates, "certificates by a quorum of validators");
    line(counts.transactions, "transactions, genesis included, with their signatures");
    line(counts.readings, "readings signed by their meters");
    line(counts.settlements, "settlements: order, entries, public arithmetic");
    line(counts.endorsements, "endorsements by committee members");
    line(counts.readings_opened, "readings opened");
    line(counts.settlements_recomputed, "settlements recomputed from opened readings");
    line(counts.lines_opened, "sealed lines opened and found equal");
    table.print(out);
}

void print_invariants(const VerifyReport& report, std::ostream& out) {
    out << "\nInvariants\n";
    Table table("lll");
    for (const InvariantReport& invariant : report.invariants)
        table.add({std::string(status_of(invariant)), invariant.name,
                   "(" + invariant.checked_by + ")" +
                       (invariant.explanation.empty() ? "" : ": " + invariant.explanation)});
    table.print(out);
}

void print_closed(const OpenedLedger& opened, const VerifyReport& report, std::ostream& out) {
    if (report.closed.empty()) return;
    out << "\nNot recomputed: readings and bill lines of "
        << count_text(report.closed.size(), "cluster", "clusters")
        << (opened.holder ? ", of which " + opened.holder->node.str() +
                                " holds no keys, or was no member of the committee"
                          : std::string(" whose keys are not at hand (--config)"))
        << ":";
    for (const auto& [cluster, runs] : report.closed) {
        out << "\n  " << cluster.str() << ", windows";
        for (const WindowRun& run : runs)
            out << ' ' << run.first << '-' << run.last;
    }
    out << '\n';
}

void print_false_handovers(const VerifyReport& report, std::ostream& out) {
    for (const FalseHandover& each : report.false_handovers)
        out << "\nBlock " << each.height << ": what " << each.sender.str()
            << " hands over does not open\n";
}

void print_page(const OpenedLedger& opened, const VerifyReport& report, std::ostream& out) {
    out << opened.file.string() << '\n';
    if (report.fault)
        out << "NOT SOUND at height " << report.fault->height << ": " << report.fault->reason
            << "\n  " << report.fault->explanation << "\nUp to height " << report.checked_height
            << " it holds:\n";
    else
        out << "sound up to its tip, height " << report.checked_height << '\n';
    out << "  network  " << to_hex(opened.genesis.network.view()) << '\n'
        << "  tip      " << to_hex(report.tip.view()) << '\n'
        << "  app hash " << to_hex(report.app_hash.view()) << "\n\n";
    print_counts(report, out);
    print_invariants(report, out);
    print_closed(opened, report, out);
    print_false_handovers(report, out);
}

bool has_log(const std::filesystem::path& ledger) {
    std::error_code ignored;
    return std::filesystem::exists(ledger.string() + "-wal", ignored);
}

// Verifies the chain, then its file.
VerifyReport verify(const OpenedLedger& opened, std::ostream& err) {
    const auto progress = [&err](Height done, Height total) {
        if (done > 0 && done % kProgressEvery == 0)
            err << "verified " << done << " of " << total << " blocks\n";
    };
    VerifyReport report =
        verify_ledger(opened.ledger, opened.genesis, opened.keys(), progress, all_cores());
    if (!report.sound()) return report;
    if (const auto whole = audit_ledger(opened.file); !whole)
        report.fault =
            ReplayFault{report.checked_height, std::string(kDamagedFile), whole.error().message};
    return report;
}

void print(const OpenedLedger& opened, const VerifyReport& report, bool json, std::ostream& out) {
    if (json)
        out << to_json(opened, report).dump(2) << '\n';
    else
        print_page(opened, report, out);
}

}  // namespace

int run_verify(const VerifyOptions& options, std::ostream& out, std::ostream& err) {
    const LedgerSource source{
        .config = options.config, .genesis = options.genesis, .ledger = options.ledger};
    for (;;) {
        const bool was_quiet = !has_log(options.ledger);
        const auto opened = open_ledger(source);
        if (!opened) return report_input_errors(opened.error(), err);
        const VerifyReport report = verify(*opened, err);
        // A node has begun to write meanwhile, so the rows read are not from one moment.
        if (!report.sound() && was_quiet && has_log(options.ledger)) continue;
        print(*opened, report, options.json, out);
        return report.sound() ? kExitOk : kExitFault;
    }
}

}  // namespace fairfeed
