// Machines: boot, crash, clocks, and the effects of programs on disk and network.
#include <algorithm>

#include "core/ledger/replay.h"
#include "core/state/app_hash.h"
#include "tests/simulation/fast_hash.h"
#include "tests/simulation/simulation.h"

namespace fairfeed::simulation {
namespace {

constexpr std::int64_t kMomentPermille = 60;  // of a lying disk's effects: it may return there
constexpr std::size_t kMostMoments = 4;
constexpr std::size_t kSnapshots = 4;
constexpr std::int64_t kLongestWaitMs = 15'000;
constexpr std::int64_t kLongestWaitFarMs = 60'000;
constexpr std::int64_t kSmallOffsetMs = 5000;

}  // namespace

Instant Simulation::clock_of(const Host& host) const {
    const std::int64_t epoch_ms = scenery_.first_state.genesis.parameters.real_epoch_ms;
    const ClockChange& clock = host.clock;
    const std::int64_t drift_ms = (now_ms_ - clock.at_ms) * clock.drift_ppm / 1'000'000;
    const std::int64_t real_ms =
        (clock.since_1970 ? now_ms_ : epoch_ms + now_ms_ + clock.offset_ms) + drift_ms;
    return {now_ms_ - host.steady_from_ms, real_ms, clock.synchronised};
}

// Replays the ledger from genesis, as the runtime does; the node's own blocks are trusted.
Result<ChainState, Reject> Simulation::replayed(Host& host, Node& program) const {
    ChainState state = scenery_.first_state;
    const CommittedBlock genesis{scenery_.network.genesis().block.block, {}};
    program.replay({genesis, state, state});
    TrustingSignatureChecker signatures;
    for (const CommittedBlock& committed : host.disk.ledger) {
        const ChainState before = state;
        const auto executed = execute_block(state, committed.block, signatures);
        if (!executed) return unexpected(executed.error().reason);
        program.replay({committed, before, state});
    }
    return state;
}

// Without dice of its own, so that a run is the same with snapshots and without them.
void Simulation::take_snapshot(Host& host) const {
    const Height height = host.program->state().height;
    if (host.disk.ledger.size() != height) return;
    if (!host.snapshots.empty() && host.snapshots.back().height() == height) return;
    if (host.snapshots.size() == kSnapshots) host.snapshots.erase(host.snapshots.begin());
    host.snapshots.emplace_back(*host.program);
}

// A node that starts from a snapshot, if one fits the ledger, is the node that replayed the ledger:
// from the oldest one kept, or from the newest.
std::unique_ptr<Node> Simulation::from_snapshot(const Host& host, const Node& replayed,
                                                const ChainState& state, Node::Setup setup) {
    const auto& ledger = host.disk.ledger;
    std::vector<const HostSnapshot*> fit;
    for (const HostSnapshot& each : host.snapshots)
        if (each.is_of(ledger)) fit.push_back(&each);
    if (fit.empty()) return nullptr;
    const HostSnapshot& chosen = host.life % 2 == 0 ? *fit.front() : *fit.back();
    auto node = std::make_unique<Node>(std::move(setup));
    const auto tip = chosen.start(*node, scenery_.network.genesis(), ledger);
    const bool same =
        tip && encode_state(*tip) == encode_state(state) && node->books() == replayed.books();
    if (!same) oracles_.fail(name(host) + " is another node after a start from its snapshot");
    count("start from a snapshot");
    return node;
}

void Simulation::boot(Host& host) {
    if (host.program) return;
    ++host.life;
    host.booted_ms = now_ms_;
    host.steady_from_ms = now_ms_ - 1000;
    const NodeId& id = scenery_.nodes[host.node];
    const Node::Setup setup{id, scenery_.network.key(id), test::agreement_key(id.str()),
                            random_of(Dice(dice_.next()))};
    auto program = std::make_unique<Node>(setup);
    auto state = replayed(host, *program);
    if (!state) {
        // Its committee has certified what its own accounts contradict, or it stands on two
        // branches.
        note([&] { return name(host) + " cannot replay its own ledger"; });
        if (plan_.is_honest(host.node)) oracles_.lose(name(host) + " cannot replay its own ledger");
        return;
    }
    if (auto resumed = from_snapshot(host, *program, *state, setup)) program = std::move(resumed);
    const auto& ledger = host.disk.ledger;
    std::optional<QuorumCertificate> certificate;
    if (!ledger.empty()) certificate = ledger.back().certificate;
    RecoveredState memory = host.disk.memory();
    if (plan_.is_newcomer(host.node) && memory.safety_record.empty()) {
        memory.safety = ledger.empty() ? SafetyTrust::fresh : SafetyTrust::lost;
    }
    auto effects =
        program->start(std::move(*state), certificate, std::move(memory), clock_of(host));
    if (!effects) return oracles_.fail(name(host) + " does not start again");
    note([&] { return name(host) + " boots at height " + std::to_string(ledger.size()); });
    host.program = std::move(program);
    host.connected = false;
    host.wake_at_ms = -1;
    host.heard = HeardOffences(plan_.suspects(scenery_.nodes, scenery_.meters));
    at(now_ms_ + dice_.between(5, 50), What::connect, static_cast<std::size_t>(&host - &hosts_[0]),
       host.life);
    perform(host, *effects);
    if (!host.program) return;
    for (const Host& other : hosts_) {
        if (other.node != host.node) {
            offer_retained(other, static_cast<std::size_t>(&host - &hosts_[0]));
        }
    }
    wake_when_due(host);
    if (is_calm()) at(now_ms_, What::check, 0);
}

void Simulation::connect(Host& host) {
    if (!host.program || host.connected || !broker_up_[host.node]) return;
    host.connected = true;
    step(host, BrokerConnected{});
}

void Simulation::crash(Host& host, std::string_view how) {
    count(how);
    note([&] { return name(host) + " stops: " + std::string(how); });
    if (plan_.is_honest(host.node)) {
        oracles_.on_summary(host.node, host.program->summary(), host.disk.ledger.size());
        oracles_.on_disk(host.node, host.disk);
    }
    host.program.reset();
    host.connected = false;
    host.wake_at_ms = -1;
    if (!host.earlier.empty() && dice_.chance(700)) {
        count("fsync that lied");
        note([&] { return name(host) + " has a disk that forgot what it confirmed"; });
        fall_back(host.disk, host.earlier, dice_);
        host.earlier.clear();
    }
    at(now_ms_ + dice_.between(100, 3000), What::boot,
       static_cast<std::size_t>(&host - &hosts_[0]));
}

void Simulation::step(Host& host, const NodeEvent& event) {
    ++outcome_.steps;
    const Effects effects = host.program->step(event, clock_of(host));
    perform(host, effects);
    if (!host.program) return;
    take_snapshot(host);
    wake_when_due(host);
    if (plan_.is_honest(host.node)) look_at(host);
}

// A block made under a clock that is hours ahead delays the next one until the round is high enough
// for its time (R20).
std::int64_t Simulation::longest_wait_ms() const {
    const bool far = std::any_of(plan_.clocks.begin(), plan_.clocks.end(), [](const auto& change) {
        return std::abs(change.offset_ms) > kSmallOffsetMs;
    });
    return far ? kLongestWaitFarMs : kLongestWaitMs;
}

// Checks bounds of memory. In calm times no transaction may wait long for a block.
void Simulation::look_at(Host& host) {
    const NodeLoad load = host.program->load();
    oracles_.on_load(host.node, load);
    // Nobody answers a node that the chain does not know yet.
    const bool is_known = host.program->state().node_key(scenery_.nodes[host.node]) != nullptr;
    if (load.waiting_transactions == 0 || !is_calm() || !is_known) {
        host.work_since_ms = -1;
        return;
    }
    if (host.work_since_ms < 0) host.work_since_ms = now_ms_;
    const std::int64_t waited_ms = now_ms_ - host.work_since_ms;
    outcome_.longest_wait_ms = std::max(outcome_.longest_wait_ms, waited_ms);
    oracles_.on_wait(host.node, waited_ms, longest_wait_ms());
}

void Simulation::perform(Host& host, const Effects& effects) {
    for (const auto& together : steps_of(effects, plan_.writes_first)) {
        if (!is_calm() && dice_.chance(plan_.crash_permille)) {
            const auto cut = static_cast<PowerCut>(dice_.index(kPowerCuts));
            strike(host, together, cut);
            return crash(host, to_string(cut));
        }
        for (const Effect* effect : together) {
            if (!perform_one(host, *effect)) return;
        }
    }
}

// A write may count although the power failed before the node was told of success.
void Simulation::strike(Host& host, const std::vector<const Effect*>& together, PowerCut cut) {
    if (!simulation::strike(host.disk, together, cut, dice_)) return;
    count("crash, all written");
    if (!plan_.is_honest(host.node)) return;
    for (const Effect* effect : together) {
        if (is_write(*effect)) oracles_.on_effect(host.node, *effect, host.disk);
    }
}

// False: the node has died.
bool Simulation::perform_one(Host& host, const Effect& effect) {
    host.disk.apply(effect);
    if (plan_.is_honest(host.node)) oracles_.on_effect(host.node, effect, host.disk);
    if (const auto* said = std::get_if<Publish>(&effect)) {
        publish(host, *said);
    } else if (const auto* stored = std::get_if<PersistReading>(&effect)) {
        host.heard.keep(stored->reading);
    } else if (const auto* asked = std::get_if<AnswerBlocks>(&effect)) {
        BlocksAnswer answer = host.disk.answer(asked->request);
        if (answer.blocks.empty()) return true;
        const std::string& network = scenery_.first_state.genesis.parameters.name;
        publish(host, {Topic{network, name(host), Channel::answer, asked->to.str()},
                       encode_answer(std::move(answer))});
    } else if (const auto* commit = std::get_if<CommitBlock>(&effect)) {
        const BlockHeader& header = commit->block->block.header;
        trace(header.height, fast_hash(host.node, block_id(header).view()));
        note([&] {
            return name(host) + " commits height " + std::to_string(header.height) + ", block " +
                   short_hex(block_id(header)) + ", round " +
                   std::to_string(commit->block->certificate.content.round) + ", " +
                   std::to_string(header.transaction_count) + " transactions";
        });
        host.work_since_ms = -1;
        if (plan_.is_honest(host.node)) follow_decrees(commit->block->block, host.program->state());
        if (is_calm()) at(now_ms_, What::check, 0);
    }
    if (plan_.behaviours[host.node] == Behaviour::lying_disk) remember_moment(host);
    return true;
}

void Simulation::remember_moment(Host& host) {
    if (!dice_.chance(kMomentPermille)) return;
    if (host.earlier.size() == kMostMoments) host.earlier.erase(host.earlier.begin());
    host.earlier.push_back(host.disk);
}

void Simulation::wake_when_due(Host& host) {
    const Instant now = clock_of(host);
    const std::int64_t wait_ms = host.program->next_deadline_ms(now) - now.steady_ms;
    // The runtime reads its clock at least this often.
    const std::int64_t wake_at_ms = now_ms_ + std::clamp<std::int64_t>(wait_ms, 1, 2000);
    if (wake_at_ms == host.wake_at_ms) return;
    host.wake_at_ms = wake_at_ms;
    at(wake_at_ms, What::wake, static_cast<std::size_t>(&host - &hosts_[0]), host.life);
}

}  // namespace fairfeed::simulation
