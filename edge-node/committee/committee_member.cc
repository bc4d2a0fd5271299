#include "edge-node/committee/committee_member.h"

#include <algorithm>

#include "core/state/handover_rules.h"
#include "core/state/late_rules.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {

CommitteeMember::CommitteeMember(Setup setup)
    : self_(std::move(setup.self)),
      signer_(setup.signer),
      publisher_(self_, signer_),
      random_(std::move(setup.random)),
      accounts_(Keyholder{self_, std::move(setup.agreement)}) {
    // Asked only for clusters that this node is a member of: a bounded number.
    accounts_of_ = [this](const ClusterId& cluster) -> const ClusterAccounts& {
        unopened_.try_emplace(cluster, cluster);
        return accounts_of(cluster);
    };
}

// For readings asked for by id: another one held of the same slot gives way until it is promised.
// Once: a third one proves no more than two, and would fill the disk.
intake::Context CommitteeMember::pulling_context(const ChainState& state, Instant now) const {
    intake::Context pulling = context(state, now);
    pulling.wanted = [this, &state](const SignedReading& reading) {
        const ReadingHeader& header = reading.header;
        const auto its_round = rounds_.find(header.cluster);
        const auto next = state.next_window(header.cluster);
        if (its_round == rounds_.end() || !next) return false;
        const bool is_open =
            header.window == *next || may_true_up(state, header.meter, header.window, *next);
        return is_open && !twofold_.contains({header.meter, header.window}) &&
               its_round->second.promised(header.meter, header.window) == nullptr;
    };
    return pulling;
}

const ClusterAccounts& CommitteeMember::accounts_of(const ClusterId& cluster) const {
    const auto open = accounts_.clusters().find(cluster);
    if (open != accounts_.clusters().end()) return open->second;
    const auto fresh = unopened_.find(cluster);
    CHECK(fresh != unopened_.end());
    return fresh->second;
}

// Of the committee that governs the window.
bool CommitteeMember::is_member(const NodeId& node, const ClusterId& cluster, Window window,
                                const ChainState& state) const {
    const auto* committee = state.committee_of(cluster, window);
    return committee != nullptr && fairfeed::is_member(*committee, node);
}

// A member whose accounts are closed witnesses readings, but cannot recompute a settlement; one
// that may have forgotten what it endorsed leaves it to the others (R23). Nobody goes on before
// newcomers have been given what the window needs.
bool CommitteeMember::takes_part(const ClusterId& cluster, const ChainState& state,
                                 std::optional<Height> endorses_from) const {
    const Window latest = UINT32_MAX;
    const Window window = state.next_window(cluster).value_or(latest);
    if (!endorses_from || opened_at(cluster) < *endorses_from) return false;
    return is_member(self_, cluster, window, state) && !accounts_.closed().contains(cluster) &&
           is_handed_over(state, cluster);
}

committee::BatchRound* CommitteeMember::round(const ClusterId& cluster, const Turn& turn) {
    if (!takes_part(cluster, turn.state, turn.endorses_from) || is_in_doubt(cluster, turn.state))
        return nullptr;
    unopened_.try_emplace(cluster, cluster);
    return &rounds_.try_emplace(cluster, cluster, self_, signer_, random_).first->second;
}

const HeldReadings& CommitteeMember::held(const ClusterId& cluster) const {
    static const HeldReadings kNone;
    const auto windows = readings_.find(cluster);
    return windows == readings_.end() ? kNone : windows->second;
}

committee::View CommitteeMember::view(const ClusterId& cluster, const ChainState& state,
                                      Instant now) const {
    return {state,
            state.next_window(cluster),
            accounts_of(cluster),
            accounts_.keys(),
            held(cluster),
            now,
            heard_from_ms_};
}

intake::Context CommitteeMember::context(const ChainState& state, Instant now) const {
    return {state,
            accounts_.keys(),
            accounts_of_,
            self_,
            now,
            [this](const MeterId& meter, Window window) -> std::optional<Digest> {
                const auto known = ids_.find({meter, window});
                if (known == ids_.end()) return std::nullopt;
                return known->second;
            },
            [this](const MeterId& meter, Window window) {
                return listed_by_.contains({meter, window});
            }};
}

// The first reading of a slot stays, unless the chain has taken another one, or a batch lists
// another one of a meter that signed two and nothing was promised yet.
void CommitteeMember::keep(OpenedReading opened) {
    const ReadingHeader& header = opened.reading.header;
    const ReadingSlot slot{header.meter, header.window};
    const auto [known, first] = ids_.try_emplace(slot, opened.reading.id);
    if (!first) {
        slots_.erase(known->second);
        known->second = opened.reading.id;
        const auto other = readings_[header.cluster][header.window].find(slot.first);
        if (other != readings_[header.cluster][header.window].end())
            sequences_.erase({slot.first, other->second.reading.header.sequence});
    }
    sequences_[{slot.first, header.sequence}] = slot.second;
    slots_[opened.reading.id] = slot;
    readings_[header.cluster][header.window].insert_or_assign(slot.first, std::move(opened));
}

// A window below the next one is in the ledger; what was said about a later one still binds, also
// while a lost ledger is being fetched again.
bool CommitteeMember::is_settled(const ClusterId& cluster, Window window,
                                 const ChainState& state) const {
    const auto next = state.next_window(cluster);
    return !next || window < *next;
}

Result<void, Reject> CommitteeMember::on_reading(const intake::Arrival& arrival, const Turn& turn) {
    auto opened =
        compared(intake::judge_reading(arrival, context(turn.state, turn.now)), turn.state);
    if (!opened) {
        const auto& [reason, reading] = opened.error();
        if (reading && reason == Reject::duplicate) {
            receipt(*reading, turn);
        } else if (reading) {
            refuse(*reading, reason, turn);
        }
        return unexpected(reason);
    }
    const ClusterId cluster = opened->reading.header.cluster;
    refused_.erase(opened->reading.header.meter);
    accept(std::move(*opened), turn);
    advance(cluster, turn);
    return {};
}

void CommitteeMember::accept(OpenedReading opened, const Turn& turn) {
    const ReadingSlot slot{opened.reading.header.meter, opened.reading.header.window};
    turn.out.push_back(PersistReading{opened.reading});
    if (ids_.contains(slot)) {  // of a meter that signed two, and that one stays on the disk
        twofold_.insert(slot);
    } else {
        ++accepted_;
        receipt(opened.reading, turn);
    }
    keep(std::move(opened));
}

// Rule 1. While the chain says that somebody comes to whom the reading would not count, or that
// this node goes, only a block is a promise: the meter says it again until then.
void CommitteeMember::receipt(const SignedReading& reading, const Turn& turn) {
    const ReadingHeader& header = reading.header;
    if (!listed_by_.contains({header.meter, header.window}) &&
        !is_witness_for_good(turn.state, header.meter, header.window, self_)) {
        return;
    }
    const Receipt said{header.meter, header.window, header.sequence, reading.id};
    publisher_.publish(turn, Channel::receipt, header.meter.str(),
                       encode_receipt(said, self_, turn.state.network, signer_));
}

void CommitteeMember::refuse(const SignedReading& reading, Reject reason, const Turn& turn) {
    const ReadingHeader& header = reading.header;
    refused_.insert_or_assign(header.meter,
                              Refusing{reason, turn.state.next_window(header.cluster).value_or(0)});
    const Refusal said{header.meter, header.window, header.sequence,
                       std::string(to_string(reason))};
    publisher_.publish(turn, Channel::refusal, header.meter.str(),
                       encode_refusal(said, self_, turn.state.network, signer_));
}

Result<void, Reject> CommitteeMember::on_batch(const NodeId& sender, const Transaction& batch,
                                               const Turn& turn) {
    const auto* settlement = std::get_if<Settlement>(&batch.content);
    if (settlement == nullptr) return unexpected(Reject::malformed);
    const ClusterId cluster = settlement->cluster;
    auto* its_round = round(cluster, turn);
    if (its_round == nullptr) return {};  // said to all nodes, meant for its committee
    auto effects = its_round->on_batch(sender, batch, view(cluster, turn.state, turn.now));
    if (!effects) {
        if (effects.error() == Reject::wrong_entries) compare(batch, turn.state);
        return unexpected(effects.error());
    }
    perform(*effects, cluster, turn);
    return {};
}

Result<void, Reject> CommitteeMember::on_endorsement(const Signed<Endorsement>& endorsement,
                                                     const Turn& turn) {
    const ClusterId cluster = endorsement.content.cluster;
    auto* its_round = round(cluster, turn);
    if (its_round == nullptr) return {};
    auto effects = its_round->on_endorsement(endorsement, view(cluster, turn.state, turn.now));
    if (!effects) return unexpected(effects.error());
    perform(*effects, cluster, turn);
    return {};
}

Result<void, Reject> CommitteeMember::on_objection(const NodeId& objector,
                                                   const Objection& objection, const Turn& turn) {
    auto* its_round = round(objection.cluster, turn);
    if (its_round == nullptr) return {};
    if (!is_member(objector, objection.cluster, objection.window, turn.state)) {
        return unexpected(Reject::not_a_member);
    }
    ++objections_[reject_named(objection.reason) ? objection.reason : "other"];
    if (!objection.reading.empty()) {
        auto opened =
            compared(intake::judge_pulled_reading(objection.reading, context(turn.state, turn.now)),
                     turn.state);
        if (opened) {
            accept(std::move(*opened), turn);
            advance(objection.cluster, turn);
        } else if (opened.error().reason != Reject::duplicate) {
            const bool is_over = is_settled(objection.cluster, objection.window, turn.state);
            const bool is_of_then = is_over && opened.error().reason == Reject::closed_window;
            return unexpected(is_of_then ? Reject::already_committed : opened.error().reason);
        }
    }
    const auto effects =
        its_round->on_objection(objection, view(objection.cluster, turn.state, turn.now));
    perform(effects, objection.cluster, turn);
    return {};
}

Result<void, Reject> CommitteeMember::on_readings(const NodeId& sender, ReadingsAnswer answer,
                                                  const Turn& turn) {
    const auto readings = readings_asked_.take(sender, std::move(answer.readings));
    if (!readings) return unexpected(readings.error());
    Result<void, Reject> result;
    std::map<ClusterId, bool> touched;
    for (const SignedReading& reading : *readings) {
        if (round(reading.header.cluster, turn) == nullptr) continue;
        auto opened = compared(
            intake::judge_pulled_reading(reading.envelope, pulling_context(turn.state, turn.now)),
            turn.state);
        if (opened) {
            touched[opened->reading.header.cluster] = true;
            accept(std::move(*opened), turn);
        } else if (opened.error().reason != Reject::duplicate) {
            result = unexpected(opened.error().reason);
        }
    }
    for (const auto& [cluster, yes] : touched)
        advance(cluster, turn);
    return result;
}

Result<ReadingsAnswer, Reject> CommitteeMember::readings(const NodeId& asker,
                                                         const ReadingsRequest& request,
                                                         const ChainState& state) const {
    const auto most = static_cast<std::size_t>(state.genesis.parameters.max_block_transactions);
    if (auto sound = check_wanted_ids(request.readings, most); !sound) {
        return unexpected(sound.error());
    }
    ReadingsAnswer answer;
    for (const Digest& id : request.readings) {
        const auto slot = slots_.find(id);
        if (slot == slots_.end()) continue;
        const auto& [meter, window] = slot->second;
        const ClusterId& cluster = state.meters.at(meter).registration.cluster;
        if (!is_member(asker, cluster, window, state)) continue;
        const auto windows = readings_.find(cluster);
        if (windows == readings_.end()) continue;
        const auto held = windows->second.find(window);
        if (held == windows->second.end()) continue;
        const auto reading = held->second.find(meter);
        if (reading != held->second.end()) answer.readings.push_back(reading->second.reading);
    }
    return answer;
}

void CommitteeMember::on_time(const Turn& turn) {
    for (const auto& [cluster, record] : turn.state.clusters) {
        if (round(cluster, turn) != nullptr) advance(cluster, turn);
    }
}

void CommitteeMember::on_broker(bool connected, Instant now) {
    heard_from_ms_ = connected ? now.steady_ms : committee::kDeaf;
}

void CommitteeMember::rebroadcast_standing(const Turn& turn) const {
    for (const auto& [meter, share] : shares_)
        publish_share(share, turn);
}

std::size_t CommitteeMember::batches_held() const {
    std::size_t sum = 0;
    for (const auto& [cluster, its_round] : rounds_)
        sum += its_round.batches_heard();
    return sum;
}

std::vector<CertifiedWindow> CommitteeMember::take_certified() {
    return std::exchange(certified_, {});
}

void CommitteeMember::advance(const ClusterId& cluster, const Turn& turn) {
    auto* its_round = round(cluster, turn);
    if (its_round == nullptr) return;
    perform(its_round->advance(view(cluster, turn.state, turn.now)), cluster, turn);
}

void CommitteeMember::perform(const std::vector<committee::Effect>& effects,
                              const ClusterId& cluster, const Turn& turn) {
    for (const committee::Effect& effect : effects) {
        if (const auto* batch = std::get_if<committee::PersistBatch>(&effect)) {
            turn.out.push_back(PersistBatch{cluster, batch->batch});
        } else if (const auto* row = std::get_if<committee::PersistEndorsement>(&effect)) {
            turn.out.push_back(PersistEndorsement{row->endorsement, row->signature, row->batch});
        } else if (const auto* said = std::get_if<committee::SendBatch>(&effect)) {
            publisher_.publish(turn, Channel::batch, cluster.str(),
                               encode_transaction(said->batch));
        } else if (const auto* vote = std::get_if<committee::SendEndorsement>(&effect)) {
            publisher_.publish(turn, Channel::endorsement, cluster.str(),
                               encode_endorsement(vote->endorsement, {self_, vote->signature}));
        } else if (const auto* no = std::get_if<committee::SendObjection>(&effect)) {
            ++objections_[no->objection.reason];
            publisher_.publish(turn, Channel::objection, cluster.str(),
                               encode_objection(no->objection, self_, turn.state.network, signer_));
        } else if (const auto* ask = std::get_if<committee::AskForReadings>(&effect)) {
            readings_asked_.asked(ask->from, ask->readings);
            publisher_.ask(turn, ask->from, ReadingsRequest{ask->readings});
        } else if (const auto* done = std::get_if<committee::Certified>(&effect)) {
            certify(done->settlement, cluster);
        }
    }
}

void CommitteeMember::certify(const Transaction& settlement, const ClusterId& cluster) {
    CertifiedWindow window;
    const HeldReadings& readings = held(cluster);
    for (const ListedReading& listed : listed_readings(std::get<Settlement>(settlement.content))) {
        const OpenedReading& opened = readings.at(listed.window).at(listed.meter);
        window.push_back(make_reading_transaction(opened.reading));
    }
    window.push_back(settlement);
    certified_.push_back(std::move(window));
}

std::optional<std::int64_t> CommitteeMember::next_deadline_ms(
    const ChainState& state, Instant now, std::optional<Height> endorses_from) const {
    std::optional<std::int64_t> deadline;
    for (const auto& [cluster, its_round] : rounds_) {
        if (!takes_part(cluster, state, endorses_from)) continue;
        const auto due = its_round.next_deadline_ms(view(cluster, state, now));
        if (due && (!deadline || *due < *deadline)) deadline = due;
    }
    return deadline;
}

}  // namespace fairfeed
