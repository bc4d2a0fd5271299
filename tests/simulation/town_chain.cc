#include "tests/simulation/town_chain.h"

#include <algorithm>

#include "core/state/execution.h"
#include "core/wire/chain_codec.h"
#include "core/wire/message_codec.h"
#include "tests/simulation/audit.h"
#include "tests/simulation/fast_hash.h"
#include "tests/simulation/pricing.h"
#include "tests/support/addressee.h"

namespace fairfeed::simulation {
namespace {

// The field's default of meter-sim: a quarter of the grace.
constexpr std::int64_t kSpreadMs = 15'000;
constexpr std::int64_t kLongestSleepMs = 2000;
constexpr std::int64_t kBootMs = 500;
constexpr std::uint64_t kProgressEvery = 2048;  // happenings
constexpr std::size_t kAnswerBytes = 1'000'000;

test::TestNetworkOptions options_of(const TownPlan& plan, std::size_t number) {
    test::TestNetworkOptions options;
    options.nodes = plan.clusters_of_chain();
    options.meters_per_cluster = plan.meters;
    options.parameters.name = "region-" + std::to_string(number + 1);
    options.parameters.window_seconds = kTownWindowS;
    options.parameters.speed = plan.speed;
    // Every second town pays by bands.
    if (plan.seed % 2 == 0)
        options.tariff = drawn_tariff({.variant = static_cast<std::uint32_t>(plan.seed | 1)},
                                      options.parameters.grid_epoch_s, kTownWindowS, 0);
    return options;
}

bool is_for_meters(Channel channel) {
    return channel == Channel::receipt || channel == Channel::refusal ||
           channel == Channel::share || channel == Channel::command;
}

}  // namespace

TownChain::TownChain(const TownPlan& plan, std::size_t number)
    : plan_(plan),
      scenery_(options_of(plan, number)),
      dice_(mixed(plan.seed, number + 1)),
      hosts_(plan.clusters_of_chain()) {
    for (const NodeId& node : scenery_.nodes)
        node_index_.emplace(node, node_index_.size());
    for (const MeterId& id : scenery_.meters) {
        meter_index_.emplace(id.str(), meters_.size());
        meters_.emplace_back(scenery_, id, MeterBehaviour::honest, Dice(dice_.next()));
    }
}

Instant TownChain::clock() const {
    return {now_ms_ + 1000, scenery_.first_state.genesis.parameters.real_epoch_ms + now_ms_, true};
}

std::int64_t TownChain::end_ms(std::int64_t window) const {
    return (window + 1) * plan_.window_s() * 1000;
}

void TownChain::at(std::int64_t ms, What what, std::size_t who, std::uint64_t tag) {
    agenda_.add(ms, {what, who, tag, false, nullptr});
}

void TownChain::schedule() {
    for (std::size_t node = 0; node < hosts_.size(); ++node)
        at(dice_.below(kBootMs), What::boot, node);
    for (std::size_t meter = 0; meter < meters_.size(); ++meter) {
        for (Window window = 0; window < plan_.windows; ++window)
            at(end_ms(window) + dice_.below(kSpreadMs), What::measure, meter, window);
    }
}

TownOutcome TownChain::run(const TownProgress& progress) {
    schedule();
    const std::int64_t last_ms = end_ms(plan_.windows);
    bool counting = false;
    std::uint64_t happenings = 0;
    while (agenda_.next_ms() <= last_ms && fork_.empty()) {
        if (!counting && agenda_.next_ms() >= end_ms(0)) begin_counting();
        counting = agenda_.next_ms() >= end_ms(0);
        now_ms_ = agenda_.next_ms();
        happen(agenda_.take());
        if (++happenings % kProgressEvery == 0) progress(tally_.settlements, now_ms_);
    }
    end_counting();
    follow();
    return {tally_, fault()};
}

void TownChain::happen(const Happening& now) {
    switch (now.what) {
        case What::boot:
            return boot(now.who);
        case What::packet: {
            const Publication& said = *now.publication;
            const bool of_meter = said.topic.channel == Channel::reading;
            if (of_meter) hosts_[now.who].meters.insert(said.from);
            const NodeId& broker = scenery_.nodes[of_meter ? now.who : said.from];
            return step(now.who, MessageArrived{broker, said.topic_text, false, said.message},
                        said.topic.channel);
        }
        case What::meter_packet: {
            const Publication& said = *now.publication;
            return meters_[now.who].hear(scenery_.nodes[said.from], said.topic.channel,
                                         said.message);
        }
        case What::wake:
            if (hosts_[now.who].wake_at_ms != now_ms_) return;
            return step(now.who, TimePassed{}, Channel::command);
        case What::measure:
            CHECK(meters_[now.who].measure(static_cast<Window>(now.tag)) != nullptr);
            return send_reading(now.who, static_cast<Window>(now.tag));
        case What::send:
            return send_reading(now.who, static_cast<Window>(now.tag));
        default:
            CHECK(false);
    }
}

void TownChain::boot(std::size_t node) {
    const NodeId& id = scenery_.nodes[node];
    Host& host = hosts_[node];
    host.program = std::make_unique<Node>(Node::Setup{id, scenery_.network.key(id),
                                                      test::agreement_key(id.str()),
                                                      random_of(Dice(dice_.next()))});
    const CommittedBlock genesis{scenery_.network.genesis().block.block, {}};
    host.program->replay({genesis, scenery_.first_state, scenery_.first_state});
    auto effects = host.program->start(scenery_.first_state, std::nullopt, {}, clock());
    CHECK(effects.has_value());
    perform(node, *effects);
    step(node, BrokerConnected{}, Channel::command);
}

void TownChain::step(std::size_t node, const NodeEvent& event, Channel cause) {
    Host& host = hosts_[node];
    if (!host.program) return;
    ++tally_.steps;
    count_signatures(&signatures_[cause]);
    const Effects effects = host.program->step(event, clock());
    count_signatures(nullptr);
    perform(node, effects);
    wake_when_due(node);
}

void TownChain::perform(std::size_t node, const Effects& effects) {
    const bool commits = std::any_of(effects.begin(), effects.end(), [](const Effect& effect) {
        return std::holds_alternative<CommitBlock>(effect);
    });
    for (const Effect& effect : effects) {
        if (const auto* said = std::get_if<Publish>(&effect)) publish(node, *said, commits);
        if (const auto* asked = std::get_if<AnswerBlocks>(&effect)) answer(node, *asked);
        if (const auto* block = std::get_if<CommitBlock>(&effect)) commit(node, block->block);
    }
}

// The first node that commits a block writes the ledger for all; the others must commit the same.
void TownChain::commit(std::size_t node, const CommittedBlock& committed) {
    const BlockHeader& header = committed.block.header;
    hosts_[node].newest_listed = header.transaction_count;
    if (header.height <= ledger_.size()) {
        const Digest& known = block_id(ledger_[header.height - 1].block.header);
        if (known != block_id(header))
            fork_ = "two blocks of height " + std::to_string(header.height);
        return;
    }
    ++tally_.blocks;
    tally_.ledger_bytes += encode_committed_block(committed).size();
    for (const Transaction& transaction : committed.block.transactions) {
        const auto* settlement = std::get_if<Settlement>(&transaction.content);
        if (settlement == nullptr) continue;
        ++tally_.settlements;
        tally_.readings += static_cast<std::uint64_t>(std::count_if(
            settlement->entries.begin(), settlement->entries.end(),
            [](const SettlementEntry& entry) { return entry.status == EntryStatus::reading; }));
    }
    ledger_.push_back(committed);
    tally_.last_block_ms =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, now_ms_ - end_ms(plan_.windows - 1)));
}

void TownChain::answer(std::size_t node, const AnswerBlocks& asked) {
    BlocksAnswer answer;
    std::size_t bytes = 0;
    const Height tip = hosts_[node].program->state().height;
    for (Height height = asked.request.from; height <= tip; ++height) {
        bytes += encode_committed_block(ledger_[height - 1]).size();
        const bool is_full = answer.blocks.size() == asked.request.count || bytes > kAnswerBytes;
        if (is_full && !answer.blocks.empty()) break;
        answer.blocks.push_back(ledger_[height - 1]);
    }
    if (answer.blocks.empty()) return;
    const Topic topic{scenery_.first_state.genesis.parameters.name, scenery_.nodes[node].str(),
                      Channel::answer, asked.to.str()};
    publish(node, {topic, encode_answer(std::move(answer))}, false);
}

void TownChain::publish(std::size_t node, const Publish& said, bool commits) {
    Host& host = hosts_[node];
    const auto publication = std::make_shared<const Publication>(
        Publication{node, said.topic, said.topic.str(), said.message});
    const auto delay_ms = [this] { return dice_.between(5, 30); };
    if (is_for_meters(said.topic.channel)) {
        const auto meter = meter_index_.find(said.topic.item);
        CHECK(meter != meter_index_.end());
        agenda_.add(now_ms_ + delay_ms(),
                    {What::meter_packet, meter->second, 0, false, publication});
        return count(host, said, commits, 1);
    }
    std::uint64_t copies = 1;
    for (std::size_t to = 0; to < hosts_.size(); ++to) {
        if (to == node || !test::is_meant_for(scenery_.nodes[to], said.topic)) continue;
        agenda_.add(now_ms_ + delay_ms(), {What::packet, to, 0, false, publication});
        ++copies;
    }
    count(host, said, commits, copies);
}

// STATUS belongs to a block when the turn that said it committed one, and COMMIT always: the first
// time and once more. Anything else that a node says once more, byte for byte, is a repetition.
void TownChain::count(Host& host, const Publish& said, bool commits, std::uint64_t copies) {
    const std::uint64_t bytes = copies * said.message.size();
    const auto add = [&](std::uint64_t& messages, std::uint64_t& size) {
        messages += copies;
        size += bytes;
    };
    const std::uint64_t hash = fast_hash(1, said.message);
    const bool again = std::exchange(host.said[said.topic.str()], hash) == hash;
    switch (said.topic.channel) {
        case Channel::receipt:
        case Channel::refusal:
        case Channel::share:
        case Channel::command:
            return add(tally_.meter_messages, tally_.meter_bytes);
        case Channel::status:
            if (commits) return add(tally_.block_messages, tally_.block_bytes);
            return add(tally_.beacon_messages, tally_.beacon_bytes);
        case Channel::commit:
            if (!commits) {
                tally_.commits_again += copies;
                tally_.listed_again += copies * host.newest_listed;
            }
            return add(tally_.block_messages, tally_.block_bytes);
        case Channel::proposal:
        case Channel::prevote:
        case Channel::precommit:
        case Channel::polka:
            if (again) break;
            return add(tally_.block_messages, tally_.block_bytes);
        case Channel::batch:
        case Channel::endorsement:
        case Channel::tx:
            if (again) return add(tally_.waiting_messages, tally_.waiting_bytes);
            return add(tally_.committee_messages, tally_.committee_bytes);
        case Channel::have:
            return add(tally_.waiting_messages, tally_.waiting_bytes);
        default:
            break;
    }
    add(tally_.other_messages, tally_.other_bytes);
}

void TownChain::wake_when_due(std::size_t node) {
    Host& host = hosts_[node];
    const Instant now = clock();
    const std::int64_t wait_ms = host.program->next_deadline_ms(now) - now.steady_ms;
    const std::int64_t wake_at_ms = now_ms_ + std::clamp<std::int64_t>(wait_ms, 1, kLongestSleepMs);
    if (wake_at_ms == host.wake_at_ms) return;
    host.wake_at_ms = wake_at_ms;
    at(wake_at_ms, What::wake, node);
}

void TownChain::send_reading(std::size_t meter, Window window) {
    SimulatedMeter& self = meters_[meter];
    if (self.is_done(window)) return;
    KeptReading& reading = *self.kept(window);
    const Topic topic{scenery_.first_state.genesis.parameters.name, self.id().str(),
                      Channel::reading, "-"};
    const auto shared = std::make_shared<const Publication>(
        Publication{meter, topic, topic.str(), reading.envelope});
    for (const NodeId& member : self.committee_of(window)) {
        if (reading.receipts.contains(member)) continue;
        agenda_.add(now_ms_ + dice_.between(5, 30),
                    {What::packet, node_index_.at(member), 0, false, shared});
        ++tally_.meter_messages;
        tally_.meter_bytes += reading.envelope.size();
    }
    const Timers& timers = scenery_.first_state.genesis.parameters.timers;
    reading.back_off_ms =
        std::clamp(reading.back_off_ms * 2, timers.rebroadcast_ms, 3 * timers.rebroadcast_cap_ms);
    at(now_ms_ + reading.back_off_ms, What::send, meter, window);
}

void TownChain::begin_counting() {
    const std::uint64_t steps = tally_.steps;
    tally_ = {};
    tally_.steps = steps;
    signatures_.clear();
}

void TownChain::end_counting() {
    using cose::Domain;
    std::uint64_t known = 0;
    std::uint64_t all = 0;
    const auto take = [&](std::uint64_t& into, std::uint64_t number) {
        into += number;
        known += number;
    };
    for (const auto& [channel, count] : signatures_) {
        tally_.signatures_made += count.made();
        all += count.checked();
        for (const Domain domain : {Domain::reading, Domain::batch, Domain::endorsement})
            take(tally_.groups_verified, count.checked(domain));
        take(tally_.votes_verified, count.checked(Domain::proposal));
        take(channel == Channel::prevote ? tally_.votes_verified : tally_.polkas_verified,
             count.checked(Domain::prevote));
        take(channel == Channel::precommit ? tally_.votes_verified : tally_.certificates_verified,
             count.checked(Domain::precommit));
        take(tally_.status_verified, count.checked(Domain::status));
    }
    tally_.others_verified = all - known;
    for (const Host& host : hosts_)
        tally_.connections += host.meters.size() + host.program->summary().peers_heard.size() + 1;
}

// What somebody verifies who takes one copy of the chain and believes nobody.
void TownChain::follow() {
    SignatureCount count;
    count_signatures(&count);
    ChainState state = scenery_.first_state;
    CachingSignatureChecker signatures;
    for (const CommittedBlock& committed : ledger_) {
        const auto certified = check_certificate(state, committed.certificate);
        const auto executed = execute_block(state, committed.block, signatures);
        if (!certified || !executed) {
            fork_ = "the ledger does not verify at height " +
                    std::to_string(committed.block.header.height);
            break;
        }
    }
    count_signatures(nullptr);
    tally_.followed = count.checked();
}

std::string TownChain::fault() const {
    if (!fork_.empty()) return fork_;
    const std::uint64_t wanted = hosts_.size() * plan_.windows;
    const auto of = [](std::uint64_t number, std::uint64_t all, const char* what) {
        return std::to_string(number) + " of " + std::to_string(all) + ' ' + what;
    };
    if (tally_.settlements != wanted) return of(tally_.settlements, wanted, "windows are settled");
    if (tally_.readings != wanted * plan_.meters)
        return of(tally_.readings, wanted * plan_.meters, "readings are settled");
    for (const Host& host : hosts_) {
        if (host.program->state().height != ledger_.size()) return "a node lacks blocks";
    }
    return audited();
}

// What the auditor of the simulation says of the whole chain.
std::string TownChain::audited() const {
    Audit audit(scenery_, [this](const MeterId& id) -> const SimulatedMeter& {
        return meters_[meter_index_.at(id.str())];
    });
    for (const CommittedBlock& committed : ledger_) {
        for (const Transaction& transaction : committed.block.transactions) {
            const auto* reading = std::get_if<SignedReading>(&transaction.content);
            if (reading != nullptr) audit.on_reading(*reading);
            const auto* settlement = std::get_if<Settlement>(&transaction.content);
            if (settlement == nullptr) continue;
            std::string wrong = audit.on_settlement(*settlement, committed.block.header.time_ms);
            if (!wrong.empty()) return wrong;
        }
    }
    return {};
}

}  // namespace fairfeed::simulation
