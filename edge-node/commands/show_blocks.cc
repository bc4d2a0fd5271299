#include <map>
#include <ostream>

#include "core/io/json.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/show.h"

namespace fairfeed {
namespace {

struct ShownBlock {
    CommittedBlock committed;
    std::map<TransactionKind, std::uint64_t> counts;
    std::optional<std::int64_t> committed_at_ms;
};

Result<ShownBlock, std::string> load(const Ledger& ledger, Height height) {
    auto committed = ledger.block(height);
    if (!committed) return unexpected(committed.error().message);
    if (!*committed) return unexpected("block " + std::to_string(height) + " is missing");
    const auto committed_at = ledger.committed_at_ms(height);
    if (!committed_at) return unexpected(committed_at.error().message);
    ShownBlock out{
        .committed = std::move(**committed), .counts = {}, .committed_at_ms = *committed_at};
    for (const Transaction& transaction : out.committed.block.transactions)
        ++out.counts[transaction.kind];
    return out;
}

Json to_json(const ShownBlock& shown) {
    const Block& block = shown.committed.block;
    Json counts = Json::object();
    for (const auto& [kind, count] : shown.counts)
        counts.set(to_string(kind), count);
    Json transactions = Json::array();
    for (const Transaction& transaction : block.transactions)
        transactions.push(Json::object()
                              .set("id", to_hex(transaction.id.view()))
                              .set("kind", to_string(transaction.kind)));
    const bool certified = block.header.height > 0;
    const QuorumCertificate& certificate = shown.committed.certificate;
    return Json::object()
        .set("height", block.header.height)
        .set("id", to_hex(block_id(block.header).view()))
        .set("time_ms", block.header.time_ms)
        .set("proposer", block.header.proposer.str())
        .set("round", certified ? Json(certificate.content.round) : Json())
        .set("signers", certified ? Json(certificate.witnesses.size()) : Json())
        .set("committed_at_ms", shown.committed_at_ms ? Json(*shown.committed_at_ms) : Json())
        .set("counts", std::move(counts))
        .set("transactions", std::move(transactions));
}

std::string counts_text(const ShownBlock& shown) {
    std::string text;
    for (const auto& [kind, count] : shown.counts)
        text +=
            (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(to_string(kind));
    return text;
}

std::vector<std::string> row_of(const ShownBlock& shown) {
    const BlockHeader& header = shown.committed.block.header;
    const QuorumCertificate& certificate = shown.committed.certificate;
    const bool certified = header.height > 0;
    return {std::to_string(header.height),
            short_hex(block_id(header)),
            utc_ms_text(header.time_ms),
            header.proposer.str(),
            certified ? std::to_string(certificate.content.round) : "-",
            certified ? std::to_string(certificate.witnesses.size()) : "-",
            shown.committed_at_ms ? utc_ms_text(*shown.committed_at_ms) : "-",
            counts_text(shown)};
}

}  // namespace

int run_show_blocks(const ShowBlocksOptions& options, std::ostream& out, std::ostream& err) {
    const auto opened = open_ledger(options.source, KeyUse::none);
    if (!opened) return report_input_errors(opened.error(), err);
    Table table("rlllrrll");
    table.add({"height", "id", "time (UTC)", "proposer", "round", "signers", "durable here (UTC)",
               "transactions"});
    Json blocks = Json::array();
    Json damaged = Json::array();
    int status = kExitOk;
    for (Height height = 0; height <= opened->ledger.height(); ++height) {
        const auto shown = load(opened->ledger, height);
        if (!shown) {
            err << opened->file.string() << ": " << shown.error() << '\n';
            damaged.push(Json::object().set("height", height).set("reason", shown.error()));
            status = kExitFault;
            if (!options.json)
                table.add({std::to_string(height), "DAMAGED", "", "", "", "", "", ""});
            continue;
        }
        if (options.json)
            blocks.push(to_json(*shown));
        else
            table.add(row_of(*shown));
    }
    if (!options.json) {
        table.print(out);
        return status;
    }
    out << Json::object()
               .set("network", to_hex(opened->genesis.network.view()))
               .set("node", opened->node ? Json(opened->node->str()) : Json())
               .set("height", opened->ledger.height())
               .set("blocks", std::move(blocks))
               .set("damaged", std::move(damaged))
               .dump(2)
        << '\n';
    return status;
}

}  // namespace fairfeed
