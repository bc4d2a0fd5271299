// The course of a run: its events, their times, and its end.
#include "tests/simulation/simulation.h"

#include <algorithm>

#include "core/wire/evidence_codec.h"
#include "core/wire/message_codec.h"
#include "tests/simulation/fast_hash.h"

namespace fairfeed::simulation {
namespace {

constexpr std::int64_t kPatienceMs = 60'000;  // calm time until all must have finished
constexpr std::int64_t kAftermathMs = 5'000;  // time for the consequences of too many liars
constexpr std::size_t kMostUnderWay = 50'000;
constexpr std::uint64_t kMostHappenings = 1'000'000;

}  // namespace

Simulation::Simulation(std::uint64_t seed, Plan plan, Story story)
    : plan_(std::move(plan)),
      scenery_(scenery_of(plan_)),
      dice_(seed ^ 0x5eed),
      office_dice_(seed ^ 0x0ff1ce),
      story_(std::move(story)),
      broker_up_(plan_.machines(), true),
      oracles_(scenery_, plan_, [this](const MeterId& meter) -> const SimulatedMeter& {
          return meters_[meter_index_.at(meter)];
      }) {
    for (std::size_t i = 0; i < plan_.machines(); ++i) {
        const Behaviour behaviour = plan_.behaviours[i];
        for (const bool second : {false, true}) {
            if (second && !plan_.is_double(i)) continue;
            Host host;
            host.node = i;
            host.second = second;
            if (behaviour != Behaviour::honest) {
                host.liar = std::make_unique<Liar>(behaviour, scenery_, i, accomplice(),
                                                   Dice(dice_.next()));
            }
            hosts_.push_back(std::move(host));
        }
    }
    for (const MeterId& id : scenery_.meters) {
        meter_index_[id] = meters_.size();
        const MeterBehaviour behaviour = plan_.meter_behaviours[meters_.size()];
        meters_.emplace_back(scenery_, id, behaviour, Dice(dice_.next()));
    }
    told_.assign(meters_.size(), 0);
}

// Whether the host is past the time in which it waits for the answers of others (R22).
bool Simulation::has_begun(const Host& host) const {
    constexpr std::int64_t kWaitsMs = 1000;
    return now_ms_ - host.booted_ms >= kWaitsMs;
}

MeterId Simulation::accomplice() const {
    const auto& behaviours = plan_.meter_behaviours;
    const auto found =
        std::find(behaviours.begin(), behaviours.end(), MeterBehaviour::equivocating);
    if (found == behaviours.end()) return {};
    return scenery_.meters[static_cast<std::size_t>(found - behaviours.begin())];
}

void Simulation::at(std::int64_t ms, What what, std::size_t who, std::uint64_t tag) {
    agenda_.add(std::max(ms, now_ms_), {what, who, tag, false, nullptr});
}

void Simulation::trace(std::uint64_t a, std::uint64_t b) {
    outcome_.digest = mixed(outcome_.digest ^ a, b + static_cast<std::uint64_t>(now_ms_));
}

void Simulation::note(const std::function<std::string()>& line) const {
    if (story_.tell) story_.tell(std::to_string(now_ms_) + " ms: " + line());
}

void Simulation::detail(const std::function<std::string()>& line) const {
    if (story_.in_detail) note(line);
}

void Simulation::schedule() {
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        const bool late = plan_.is_newcomer(hosts_[i].node);
        at(late ? plan_.newcomer->boots_ms : dice_.below(500), What::boot, i);
    }
    if (plan_.newcomer || !plan_.capacities.empty() || !plan_.committees.empty() ||
        plan_.office != OfficeBehaviour::honest || plan_.pricing.new_week > 0) {
        utility_done_ = false;
        at(500, What::utility, 0);
    }
    const GridClock grid(scenery_.first_state.genesis.parameters);
    const std::int64_t epoch_ms = scenery_.first_state.genesis.parameters.real_epoch_ms;
    for (std::size_t meter = 0; meter < meters_.size(); ++meter) {
        for (Window window = 0; window < plan_.windows; ++window)
            at(grid.end_real_ms(window) - epoch_ms, What::measure, meter, window);
    }
    for (std::size_t i = 0; i < plan_.cuts.size(); ++i) {
        at(plan_.cuts[i].from_ms, What::cut_begins, i);
        at(plan_.cuts[i].to_ms, What::cut_ends, i);
    }
    for (const BrokerOutage& outage : plan_.outages) {
        at(outage.from_ms, What::broker_dies, outage.node);
        at(outage.to_ms, What::broker_returns, outage.node);
    }
    for (std::size_t i = 0; i < plan_.clocks.size(); ++i)
        at(plan_.clocks[i].at_ms, What::clock_changes, i);
    if (plan_.blackout_ms) at(*plan_.blackout_ms, What::blackout, 0);
    at(plan_.calm_ms, What::calm, 0);
}

Outcome Simulation::run() {
    note([&] { return describe(plan_); });
    schedule();
    const std::int64_t last_window_ms = std::int64_t{plan_.windows} * kWindowMs;
    const std::int64_t end_ms = std::max(plan_.calm_ms, last_window_ms) + kPatienceMs;
    while (!agenda_.empty() && oracles_.fault().empty() && !done_) {
        now_ms_ = agenda_.next_ms();
        const Happening next = agenda_.take();
        if (now_ms_ > end_ms) break;
        if (lost_at_ms_ && now_ms_ > *lost_at_ms_ + kAftermathMs) break;
        if (++happenings_ > kMostHappenings) oracles_.fail("the run does not come to an end");
        if (agenda_.size() > kMostUnderWay) oracles_.fail("the network is flooded");
        happen(next);
        if (!oracles_.lost().empty() && !lost_at_ms_) lost_at_ms_ = now_ms_;
    }
    end();
    return outcome_;
}

void Simulation::end() {
    std::string missing;
    if (!oracles_.is_over() && !is_done(&missing)) oracles_.lose("no progress: " + missing);
    for (const Host& host : hosts_) {
        if (!host.program || !plan_.is_honest(host.node)) continue;
        const NodeSummary summary = host.program->summary();
        oracles_.on_summary(host.node, summary, host.disk.ledger.size());
        oracles_.on_disk(host.node, host.disk);
        outcome_.halted += summary.consensus.halt ? 1 : 0;
    }
    audit_handovers();
    outcome_.readings = oracles_.account_for_readings();
    outcome_.virtual_ms = now_ms_;
    outcome_.recovery_ms =
        std::max<std::int64_t>(0, idle_from_ms_.value_or(now_ms_) - plan_.calm_ms);
    outcome_.height = oracles_.highest();
    outcome_.fault = oracles_.fault();
    outcome_.lost = oracles_.lost();
}

void Simulation::happen(const Happening& now) {
    switch (now.what) {
        case What::packet:
            return deliver(now);
        case What::meter_packet: {
            const Publication& said = *now.publication;
            return meters_[now.who].hear(scenery_.nodes[said.from], said.topic.channel,
                                         said.message);
        }
        case What::wake: {
            Host& host = hosts_[now.who];
            if (!host.program || host.life != now.tag || host.wake_at_ms != now_ms_) return;
            host.wake_at_ms = -1;
            return step(host, TimePassed{});
        }
        case What::boot:
            return boot(hosts_[now.who]);
        case What::connect:
            if (hosts_[now.who].life == now.tag) connect(hosts_[now.who]);
            return;
        case What::measure:
            return measure(now.who, static_cast<Window>(now.tag));
        case What::told:
            return tell(now.who, now.tag);
        case What::send:
            return send_reading(now.who, static_cast<Window>(now.tag));
        case What::cut_begins:
            return cut_begins(now.who);
        case What::cut_ends:
            return cut_ends(now.who);
        case What::broker_dies:
            return broker_dies(now.who);
        case What::broker_returns:
            return broker_returns(now.who);
        case What::clock_changes: {
            const ClockChange& change = plan_.clocks[now.who];
            count(change.since_1970 ? "clock of 1970" : "clock step and drift");
            note([&] {
                return "the clock of " + scenery_.nodes[change.node].str() +
                       (change.since_1970
                            ? " shows 1970"
                            : " is off by " + std::to_string(change.offset_ms) + " ms, drifts " +
                                  std::to_string(change.drift_ppm) + " ppm");
            });
            for (Host& host : hosts_) {
                if (host.node != change.node) continue;
                host.clock = change;
                if (host.program) wake_when_due(host);
            }
            return;
        }
        case What::blackout:
            count("blackout");
            note([] { return std::string("blackout"); });
            for (Host& host : hosts_) {
                if (!host.program) continue;
                host.retained.clear();
                crash(host, "power cut");
            }
            return;
        case What::utility:
            return follow_utility();
        case What::calm:
            return calm_down();
        case What::check:
            return check();
        case What::idle_end:
            return judge_idling();
    }
}

void Simulation::deliver(const Happening& packet) {
    Host& host = hosts_[packet.who];
    if (!host.program || host.life != packet.tag) return;
    const Publication& said = *packet.publication;
    const bool of_meter =
        said.topic.channel == Channel::reading || said.topic.channel == Channel::event;
    if (of_meter && !host.connected) return;
    if (host.liar && !host.liar->hears(said.topic, said.message)) return count("omitting");
    ++outcome_.messages;
    if (plan_.is_honest(host.node) && has_begun(host)) {
        host.heard.hear(scenery_.nodes[host.node], said, host.program->state());
    }
    const NodeId& broker = scenery_.nodes[of_meter ? host.node : said.from];
    step(host, MessageArrived{broker, said.topic_text, packet.retained, said.message});
}

void Simulation::cut_begins(std::size_t cut) {
    const auto kind = plan_.cuts[cut].symmetric ? "partition" : "asymmetric partition";
    count(kind);
    note([&] {
        std::string line =
            std::string(kind) + " until " + std::to_string(plan_.cuts[cut].to_ms) + " ms; unheard:";
        for (std::size_t from = 0; from < plan_.machines(); ++from) {
            for (std::size_t to = 0; to < plan_.machines(); ++to) {
                if (!plan_.cuts[cut].blocked[from][to]) continue;
                line += ' ' + scenery_.nodes[from].str() + " by " + scenery_.nodes[to].str() + ',';
            }
        }
        return line;
    });
}

// A reconnected node gets the retained messages.
void Simulation::cut_ends(std::size_t cut) {
    const auto& blocked = plan_.cuts[cut].blocked;
    for (const Host& from : hosts_) {
        for (std::size_t to = 0; to < hosts_.size(); ++to) {
            if (blocked[from.node][hosts_[to].node]) offer_retained(from, to);
        }
    }
}

void Simulation::broker_dies(std::size_t node) {
    if (!broker_up_[node]) return;
    count("broker lost");
    note([&] { return "the broker of " + scenery_.nodes[node].str() + " dies"; });
    broker_up_[node] = false;
    for (Host& host : hosts_) {
        if (host.node != node) continue;
        host.retained.clear();
        if (!host.connected) continue;
        host.connected = false;
        step(host, BrokerLost{});
    }
}

void Simulation::broker_returns(std::size_t node) {
    if (broker_up_[node]) return;
    note([&] { return "the broker of " + scenery_.nodes[node].str() + " is back"; });
    broker_up_[node] = true;
    for (Host& host : hosts_) {
        if (host.node == node) connect(host);
    }
}

void Simulation::calm_down() {
    note([] { return std::string("from here on nothing goes wrong"); });
    for (Host& host : hosts_) {
        host.clock = ClockChange{};
        if (host.program) wake_when_due(host);
    }
    for (std::size_t node = 0; node < plan_.machines(); ++node)
        broker_returns(node);
    at(now_ms_, What::check, 0);
}

void Simulation::check() {
    if (idle_from_ms_ || lost_at_ms_ || !is_calm() || !is_done(nullptr)) return;
    done_ = plan_.idle_ms == 0;
    if (!done_) begin_idling();
}

void Simulation::begin_idling() {
    note([] { return std::string("everything is settled: there is nothing to do"); });
    idle_from_ms_ = now_ms_;
    idle_height_ = oracles_.highest();
    at(now_ms_ + plan_.idle_ms, What::idle_end, 0);
}

void Simulation::judge_idling() {
    done_ = true;
    oracles_.on_idle_end(idle_height_, idle_statements_);
}

bool Simulation::is_all_settled(std::string* missing) const {
    for (const auto& [cluster, record] : scenery_.first_state.clusters) {
        if (record.meters.empty()) continue;
        for (Window window = 0; window < plan_.windows; ++window) {
            if (oracles_.has_settled(cluster, window)) continue;
            if (missing) {
                *missing =
                    "window " + std::to_string(window) + " of " + cluster.str() + " is not settled";
            }
            return false;
        }
    }
    return true;
}

bool Simulation::is_done(std::string* missing) const {
    const auto lacks = [&](const std::string& what) {
        if (missing) *missing = what;
        return false;
    };
    if (!is_all_settled(missing)) return false;
    if (!utility_done_) return lacks("DGMD waits for its word to be in the chain");
    for (const Host& host : hosts_) {
        if (!plan_.is_honest(host.node)) continue;
        if (plan_.is_newcomer(host.node) && plan_.newcomer->revoked_ms) continue;
        if (!host.program) return lacks(name(host) + " is down");
        if (host.disk.ledger.size() != oracles_.highest()) {
            return lacks(name(host) + " is at height " + std::to_string(host.disk.ledger.size()) +
                         " of " + std::to_string(oracles_.highest()));
        }
    }
    const std::string unexplained = oracles_.unexplained_reading();
    if (!unexplained.empty()) return lacks(unexplained);
    const std::string unpunished = unpunished_offence();
    return unpunished.empty() || lacks(unpunished);
}

// Offences that an honest node has received in its present life and could prove; the chain must
// name each in the end.
std::string Simulation::unpunished_offence() const {
    for (const Host& host : hosts_) {
        if (!plan_.is_honest(host.node) || !host.program) continue;
        for (const auto& [culprit, offence] : host.heard.offences()) {
            if (oracles_.has_named(culprit, offence)) continue;
            return name(host) + " has heard " + std::string(to_string(offence)) + " of " + culprit +
                   ", and no evidence names it";
        }
    }
    return {};
}

Outcome simulate(std::uint64_t seed, std::size_t nodes, Liars liars, Story story) {
    return Simulation(seed, draw_plan(seed, nodes, liars), std::move(story)).run();
}

}  // namespace fairfeed::simulation
