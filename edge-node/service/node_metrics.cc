#include "edge-node/service/node_metrics.h"

#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <mutex>

#include "core/io/clock.h"
#include "core/io/process.h"

namespace fairfeed {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Counts = std::map<std::string, std::uint64_t>;

constexpr const char* kRunning = "fairfeed_node_running";
constexpr const char* kRunningHelp = "1 while the node runs, 0 while it waits for disk space";

template <class Value>
double number(Value value) {
    return static_cast<double>(value);
}

std::uint64_t sum_of(const std::map<MeterId, std::uint64_t>& counts) {
    std::uint64_t sum = 0;
    for (const auto& [meter, count] : counts)
        sum += count;
    return sum;
}

std::size_t failed(const std::vector<InvariantReport>& reports) {
    return static_cast<std::size_t>(std::count_if(
        reports.begin(), reports.end(),
        [](const InvariantReport& report) { return report.applicable && !report.ok; }));
}

Counts settled_windows(const NodeSummary& summary) {
    Counts out;
    for (const auto& [cluster, windows] : summary.settled)
        out[cluster.str()] = windows;
    return out;
}

// One number. `of` is asked with every report.
struct Figure {
    const char* name;
    const char* help;
    double (*of)(const StatusReport& report);
};
using Report = const StatusReport&;

constexpr Figure kGauges[] = {
    {"fairfeed_node_height", "Height of the newest block in the ledger",
     [](Report r) { return number(r.summary.height); }},
    {"fairfeed_node_behind", "Blocks that an honest validator claims and this node lacks",
     [](Report r) {
         return number(std::max(r.summary.claimed, r.summary.height) - r.summary.height);
     }},
    {"fairfeed_node_round", "Round of the height being decided; 0 unless rounds fail",
     [](Report r) { return number(r.summary.consensus.round); }},
    {"fairfeed_node_signs", "1 if the node may sign now, else 0",
     [](Report r) { return number(r.summary.consensus.may_sign && !r.summary.starting); }},
    {"fairfeed_node_broker_connected", "1 while its own Mosquitto is connected, else 0",
     [](Report r) { return number(r.broker_connected); }},
    {"fairfeed_node_peers", "Other nodes that the configuration names",
     [](Report r) { return number(r.peers); }},
    {"fairfeed_node_peers_connected", "Of these, those whose brokers are connected",
     [](Report r) { return number(r.peers_connected); }},
    {"fairfeed_node_gateway_connected", "1 while the utility's broker is connected, else 0",
     [](Report r) { return number(r.gateway_connected.value_or(false)); }},
    {"fairfeed_node_nodes_missing", "Nodes whose messages do not arrive",
     [](Report r) { return number(r.view.missing.size()); }},
    {"fairfeed_node_alarms", "Alarms that stand, each for a person",
     [](Report r) { return number(r.summary.alarms.size()); }},
    {"fairfeed_node_invariants_failed", "Invariants of the chain that have failed",
     [](Report r) { return number(failed(r.summary.invariants)); }},
    {"fairfeed_node_transactions_waiting", "Transactions received and in no block yet",
     [](Report r) { return number(r.shell.load.waiting_transactions); }},
    {"fairfeed_node_windows_waiting", "Windows certified here and in no block yet",
     [](Report r) { return number(r.shell.load.pending_windows); }},
    {"fairfeed_node_readings_held", "Readings in memory",
     [](Report r) { return number(r.shell.load.readings); }},
    {"fairfeed_node_batches_held", "Batches of committees in memory",
     [](Report r) { return number(r.shell.load.batches); }},
    {"fairfeed_node_votes_held_bytes", "Consensus messages of heights to come",
     [](Report r) { return number(r.shell.load.buffered_bytes); }},
    {"fairfeed_node_events_waiting", "Events in the queue of the loop",
     [](Report r) { return number(r.shell.events_waiting); }},
    {"fairfeed_node_events_waiting_bytes", "Messages in the queue of the loop",
     [](Report r) { return number(r.shell.bytes_waiting); }},
    {"fairfeed_node_messages_unacknowledged", "Messages that its own Mosquitto has not taken yet",
     [](Report r) { return number(r.shell.unacknowledged); }},
    {"fairfeed_node_meters_silent", "Meters without a reading in three or more windows",
     [](Report r) { return number(r.summary.silent.size()); }},
    {"fairfeed_node_meters_unusable", "Such meters that do send, and are refused",
     [](Report r) { return number(r.summary.unusable.size()); }},
    {"fairfeed_node_meters_tampered", "Meters whose seal broke",
     [](Report r) { return number(r.summary.tampered.size()); }},
    {"fairfeed_node_blocks_damaged", "Blocks damaged on the disk, and not mended yet",
     [](Report r) { return number(r.summary.blocks_damaged); }},
    {"fairfeed_node_snapshot_height", "Block of the newest snapshot that serves; 0: none",
     [](Report r) { return number(r.storage.snapshot.height); }},
};

constexpr Figure kCounters[] = {
    {"fairfeed_node_readings_accepted_total", "Readings taken from meters",
     [](Report r) { return number(r.summary.readings_accepted); }},
    {"fairfeed_node_readings_duplicate_total", "Readings that came again; some are normal",
     [](Report r) { return number(r.summary.readings_duplicate); }},
    {"fairfeed_node_readings_estimated_total", "Settled in blocks by an estimate",
     [](Report r) { return number(sum_of(r.summary.settlements.estimated)); }},
    {"fairfeed_node_readings_trued_up_total", "Estimates corrected by late readings",
     [](Report r) { return number(sum_of(r.summary.settlements.trued_up)); }},
    {"fairfeed_node_view_changes_total", "Rounds that failed before a block was decided",
     [](Report r) { return number(r.shell.view_changes); }},
    {"fairfeed_node_messages_dropped_total", "Messages lost because a queue was full",
     [](Report r) { return number(r.dropped); }},
    {"fairfeed_node_blocks_scrubbed_total", "Blocks read again and found sound",
     [](Report r) { return number(r.storage.scrubbed_blocks); }},
    {"fairfeed_node_blocks_mended_total", "Damaged blocks that a peer's copy mended",
     [](Report r) { return number(r.summary.blocks_mended); }},
    {"fairfeed_node_snapshots_failed_total", "Snapshots that could not be written",
     [](Report r) { return number(r.storage.snapshot.failed); }},
};

// A counter for each value of a label.
struct LabelledCounter {
    const char* name;
    const char* help;
    const char* label;
    Counts (*of)(const StatusReport& report);
};

constexpr LabelledCounter kLabelled[] = {
    {"fairfeed_node_readings_refused_total", "Messages of meters that were refused", "reason",
     [](Report r) { return r.summary.rejected; }},
    {"fairfeed_node_messages_refused_total", "Messages of others that were refused", "reason",
     [](Report r) { return r.summary.refused; }},
    {"fairfeed_node_objections_total", "Objections to batches, received and sent", "reason",
     [](Report r) { return r.summary.objections; }},
    {"fairfeed_node_messages_sent_total", "Messages sent; those of `receipt` are receipts",
     "channel", [](Report r) { return r.shell.sent; }},
    {"fairfeed_node_windows_settled_total", "Windows that the chain has settled", "cluster",
     [](Report r) { return settled_windows(r.summary); }},
};

ClientMetric metric_of(MetricType type, double value) {
    ClientMetric metric;
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    return metric;
}

MetricFamily family_of(const char* name, const char* help, MetricType type, double value) {
    return {name, help, type, {metric_of(type, value)}};
}

MetricFamily family_of(const LabelledCounter& counter, const StatusReport& report) {
    MetricFamily family{counter.name, counter.help, MetricType::Counter, {}};
    for (const auto& [label, count] : counter.of(report)) {
        family.metric.push_back(metric_of(MetricType::Counter, number(count)));
        family.metric.back().label.push_back({counter.label, label});
    }
    return family;
}

MetricFamily build_info() {
    MetricFamily family =
        family_of("fairfeed_node_build_info", "The version that runs", MetricType::Gauge, 1);
    family.metric.front().label.push_back({"version", FAIRFEED_VERSION});
    return family;
}

// Under the names that Prometheus's own libraries use.
void add_process(std::vector<MetricFamily>& out, std::int64_t started_ms) {
    const ProcessUse use = use_of_this_process();
    out.push_back(family_of("process_resident_memory_bytes", "Resident memory", MetricType::Gauge,
                            number(use.resident_bytes)));
    out.push_back(family_of("process_cpu_seconds_total", "CPU time of all threads",
                            MetricType::Counter, number(use.cpu_ms) / 1000));
    out.push_back(family_of("process_open_fds", "Open file descriptors", MetricType::Gauge,
                            number(use.open_files)));
    out.push_back(family_of("process_start_time_seconds", "Unix time of the start",
                            MetricType::Gauge, number(started_ms) / 1000));
}

}  // namespace

struct NodeMetrics::Figures {
    using Buckets = prometheus::Histogram::BucketBoundaries;
    const std::int64_t started_ms = Clock().now().real_ms;
    mutable std::mutex mutex;
    std::vector<MetricFamily> shown;
    prometheus::Histogram blocks{Buckets{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2}};
    prometheus::Histogram others{Buckets{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2}};

    void put(std::vector<MetricFamily> families) {
        const std::lock_guard alone(mutex);
        shown = std::move(families);
    }
    [[nodiscard]] MetricFamily writes() const {
        MetricFamily family{"fairfeed_node_write_seconds",
                            "Time until what a turn promises was on the disk, with a block or not",
                            MetricType::Histogram,
                            {blocks.Collect(), others.Collect()}};
        family.metric.front().label.push_back({"block", "yes"});
        family.metric.back().label.push_back({"block", "no"});
        return family;
    }
};

NodeMetrics::NodeMetrics() : figures_(std::make_unique<Figures>()) {}
NodeMetrics::~NodeMetrics() = default;

Result<std::unique_ptr<NodeMetrics>, IoError> NodeMetrics::open(std::uint16_t port) {
    std::unique_ptr<NodeMetrics> metrics(new NodeMetrics());
    auto page = LoopbackPage::open({port, "/metrics", "text/plain; version=0.0.4; charset=utf-8"},
                                   [raw = metrics.get()] { return raw->text(); });
    if (!page) return unexpected(page.error());
    metrics->page_ = std::move(*page);
    return metrics;
}

void NodeMetrics::show(const StatusReport& report) {
    std::vector<MetricFamily> families{
        family_of(kRunning, kRunningHelp, MetricType::Gauge, number(report.running))};
    for (const Figure& figure : kGauges)
        families.push_back(
            family_of(figure.name, figure.help, MetricType::Gauge, figure.of(report)));
    for (const Figure& figure : kCounters)
        families.push_back(
            family_of(figure.name, figure.help, MetricType::Counter, figure.of(report)));
    for (const LabelledCounter& counter : kLabelled)
        families.push_back(family_of(counter, report));
    figures_->put(std::move(families));
}

void NodeMetrics::show_waiting() {
    figures_->put({family_of(kRunning, kRunningHelp, MetricType::Gauge, 0)});
}

void NodeMetrics::wrote(bool with_block, std::int64_t took_ms) {
    (with_block ? figures_->blocks : figures_->others).Observe(number(took_ms) / 1000);
}

std::string NodeMetrics::text() const {
    std::vector<MetricFamily> families;
    {
        const std::lock_guard alone(figures_->mutex);
        families = figures_->shown;
    }
    families.push_back(figures_->writes());
    families.push_back(build_info());
    add_process(families, figures_->started_ms);
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace fairfeed
