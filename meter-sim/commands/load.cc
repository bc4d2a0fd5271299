#include "meter-sim/commands/load.h"

#include <memory>
#include <string>
#include <vector>

#include "core/io/descriptors.h"
#include "core/io/file.h"
#include "core/io/file_access.h"
#include "core/io/json.h"
#include "core/io/log.h"
#include "core/io/signals.h"
#include "meter-sim/load_fleet.h"
#include "meter-sim/sim_config.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kLateMs = 100;  // a generator that sends later than this is the limit

int complain(const std::vector<std::string>& errors, std::ostream& err) {
    for (const std::string& error : errors)
        err << error << '\n';
    return 2;
}

int fail(const std::string& why, std::ostream& err) {
    err << "meter-sim load: " << why << '\n';
    return 1;
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

std::int64_t window_ms(const NetworkParameters& parameters) {
    return parameters.window_seconds * 1000 / parameters.speed;
}

std::vector<std::string> faults_of(const LoadOptions& options, const FleetPlan& plan) {
    std::vector<std::string> faults;
    if (options.burst == options.rate.has_value())
        faults.push_back("choose one of --burst and --rate R");
    if (options.rate && *options.rate < 1) faults.push_back("--rate: at least 1 reading a second");
    if (options.in_flight && *options.in_flight < 1)
        faults.push_back("--in-flight: at least 1 reading");
    if (options.in_flight && options.rate)
        faults.push_back("--in-flight: the receipts set the pace, so --rate cannot");
    if (options.duration_s < 1) faults.push_back("--duration: at least 1 second");
    for (const PlannedMeter& meter : plan.meters)
        if (!meter.setup.signer)
            faults.push_back("meter '" + meter.setup.enrolment.meter.str() +
                             "': its seal is broken, so it signs nothing; take it out");
    if (!faults.empty() || !options.rate) return faults;
    const auto meters = static_cast<std::int64_t>(plan.meters.size());
    const std::int64_t last_ms = meters * 1000 / *options.rate;
    if (last_ms > window_ms(plan.parameters))
        faults.push_back("--rate " + std::to_string(*options.rate) + ": " + std::to_string(meters) +
                         " meters need " + std::to_string(last_ms) +
                         " ms for one reading each, and a window "
                         "of this network has " +
                         std::to_string(window_ms(plan.parameters)) +
                         " ms: raise the rate, or provision a lower speed");
    return faults;
}

// What kept the run from being faster.
std::string limit_of(const LoadResult& result) {
    if (result.tally.lag.p99_ms > kLateMs)
        return "generator: 1 % of the readings left more than " +
               std::to_string(result.tally.lag.p99_ms) + " ms late, because it was busy";
    if (result.tally.held_back)
        return "network: as many readings as --in-flight allows waited for their receipts";
    if (result.tally.to_receipt.p99_ms > 1000)
        return std::string(result.has_poor_links ? "links and network" : "network") +
               ": 1 % of the receipts took more than " +
               std::to_string(result.tally.to_receipt.p99_ms) + " ms";
    return "load: everything offered was receipted within a second";
}

Json times_json(const LoadTimes& times) {
    return Json::object()
        .set("p50", times.p50_ms)
        .set("p99", times.p99_ms)
        .set("p999", times.p999_ms)
        .set("max", times.max_ms);
}

// Times from the run's first publish on; null for what never happened.
Json windows_json(const LoadTally& tally) {
    const auto since_first = [&](std::int64_t at_ms) {
        return at_ms == LoadWindow::kNever ? Json() : Json(at_ms - tally.first_sent_ms);
    };
    Json windows = Json::array();
    for (const LoadWindow& each : tally.windows)
        windows.push(Json::object()
                         .set("window", each.window)
                         .set("sent", each.sent)
                         .set("receipted", each.receipted)
                         .set("final", each.settled)
                         .set("first_sent_ms", since_first(each.first_sent_ms))
                         .set("last_receipt_ms", since_first(each.last_receipt_ms))
                         .set("last_final_ms", since_first(each.last_settled_ms)));
    return windows;
}

Json to_json(const LoadResult& result) {
    const LoadTally& tally = result.tally;
    const LoadCounts& counts = tally.counts;
    Json refused = Json::object();
    for (const auto& [reason, count] : tally.refused)
        refused.set(reason, count);
    Json json = Json::object();
    json.set("meters", result.meters);
    json.set("connections", Json::object()
                                .set("wanted", result.connections)
                                .set("up", result.connected)
                                .set("made", result.wire.connects));
    json.set("readings", Json::object()
                             .set("planned", counts.readings)
                             .set("sent", counts.sent)
                             .set("receipted", counts.receipted)
                             .set("final", counts.settled));
    json.set("publishes", counts.publishes);
    json.set("duplicates", counts.duplicates);
    json.set("refused", std::move(refused));
    json.set("publish_to_receipt_ms", times_json(tally.to_receipt));
    json.set("publish_to_final_ms", times_json(tally.to_settled));
    json.set("generator_lag_ms", times_json(tally.lag));
    json.set("postponed_ms", result.postponed_ms);
    json.set("windows", windows_json(tally));
    json.set("bytes", Json::object()
                          .set("sent", result.wire.bytes_sent)
                          .set("received", result.wire.bytes_received));
    json.set("link", to_json(result.links));
    json.set("traffic", result.traffic.to_json());
    json.set("limit", limit_of(result));
    return json;
}

std::string words_of(const char* what, const LoadTimes& times) {
    return std::string(what) + ": p50 " + std::to_string(times.p50_ms) + " ms, p99 " +
           std::to_string(times.p99_ms) + " ms, p99.9 " + std::to_string(times.p999_ms) +
           " ms, longest " + std::to_string(times.max_ms) + " ms\n";
}

void print(const LoadResult& result, std::ostream& out) {
    const LoadCounts& counts = result.tally.counts;
    out << result.meters << " meters, " << result.connected << " of " << result.connections
        << " connections; of " << counts.readings << " readings " << counts.sent << " sent, "
        << counts.receipted << " receipted, " << counts.settled << " final\n"
        << counts.publishes << " publishes to members, " << counts.duplicates << " of them again\n";
    for (const auto& [reason, count] : result.tally.refused)
        out << count << " refused: " << reason << '\n';
    out << words_of("publish to receipt", result.tally.to_receipt)
        << words_of("publish to final", result.tally.to_settled)
        << words_of("generator late", result.tally.lag);
    if (counts.sent > 0)
        out << "on the wire, handshakes included: "
            << (result.wire.bytes_sent + result.wire.bytes_received) / counts.sent
            << " bytes a reading\n";
    result.traffic.print(out);
    print(result.links, out);
    if (result.postponed_ms > 0)
        out << "all was sent " << result.postponed_ms
            << " ms later than due, until all had signed and connected"
            << (result.tally.held_back ? " and the last window had ended\n" : "\n");
    out << "limit: " << limit_of(result) << std::endl;
}

}  // namespace

int run_load(const LoadOptions& options, std::ostream& out, std::ostream& err) {
    const auto config = load_sim_config(options.config);
    if (!config) return complain(config.error(), err);
    set_log_level(config->log_level);
    if (auto foreign = foreign_root_fault(directory_of(config->outbox), "meter-sim load ..."))
        return complain(std::vector{std::move(*foreign)}, err);
    auto plan = plan_fleet(*config);
    if (!plan) return complain(plan.error(), err);
    if (const auto faults = faults_of(options, *plan); !faults.empty())
        return complain(faults, err);
    raise_descriptor_limit();
    const std::size_t connections = connections_of(*plan);
    if (const auto shards = words_of_shards(connections); !shards.empty()) {
        out << shards << std::endl;
    } else if (const auto shortage = descriptor_shortage_with(connections)) {
        return fail(*shortage, err);
    }
    const std::int64_t each_ms = window_ms(plan->parameters);
    const LoadPace pace{
        std::max<std::int64_t>(1, options.duration_s * 1000 / each_ms), options.rate.value_or(0),
        options.in_flight ? static_cast<std::size_t>(*options.in_flight) : SIZE_MAX};
    if (options.check_only) {
        out << options.config.string() << ": well formed; " << plan->meters.size()
            << " meters would report " << pace.windows << " windows of " << each_ms << " ms\n";
        return 0;
    }
    auto outbox = Outbox::open(config->outbox, plan->network, plan->parameters.window_seconds);
    if (!outbox) return fail(outbox.error().message, err);
    LoadFleet fleet(std::move(*plan), std::move(*outbox), pace, config->link,
                    [&out](const std::string& line) { out << line << std::endl; });
    const SignalWatch signals([&fleet](Signal signal) {
        if (signal == Signal::stop) fleet.stop();
    });
    const auto result = fleet.run(config->ca_certificate);
    if (!result) return fail(result.error().message, err);
    print(*result, out);
    if (!options.json.empty()) {
        const std::string text = to_json(*result).dump(2) + "\n";
        if (auto written = write_file_atomically(options.json, as_bytes(text)); !written)
            return fail(written.error().message, err);
    }
    const LoadCounts& counts = result->tally.counts;
    const bool whole = counts.receipted == counts.readings && counts.settled == counts.readings;
    return whole && !result->stopped ? 0 : 1;
}

}  // namespace fairfeed
