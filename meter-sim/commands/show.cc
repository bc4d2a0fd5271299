#include "meter-sim/commands/show.h"

#include <iomanip>
#include <string>
#include <vector>

#include "core/base/utc_text.h"
#include "core/io/json.h"
#include "meter-sim/outbox.h"
#include "meter-sim/sim_config.h"

namespace fairfeed {

namespace {

bool curtails(const AcceptedShare& share) {
    return share.share.share_w != kNoShareW;
}

Json registers_json(const MeterRegisters& registers) {
    return Json::object()
        .set("import_wh", registers.total.import_wh)
        .set("export_wh", registers.total.export_wh)
        .set("generation_wh", registers.total.generation_wh)
        .set("day_import_wh", registers.day_import_wh)
        .set("day_export_wh", registers.day_export_wh)
        .set("month_import_wh", registers.month_import_wh)
        .set("month_export_wh", registers.month_export_wh);
}

Json reading_json(const OutboxReading& row) {
    const KeptReading& reading = row.reading;
    Json receipts = Json::array();
    for (const NodeId& node : reading.receipts)
        receipts.push(node.str());
    Json refusals = Json::object();
    for (const auto& [node, reason] : row.refusals)
        refusals.set(node.str(), reason);
    return Json::object()
        .set("window", reading.window)
        .set("sequence", reading.sequence)
        .set("id", to_hex(reading.id.view()))
        .set("first_publish_ms",
             reading.first_publish_ms ? Json(*reading.first_publish_ms) : Json())
        .set("receipts", std::move(receipts))
        .set("refusals", std::move(refusals))
        .set("complete", row.complete);
}

// The last command, and what became of it.
Json command_json(const RelayState& relay) {
    if (!relay.command) return {};
    return Json::object()
        .set("sequence", relay.command->sequence)
        .set("order", to_string(relay.command->order))
        .set("reason", to_string(relay.command->reason))
        .set("effective", relay.command->effective)
        .set("expires", relay.command->expires)
        .set("executed_at_s", relay.executed_at_s ? Json(*relay.executed_at_s) : Json());
}

Json meter_json(const OutboxMeter& meter) {
    Json shares = Json::array();
    for (const AcceptedShare& share : meter.state.shares)
        shares.push(Json::object()
                        .set("window", share.window)
                        .set("share_w", curtails(share) ? Json(share.share.share_w) : Json())
                        .set("from_s", share.share.from_s));
    Json readings = Json::array();
    for (const OutboxReading& row : meter.readings)
        readings.push(reading_json(row));
    return Json::object()
        .set("id", meter.meter.str())
        .set("next_window", meter.state.next_window)
        .set("next_sequence", meter.state.next_sequence)
        .set("registers", registers_json(meter.state.registers))
        .set("command", command_json(meter.state.relay))
        .set("shares", std::move(shares))
        .set("readings", std::move(readings));
}

// Each entry of the schedule that the meter obeys.
void print_share(const AcceptedShare& share, std::ostream& out) {
    out << "  share from " << utc_text(share.share.from_s) << "  ";
    if (curtails(share)) {
        out << std::setw(8) << share.share.share_w << " W";
    } else {
        out << "nobody is curtailed";
    }
    out << "  (settled with window " << share.window << ")\n";
}

void print_command(const RelayState& relay, std::ostream& out) {
    if (!relay.command) return;
    const MeterCommand& command = *relay.command;
    out << "  command " << command.sequence << ": " << to_string(command.order) << " ("
        << to_string(command.reason) << "), ";
    if (relay.executed_at_s) {
        out << "executed " << utc_text(*relay.executed_at_s) << '\n';
    } else {
        out << "not executed; windows " << command.effective << " to " << command.expires << '\n';
    }
}

void print_meter(const OutboxMeter& meter, std::ostream& out) {
    const MeterRegisters& registers = meter.state.registers;
    out << meter.meter.str() << "  import " << registers.total.import_wh << " Wh, export "
        << registers.total.export_wh << " Wh, generation " << registers.total.generation_wh
        << " Wh\n";
    print_command(meter.state.relay, out);
    for (const AcceptedShare& share : meter.state.shares)
        print_share(share, out);
    for (const OutboxReading& row : meter.readings) {
        out << "  window " << std::setw(6) << row.reading.window << "  "
            << short_hex(row.reading.id) << "  ";
        if (row.reading.first_publish_ms) {
            out << "sent " << *row.reading.first_publish_ms;
        } else {
            out << "not sent yet       ";
        }
        out << (row.complete ? "  receipted by" : "  pending, held by");
        for (const NodeId& node : row.reading.receipts)
            out << ' ' << node.str();
        if (row.reading.receipts.empty()) out << " nobody";
        for (const auto& [node, reason] : row.refusals)
            out << ", refused by " << node.str() << " as " << reason;
        out << '\n';
    }
}

}  // namespace

int run_show(const ShowOptions& options, std::ostream& out, std::ostream& err) {
    const auto config = load_sim_config(options.config);
    if (!config) {
        for (const std::string& error : config.error())
            err << error << '\n';
        return 2;
    }
    const auto meters = read_outbox(config->outbox);
    if (!meters) {
        err << "meter-sim: " << meters.error().message << '\n';
        return 1;
    }
    if (options.json) {
        Json list = Json::array();
        for (const OutboxMeter& meter : *meters)
            list.push(meter_json(meter));
        out << Json::object().set("meters", std::move(list)).dump(2) << '\n';
    } else {
        for (const OutboxMeter& meter : *meters)
            print_meter(meter, out);
    }
    return 0;
}

}  // namespace fairfeed
