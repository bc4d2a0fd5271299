// The honest part of the world: disks, clocks, links and checks.
#include "tests/unit/consensus/world.h"

#include <algorithm>
#include <utility>

namespace fairfeed::consensus {

namespace {

constexpr std::int64_t kRealMs = 1'700'000'000'000;

Timers lab_timers() {
    Timers timers{.propose_ms = 600,
                  .propose_step_ms = 200,
                  .propose_cap_ms = 30'000,
                  .vote_ms = 200,
                  .vote_step_ms = 100,
                  .vote_cap_ms = 15'000};
    timers.rebroadcast_ms = 500;
    timers.rebroadcast_cap_ms = 2000;
    return timers;
}

}  // namespace

World::World(std::uint64_t seed, WorldOptions options)
    : dice_(seed), options_(options), nodes_(options.validators), side_(options.validators, 0) {
    calm_ = options_.faults ? 6000 + dice_.below(18'000) : 0;
    end_ = calm_ + 600'000;
    loss_ = options_.faults ? static_cast<int>(dice_.below(500)) : 0;
    crash_ = static_cast<int>(dice_.below(60));
    if (options_.faults && dice_.chance(500)) liars_fall_silent_ = calm_;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        names_.emplace_back("n" + std::to_string(i));
        Node& node = nodes_[i];
        node.name = names_.back();
        node.signer = std::make_unique<TestSigner>(node.name);
        node.skew_ms = dice_.below(4000) - 2000;
        node.synchronised = !dice_.chance(200);
    }
    for (std::size_t made = 0; made < options_.liars;) {
        Node& node = nodes_[static_cast<std::size_t>(dice_.below(std::ssize(nodes_)))];
        if (std::exchange(node.lies, true) == false) ++made;
    }
}

std::string World::run() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i].lies) {
            at(dice_.below(300), [this, i] { lie(i); });
        } else {
            at(dice_.below(1000), [this, i] { boot(i); });
            at(dice_.below(1000), [this, i] { status(i); });
        }
    }
    if (options_.faults) at(dice_.below(3000), [this] { partition(); });
    while (!agenda_.empty() && fault_.empty() && !done()) {
        now_ = agenda_.next_ms();
        if (now_ > end_) break;
        agenda_.take()();
    }
    if (fault_.empty() && !done() && !options_.no_work) fail("no progress");
    return fault_;
}

bool World::done() const {
    return std::all_of(nodes_.begin(), nodes_.end(), [this](const Node& node) {
        return node.lies || node.chain.size() >= options_.height;
    });
}

Round World::latest_decision() const {
    Round latest = 0;
    for (const Node& node : nodes_) {
        for (const Decide& decision : node.chain) {
            latest = std::max(latest, decision.certificate.content.round);
        }
    }
    return latest;
}

void World::fail(const std::string& what) {
    if (fault_.empty()) fault_ = what + " at " + std::to_string(now_) + " ms";
}

void World::at(std::int64_t time, std::function<void()> action) {
    agenda_.add(std::max(time, now_), std::move(action));
}

void World::boot(std::size_t i) {
    Node& node = nodes_[i];
    node.replica =
        std::make_unique<Replica>(ReplicaConfig{node.name, Digest{}, lab_timers()}, *node.signer);
    if (!node.replica->restore(node.record)) fail("record refused");
    start_height(i);
}

void World::crash(std::size_t i) {
    Node& node = nodes_[i];
    node.replica.reset();
    ++node.life;
    node.woken_at = -1;
    at(now_ + 200 + dice_.below(4000), [this, i] { boot(i); });
}

bool World::maybe_crash(std::size_t i) {
    if (!is_faulty_time() || !dice_.chance(crash_)) return false;
    crash(i);
    return true;
}

bool World::is_worker(std::size_t i, Height height) {
    if (options_.no_work || height > options_.height) return false;
    if (options_.all_work) return true;
    if (options_.one_worker) return i == 0;
    std::set<std::size_t>& workers = workers_[height];
    while (workers.empty()) {
        for (std::size_t k = 0; k < nodes_.size(); ++k) {
            if (!nodes_[k].lies && dice_.chance(250)) workers.insert(k);
        }
    }
    return workers.contains(i);
}

void World::start_height(std::size_t i) {
    const Height height = deciding(nodes_[i]);
    const int life = nodes_[i].life;
    const std::vector<Decide>& chain = nodes_[i].chain;
    const std::int64_t parent_ms = chain.empty() ? kRealMs : blocks_.at(chain.back().block).time_ms;
    feed(i, HeightStarts{height, names_, {parent_ms, now_}});
    if (!is_worker(i, height)) return;
    at(now_ + dice_.below(500), [this, i, height, life] {
        if (nodes_[i].life == life && deciding(nodes_[i]) == height) feed(i, WorkExists{});
    });
}

void World::feed(std::size_t i, const Event& event) {
    Node& node = nodes_[i];
    if (!node.replica) return;
    const Instant now{now_, kRealMs + now_ + node.skew_ms, node.synchronised};
    const Effects effects = node.replica->step(event, now);
    for (const Effect& effect : effects) {
        if (!perform_one(i, effect) || maybe_crash(i)) return;
    }
    wake_when_due(i);
}

void World::wake_when_due(std::size_t i) {
    Node& node = nodes_[i];
    const auto deadline = node.replica->next_deadline_ms();
    if (!deadline || *deadline == node.woken_at) return;
    node.woken_at = *deadline;
    at(*deadline, [this, i, life = node.life] {
        if (nodes_[i].life == life) feed(i, TimePassed{});
    });
}

bool World::perform_one(std::size_t i, const Effect& effect) {
    if (const auto* persist = std::get_if<PersistSafety>(&effect)) {
        if (maybe_crash(i)) return false;
        nodes_[i].record = persist->record;
    } else if (const auto* proposal = std::get_if<SendProposal>(&effect)) {
        const ProposalContent& content = proposal->proposal.content;
        note(i, 0, content.height, content.round, to_hex(content.block.view()) + text_of(content));
        broadcast(i, ProposalSeen{proposal->proposal});
    } else if (const auto* vote = std::get_if<SendVote>(&effect)) {
        const VoteContent& content = vote->vote.content;
        note(i, static_cast<int>(content.type), content.height, content.round,
             content.block ? to_hex(content.block->view()) : "nil");
        tally_[content].insert(i);
        broadcast(i, VoteSeen{vote->vote});
    } else if (const auto* polka = std::get_if<SendPolka>(&effect)) {
        broadcast(i, CertificateSeen{polka->certificate});
    } else if (const auto* request = std::get_if<RequestBlock>(&effect)) {
        build_later(i, *request);
    } else if (const auto* judge = std::get_if<JudgeBlock>(&effect)) {
        judge_later(i, judge->block);
    } else if (const auto* decision = std::get_if<Decide>(&effect)) {
        return commit(i, *decision);
    } else if (const auto* report = std::get_if<ReportEquivocation>(&effect)) {
        accuse(report->first.validator);
    } else if (const auto* proposals = std::get_if<ReportProposals>(&effect)) {
        accuse(proposals->first.proposer);
    }
    return true;
}

void World::accuse(const NodeId& validator) {
    for (const Node& node : nodes_) {
        if (node.name == validator && !node.lies) fail("honest " + validator.str() + " accused");
    }
}

void World::note(std::size_t i, int kind, Height height, Round round, const std::string& what) {
    const auto [slot, fresh] = said_.try_emplace(Place{i, kind, height, round}, what);
    if (!fresh && slot->second != what) fail("honest " + nodes_[i].name.str() + " equivocated");
}

void World::send(std::size_t from, std::size_t to, const std::function<void()>& arrival) {
    if (now_ < parted_until_ && side_[from] != side_[to]) return;
    const bool faulty = is_faulty_time();
    if (dice_.chance(faulty ? loss_ : loss_ / 8)) return;
    std::int64_t delay = 5 + dice_.below(75);
    if (faulty) delay = dice_.below(dice_.chance(100) ? 8000 : 400);
    at(now_ + delay, arrival);
    if (dice_.chance(30)) at(now_ + delay + dice_.below(500), arrival);
}

void World::broadcast(std::size_t from, const Event& event) {
    const auto shared = std::make_shared<const Event>(event);
    for (std::size_t to = 0; to < nodes_.size(); ++to) {
        if (to == from || nodes_[to].lies) continue;
        send(from, to, [this, to, shared] { feed(to, *shared); });
    }
}

void World::judge_later(std::size_t i, const Digest& block) {
    const Height height = deciding(nodes_[i]);
    const std::int64_t delay = dice_.below(is_faulty_time() && dice_.chance(200) ? 3000 : 40);
    at(now_ + delay, [this, i, block, height, life = nodes_[i].life] {
        if (nodes_[i].life != life || deciding(nodes_[i]) != height) return;
        const BlockInfo& info = blocks_.at(block);
        feed(i, BlockJudged{block, info.valid && info.height == height, info.time_ms});
    });
}

void World::build_later(std::size_t i, const RequestBlock& request) {
    if (!is_worker(i, request.height)) return;
    at(now_ + dice_.below(80), [this, i, request, life = nodes_[i].life] {
        if (nodes_[i].life != life || deciding(nodes_[i]) != request.height) return;
        feed(i, BlockBuilt{request.height, request.round, new_block(request.height, true)});
    });
}

Digest World::new_block(Height height, bool valid) {
    const Digest block = sha256(as_bytes("block " + std::to_string(blocks_.size())));
    blocks_[block] = BlockInfo{height, valid, kRealMs + now_};
    return block;
}

bool World::commit(std::size_t i, const Decide& decision) {
    Node& node = nodes_[i];
    const Height height = deciding(node);
    if (maybe_crash(i)) return false;
    const Digest first = decided_.try_emplace(height, decision.block).first->second;
    if (first != decision.block) fail("agreement broken at height " + std::to_string(height));
    const BlockInfo& info = blocks_.at(decision.block);
    if (!info.valid || info.height != height) fail("wrong block decided");
    if (decision.certificate.content.block != decision.block ||
        decision.certificate.witnesses.size() != quorum(nodes_.size())) {
        fail("decided without a quorum");
    }
    node.chain.push_back(decision);
    at(now_ + dice_.below(20), [this, i, life = node.life] {
        if (nodes_[i].life == life) start_height(i);
    });
    return true;
}

// R14 as in the node: a lagging node states its height, and a peer ahead of it answers with the
// certificate.
void World::status(std::size_t i) {
    at(now_ + 700 + dice_.below(600), [this, i] { status(i); });
    if (!nodes_[i].replica) return;
    const Height height = deciding(nodes_[i]);
    for (std::size_t peer = 0; peer < nodes_.size(); ++peer) {
        if (peer == i || nodes_[peer].lies) continue;
        send(i, peer, [this, i, peer, height] {
            if (!nodes_[peer].replica || deciding(nodes_[peer]) <= height) return;
            const QuorumCertificate certificate = nodes_[peer].chain[height - 1].certificate;
            send(peer, i, [this, i, certificate] { feed(i, CertificateSeen{certificate}); });
        });
    }
}

void World::partition() {
    if (!is_faulty_time()) return;
    if (dice_.chance(500)) {
        for (int& side : side_)
            side = static_cast<int>(dice_.below(2));
        parted_until_ = std::min(calm_, now_ + 500 + dice_.below(6000));
    }
    at(now_ + 1000 + dice_.below(6000), [this] { partition(); });
}

}  // namespace fairfeed::consensus
