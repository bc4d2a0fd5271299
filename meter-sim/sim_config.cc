#include "meter-sim/sim_config.h"

#include <algorithm>
#include <set>

#include "core/io/host.h"
#include "core/io/yaml_file.h"
#include "meter-sim/scenario_file.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kMaxPvW = 1'000'000'000;
constexpr std::int64_t kMaxLatitudeDeg = 60;  // the model does not cover days without sunrise

constexpr std::int64_t kMaxSpreadMs = 3'600'000;

void read_source(const YamlView& source, SimConfig& config) {
    if (source.has("homes") == source.has("seed")) {
        source.fail("'source' must have exactly one of 'homes' and 'seed'");
        return;
    }
    if (const auto homes = source.optional_path("homes")) {
        config.homes = *homes;
        if (const auto hex = source.optional_text("homes_sha256")) {
            const auto bytes = from_hex(*hex);
            if (bytes) config.homes_digest = Digest::from(*bytes);
            if (!config.homes_digest)
                source.fail("homes_sha256", "'homes_sha256' must be 64 hexadecimal digits");
        }
        if (source.has("latitude_deg"))
            source.fail("latitude_deg", "'latitude_deg' goes with 'seed' only");
        return;
    }
    if (source.has("homes_sha256"))
        source.fail("homes_sha256", "'homes_sha256' goes with 'homes' only");
    config.seed = static_cast<std::uint64_t>(source.require_int("seed", 0, INT64_MAX));
    config.latitude_deg =
        source.optional_int("latitude_deg", -kMaxLatitudeDeg, kMaxLatitudeDeg).value_or(50);
}

SimMeter read_meter_entry(const YamlView& entry, bool recorded) {
    SimMeter meter;
    meter.id = entry.require_name<MeterId>("id");
    meter.signing_key = entry.require_path("signing_key");
    meter.data_keys = {entry.require_path("data_key")};
    for (const YamlView& later : entry.optional_list("next_data_keys"))
        meter.data_keys.push_back(later.require_path("file"));
    meter.tls_key = entry.require_path("tls_key");
    meter.tls_certificate = entry.require_path("tls_certificate");
    if (recorded) {
        meter.home = entry.require_text("home");
        if (entry.optional_int("pv_w", 0, kMaxPvW))
            entry.fail("pv_w", "'pv_w' goes with 'source.seed' only");
    } else {
        meter.pv_w = entry.optional_int("pv_w", 0, kMaxPvW);
        if (entry.optional_text("home")) entry.fail("home", "'home' goes with 'source.homes' only");
    }
    return meter;
}

void read_meters(const YamlView& root, SimConfig& config) {
    std::set<MeterId> seen;
    for (const YamlView& entry : root.require_list("meters")) {
        config.meters.push_back(read_meter_entry(entry, !config.homes.empty()));
        const MeterId& id = config.meters.back().id;
        if (!id.empty() && !seen.insert(id).second)
            entry.fail("id", "meter '" + id.str() + "' is there twice");
    }
    if (root.has("meters") && config.meters.empty())
        root.fail("meters", "'meters' names no meter to play");
}

void read_brokers(const YamlView& root, SimConfig& config) {
    std::set<NodeId> seen;
    for (const YamlView& entry : root.require_list("brokers")) {
        BrokerPlace broker;
        broker.node = entry.require_name<NodeId>("node");
        broker.host = entry.require_text("host");
        const auto fault = fault_of_host(broker.host);
        if (fault && !broker.host.empty()) entry.fail("host", *fault);
        broker.port = static_cast<std::uint16_t>(entry.require_int("port", 1, 65535));
        if (!broker.node.empty() && !seen.insert(broker.node).second)
            entry.fail("node", "the broker of '" + broker.node.str() + "' is there twice");
        for (const BrokerPlace& other : config.brokers)
            if (other.port == broker.port && is_same_host(other.host, broker.host))
                entry.fail("port", "the broker of '" + other.node.str() + "' is at " + other.host +
                                       " port " + std::to_string(other.port) +
                                       " already, which is the same place");
        config.brokers.push_back(std::move(broker));
    }
}

void read_link(const YamlView& link, SimConfig& config) {
    constexpr std::int64_t kMostS = 31 * kSecondsPerDay;
    LinkSettings& settings = config.link;
    settings.conditions = replaced({}, read_link_keys(link));
    settings.seed = static_cast<std::uint64_t>(link.optional_int("seed", 0, INT64_MAX).value_or(0));
    const auto every_s = link.optional_int("outage_every_s", 1, kMostS);
    const auto for_s = link.optional_int("outage_s", 1, kMostS);
    if (link.has("outage_every_s") != link.has("outage_s"))
        link.fail("'outage_every_s' and 'outage_s' go together");
    if (!every_s || !for_s) return;
    if (*for_s > *every_s) link.fail("outage_s", "'outage_s' is longer than 'outage_every_s'");
    settings.outages = {*every_s * 1000, *for_s * 1000};
}

}  // namespace

std::int64_t default_spread_ms(const NetworkParameters& parameters) {
    constexpr std::int64_t kPartOfWindow = 50;
    constexpr std::int64_t kMostMs = 60'000;
    constexpr std::int64_t kPartOfGrace = 4;
    const std::int64_t window_ms = parameters.window_seconds * 1000 / parameters.speed;
    return std::min(
        {window_ms / kPartOfWindow, kMostMs, parameters.timers.grace_ms / kPartOfGrace});
}

Result<SimConfig, std::vector<std::string>> load_sim_config(const std::filesystem::path& file) {
    const auto document = YamlDocument::load(file);
    if (!document) return unexpected(document.error());
    const YamlView root = document->root();
    SimConfig config;
    config.genesis = root.require_path("genesis");
    for (const YamlView& notice : root.optional_list("notices"))
        config.notices.push_back(notice.require_path("file"));
    config.outbox = root.require_path("outbox");
    config.status_file = root.optional_path("status_file").value_or("");
    config.log_level = root.optional_choice<LogLevel>("log_level", {{"debug", LogLevel::debug},
                                                                    {"info", LogLevel::info},
                                                                    {"warning", LogLevel::warning},
                                                                    {"error", LogLevel::error},
                                                                    {"off", LogLevel::off}})
                           .value_or(LogLevel::info);
    config.publish_spread_ms = root.optional_int("publish_spread_ms", 0, kMaxSpreadMs);
    config.ca_certificate = root.require_path("ca_certificate");
    read_brokers(root, config);
    read_source(root.require_map("source"), config);
    if (const auto link = root.optional_map("link")) read_link(*link, config);
    read_meters(root, config);
    if (auto errors = document->finish(); !errors.empty()) return unexpected(std::move(errors));
    return config;
}

}  // namespace fairfeed
