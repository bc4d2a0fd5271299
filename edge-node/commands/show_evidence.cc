#include <ostream>

#include "core/io/json.h"
#include "core/wire/event_codec.h"
#include "core/wire/evidence_codec.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/message_fields.h"
#include "edge-node/commands/show.h"

namespace fairfeed {
namespace {

// All accusations in the order of the chain.
struct Found {
    const BlockHeader& header;
    const Transaction& transaction;
};

Json evidence_json(const Found& found, const Evidence& evidence) {
    const OffencePlace& place = evidence.place;
    const bool of_height =
        evidence.offence == Offence::two_votes || evidence.offence == Offence::two_proposals;
    return Json::object()
        .set("id", to_hex(found.transaction.id.view()))
        .set("culprit", evidence.culprit)
        .set("offence", to_string(evidence.offence))
        .set("cluster", of_height ? Json() : Json(place.cluster.str()))
        .set("window", of_height ? Json() : Json(place.window))
        .set("other_window", of_height ? Json() : Json(place.earlier))
        .set("at_height", of_height ? Json(place.height) : Json())
        .set("round", of_height ? Json(place.round) : Json())
        .set("first", to_hex(evidence.first_id.view()))
        .set("second", to_hex(evidence.second_id.view()))
        .set("height", found.header.height)
        .set("block_time_ms", found.header.time_ms);
}

Json event_json(const Found& found, const MeterAlarm& alarm) {
    return Json::object()
        .set("id", to_hex(found.transaction.id.view()))
        .set("meter", alarm.meter.str())
        .set("cluster", alarm.cluster.str())
        .set("event", to_string(alarm.type))
        .set("window", alarm.window)
        .set("at", alarm.at_s)
        .set("height", found.header.height)
        .set("block_time_ms", found.header.time_ms);
}

class Listing {
  public:
    void add(const Found& found) {
        const auto& content = found.transaction.content;
        std::string who;
        std::string what;
        std::string where;
        if (const auto* evidence = std::get_if<Evidence>(&content)) {
            evidence_.push(evidence_json(found, *evidence));
            who = evidence->culprit;
            what = to_string(evidence->offence);
            where = place_text(*evidence);
        } else if (const auto* alarm = std::get_if<MeterAlarm>(&content)) {
            events_.push(event_json(found, *alarm));
            who = alarm->meter.str();
            what = to_string(alarm->type);
            where = "window " + std::to_string(alarm->window) + " of " + alarm->cluster.str();
        } else {
            return;
        }
        any_ = true;
        table_.add({std::to_string(found.header.height), utc_ms_text(found.header.time_ms), who,
                    what, where, to_hex(found.transaction.id.view())});
    }
    void print(const OpenedLedger& opened, bool json, std::ostream& out) {
        if (json) {
            out << Json::object()
                       .set("network", to_hex(opened.genesis.network.view()))
                       .set("height", opened.ledger.height())
                       .set("evidence", std::move(evidence_))
                       .set("events", std::move(events_))
                       .dump(2)
                << '\n';
        } else if (any_) {
            table_.print(out);
        } else {
            out << "Nothing is said against anybody up to height " << opened.ledger.height()
                << ".\n";
        }
    }
    Listing() { table_.add({"height", "time (UTC)", "who", "what", "where", "id"}); }

  private:
    Json evidence_ = Json::array();
    Json events_ = Json::array();
    Table table_{"rlllll"};
    bool any_ = false;
};

}  // namespace

int run_show_evidence(const ShowEvidenceOptions& options, std::ostream& out, std::ostream& err) {
    const auto opened = open_ledger(options.source, KeyUse::none);
    if (!opened) return report_input_errors(opened.error(), err);
    Listing listing;
    for (Height height = 1; height <= opened->ledger.height(); ++height) {
        const auto committed = opened->ledger.block(height);
        if (!committed || !*committed) {
            err << opened->file.string() << ": block " << height << " cannot be read"
                << (committed ? "" : ": " + committed.error().message) << '\n';
            return kExitFault;
        }
        const Block& block = (*committed)->block;
        for (const Transaction& transaction : block.transactions)
            listing.add({block.header, transaction});
    }
    listing.print(*opened, options.json, out);
    return kExitOk;
}

}  // namespace fairfeed
