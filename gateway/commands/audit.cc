#include "gateway/commands/audit.h"

#include "core/base/utc_text.h"
#include "core/io/json.h"
#include "core/io/log.h"
#include "gateway/audit/audit_log.h"
#include "gateway/commands/office_files.h"
#include "gateway/config/gateway_files.h"

namespace fairfeed {
namespace {

constexpr int kDone = 0;
constexpr int kAltered = 1;
constexpr int kWrongInput = 2;

// An event as the audit log's readers get it; the network's API gives the same members.
Json to_json(const AuditEntry& entry) {
    const AuditEvent& event = entry.event;
    return Json::object()
        .set("number", entry.number)
        .set("at", utc_text(event.real_ms / 1000))
        .set("who", event.who)
        .set("what", event.what)
        .set("from", event.from)
        .set("subject", event.subject)
        .set("height", event.height ? Json(*event.height) : Json())
        .set("note", event.note)
        .set("hash", to_hex(entry.hash.view()));
}

void print_entry(const AuditEntry& entry, std::ostream& out) {
    const AuditEvent& event = entry.event;
    out << entry.number << "  " << utc_text(event.real_ms / 1000) << "  " << event.what
        << kv("who", event.who) << kv("from", event.from);
    if (!event.subject.empty()) out << kv("subject", event.subject);
    if (event.height) out << kv("height", *event.height);
    if (!event.note.empty()) out << kv("note", event.note);
    out << '\n';
}

}  // namespace

int run_audit(const AuditOptions& options, std::ostream& out, std::ostream& err) {
    const auto config = load_gateway_config(options.config);
    if (!config) {
        for (const std::string& line : config.error())
            err << line << '\n';
        return kWrongInput;
    }
    const auto genesis = load_genesis_file(config->genesis);
    if (!genesis) {
        err << genesis.error() << '\n';
        return kWrongInput;
    }
    Json entries = Json::array();
    bool holds_head = options.head.empty();
    const auto chain =
        check_audit_log(config->audit, genesis->network, [&](const AuditEntry& each) {
            holds_head = holds_head || to_hex(each.hash.view()) == options.head;
            if (options.json) {
                entries.push(to_json(each));
            } else {
                print_entry(each, out);
            }
        });
    if (!chain) {
        err << chain.error().message << '\n';
        return kAltered;
    }
    if (!holds_head) {
        err << config->audit.string() << ": no entry has the hash " << options.head
            << ": the log was written anew, or this is another log\n";
        return kAltered;
    }
    const std::string head = to_hex(chain->head().view());
    if (options.json) {
        out << Json::object()
                   .set("count", chain->count())
                   .set("head", head)
                   .set("entries", std::move(entries))
                   .dump(2)
            << '\n';
    } else {
        out << chain->count() << " entries, each linked to the one before. Head " << head
            << ": note it elsewhere, and check it later by --head.\n";
    }
    return kDone;
}

}  // namespace fairfeed
