#include "meter-sim/commands/scenario_stage.h"

#include <algorithm>
#include <utility>

#include "core/base/units.h"
#include "core/base/utc_text.h"
#include "core/io/status_file.h"
#include "meter-sim/scenario_file.h"
#include "meter-sim/scenario_text.h"
#include "meter-sim/sources.h"

namespace fairfeed {
namespace {

ScenarioCast cast_of(const FleetPlan& plan, bool has_status) {
    ScenarioCast cast;
    cast.window_seconds = plan.parameters.window_seconds;
    cast.has_status = has_status;
    for (const PlannedMeter& meter : plan.meters) {
        cast.meters.insert(meter.setup.enrolment.meter);
        for (const BrokerPlace& broker : meter.brokers)
            cast.nodes.insert(broker.node);
    }
    return cast;
}

// The first midnight of the grid clock that is not over, and not before window 0.
std::int64_t begin_of(const NetworkParameters& parameters, const Instant& now) {
    const std::int64_t earliest_s =
        std::max(parameters.grid_epoch_s, GridClock(parameters).grid_s(now.real_ms));
    return (earliest_s + kSecondsPerDay - 1) / kSecondsPerDay * kSecondsPerDay;
}

Result<NodeFacts, std::string> read_node(const std::filesystem::path& file, const Instant& now) {
    auto found = read_status(file, now.real_ms);
    if (!found) return unexpected(found.error().message);
    const std::string* node = found->facts.at("node").as_text();
    if (node == nullptr)
        return unexpected(file.string() +
                          ": not the status file of an edge node (docs/operations.md)");
    if (!found->is_current()) return unexpected(file.string() + ": " + liveness(*found));
    return NodeFacts{*node, found->facts, found->facts};
}

EnergySource with_panels(EnergySource source, ModelSettings panels, std::int64_t from_quarter) {
    // The model of this source has the panels alone: its load is left out.
    EnergySource sun = model_source(MeterId(), panels);
    return [source = std::move(source), sun = std::move(sun), from_quarter](std::int64_t quarter) {
        SourceEnergy energy = source(quarter);
        if (quarter >= from_quarter) energy.available_wh += sun(quarter).available_wh;
        return energy;
    };
}

}  // namespace

ScenarioStage::ScenarioStage(Scenario scenario, const NetworkParameters& parameters,
                             std::int64_t begin_s, std::vector<std::filesystem::path> statuses)
    : scenario_(std::move(scenario)),
      parameters_(parameters),
      grid_(parameters),
      begin_s_(begin_s),
      statuses_(std::move(statuses)) {
    const std::int64_t window_s = parameters.window_seconds;
    const std::int64_t first = (begin_s - parameters.grid_epoch_s + window_s - 1) / window_s;
    script_ = std::make_unique<FleetScript>(
        FleetScript{ScenarioTimeline(scenario_.events), ScenarioWitness(static_cast<Window>(first)),
                    begin_s, [this](const Instant& now) { return look(now); }});
}

Result<std::unique_ptr<ScenarioStage>, std::vector<std::string>> ScenarioStage::prepare(
    const std::filesystem::path& file, const std::vector<std::filesystem::path>& statuses,
    const FleetPlan& plan, const Instant& now) {
    auto scenario = load_scenario(file, cast_of(plan, !statuses.empty()));
    if (!scenario) return unexpected(scenario.error());
    const NetworkParameters& parameters = plan.parameters;
    const std::int64_t begin_s = begin_of(parameters, now);
    const std::int64_t end_s =
        parameters.grid_epoch_s + parameters.window_limit * parameters.window_seconds;
    std::vector<std::string> errors;
    if (parameters.window_limit > 0 && begin_s + scenario->ends_s > end_s)
        errors.push_back(file.string() + ": the scenario would end at " +
                         utc_text(begin_s + scenario->ends_s) + ", and this network ends at " +
                         utc_text(end_s) +
                         ": provision a network with a higher window_limit, or none");
    std::vector<NodeFacts> nodes;
    for (const std::filesystem::path& status : statuses) {
        auto node = read_node(status, now);
        if (node) {
            nodes.push_back(std::move(*node));
        } else {
            errors.push_back("--status: " + node.error() +
                             ": name the status_file of a node that runs, or leave --status out");
        }
    }
    if (!errors.empty()) return unexpected(std::move(errors));
    std::unique_ptr<ScenarioStage> stage(
        new ScenarioStage(std::move(*scenario), parameters, begin_s, statuses));
    stage->nodes_ = std::move(nodes);
    return stage;
}

void ScenarioStage::add_panels(const SimConfig& config, FleetPlan& plan) const {
    for (const ScenarioEvent& event : scenario_.events) {
        const auto* pv = std::get_if<scenario_event::AddedPv>(&event.what);
        if (pv == nullptr) continue;
        const std::int64_t from_quarter =
            (begin_s_ + event.from_s - parameters_.grid_epoch_s + kSecondsPerQuarter - 1) /
            kSecondsPerQuarter;
        const ModelSettings panels{config.seed, config.latitude_deg * 1000, pv->watts,
                                   parameters_.grid_epoch_s};
        for (PlannedMeter& meter : plan.meters)
            if (pv->meters.contains(meter.setup.enrolment.meter))
                meter.setup.source =
                    with_panels(std::move(meter.setup.source), panels, from_quarter);
    }
}

// Asked about once a second. Until the beginning the nodes' counters are read again and again.
bool ScenarioStage::look(const Instant& now) {
    const std::int64_t now_s = grid_.grid_s(now.real_ms) - begin_s_;
    const bool ends = now_s >= scenario_.ends_s;
    if (now_s >= 0 && !ends) return false;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        auto read = read_node(statuses_[i], now);
        // A node that is gone knows nothing: its old status is not that of the end.
        nodes_[i].now = read ? std::move(read->now) : Json::object();
        if (now_s < 0) nodes_[i].before = nodes_[i].now;
    }
    if (!ends) return false;
    rows_ = judge(scenario_, script_->witness, nodes_);
    is_over_ = all_met(rows_) || now_s >= scenario_.ends_s + scenario_.patience_s;
    return is_over_;
}

std::string ScenarioStage::grid_text(std::int64_t seconds) const {
    return utc_text(begin_s_ + seconds);
}

void ScenarioStage::announce(std::ostream& out) const {
    out << "scenario: " << scenario_.name << "; from " << grid_text(0) << " to "
        << grid_text(scenario_.ends_s) << " of the network's clock" << std::endl;
}

void ScenarioStage::print(std::ostream& out) const {
    if (!is_over_) {
        out << "scenario: stopped before its end, so nothing was judged\n";
        return;
    }
    for (const std::string& line : table_of(rows_))
        out << line << '\n';
    const auto met =
        std::count_if(rows_.begin(), rows_.end(), [](const ScenarioRow& row) { return row.met; });
    out << "scenario: " << met << " of " << rows_.size() << " expectations met\n";
}

Json ScenarioStage::to_json() const {
    return Json::object()
        .set("name", scenario_.name)
        .set("begins", grid_text(0))
        .set("ends", grid_text(scenario_.ends_s))
        .set("over", is_over_)
        .set("ok", is_met())
        .set("expectations", fairfeed::to_json(rows_));
}

}  // namespace fairfeed
