#include "edge-node/committee/committee_member.h"

#include <set>
#include <utility>

#include "core/wire/transaction_codec.h"

namespace fairfeed {

CommitteeMember::CommitteeMember(Setup setup)
    : self_(std::move(setup.self)),
      signer_(setup.signer),
      publisher_(self_, signer_),
      windows_(self_, signer_, setup.random, std::move(setup.agreement)),
      intake_(self_, signer_, setup.signatures),
      shares_(self_, signer_),
      commands_(self_, signer_),
      meter_alarms_(self_, signer_),
      handovers_(self_, signer_, std::move(setup.random)) {}

void CommitteeMember::replay(const ReplayStep& step) {
    (void)follow(step);
    intake_.forget_dropped();
}

// Readings come last, because the endorsements tell which of two readings is promised.
void CommitteeMember::restore(const RecoveredState& recovered, const ChainState& state) {
    windows_.restore_doubts(recovered.doubts);
    for (const Transaction& batch : recovered.batches)
        windows_.restore_batch(batch, state);
    for (const PersistEndorsement& row : recovered.endorsements)
        windows_.restore_endorsement(row.endorsement, row.signature, row.batch, state);
    if (recovered.inbox_lost) return;
    for (const Bytes& reading : recovered.readings)
        intake_.restore(reading, windows_, findings_, state);
}

void CommitteeMember::salvage(ByteView envelope, const Turn& turn) {
    intake_.salvage(envelope, windows_, turn);
}

void CommitteeMember::doubt_windows(const Turn& turn) {
    turn.out.push_back(windows_.doubt(turn.state, turn.now));
}

Result<void, Reject> CommitteeMember::on_reading(const intake::Arrival& arrival, const Turn& turn) {
    const auto taken = intake_.take(arrival, windows_, findings_, turn);
    if (!taken) return unexpected(taken.error());
    advance(*taken, turn);
    return {};
}

// A batch is said to all nodes and meant for one committee: any other node hears the batch in vain.
Result<void, Reject> CommitteeMember::on_batch(const NodeId& sender, const Transaction& batch,
                                               const Turn& turn) {
    const auto* settlement = std::get_if<Settlement>(&batch.content);
    if (settlement == nullptr) return unexpected(Reject::malformed);
    const auto effects = windows_.on_batch(sender, batch, intake_.store(), turn);
    if (!effects) {
        const bool is_beside_another = effects.error() == Reject::wrong_entries;
        const Transaction* other = is_beside_another ? windows_.rival(batch) : nullptr;
        if (other != nullptr) findings_.two_batches(batch, *other, turn.state.network);
        return unexpected(effects.error());
    }
    perform(*effects, settlement->cluster, turn);
    return {};
}

Result<void, Reject> CommitteeMember::on_endorsement(const Signed<Endorsement>& endorsement,
                                                     const Turn& turn) {
    const auto effects = windows_.on_endorsement(endorsement, intake_.store(), turn);
    if (!effects) return unexpected(effects.error());
    perform(*effects, endorsement.content.cluster, turn);
    return {};
}

// An objection may come after its window was settled, and show a reading of that window: nobody is
// at fault then.
Result<void, Reject> CommitteeMember::on_objection(const NodeId& objector,
                                                   const Objection& objection, const Turn& turn) {
    const ClusterId& cluster = objection.cluster;
    if (!windows_.takes_part(cluster, turn)) return {};
    if (!is_member(objector, cluster, objection.window, turn.state)) {
        return unexpected(Reject::not_a_member);
    }
    findings_.count_objection(objection.reason);
    if (!objection.reading.empty()) {
        const auto taken = intake_.take_shown(objection.reading, windows_, findings_, turn);
        if (taken) {
            advance(cluster, turn);
        } else if (taken.error() != Reject::duplicate) {
            const bool is_too_late = taken.error() == Reject::closed_window &&
                                     is_settled(cluster, objection.window, turn.state);
            return unexpected(is_too_late ? Reject::already_committed : taken.error());
        }
    }
    perform(windows_.on_objection(objection, intake_.store(), turn), cluster, turn);
    return {};
}

Result<void, Reject> CommitteeMember::on_readings(const NodeId& sender, ReadingsAnswer answer,
                                                  const Turn& turn) {
    const auto readings = readings_asked_.take(sender, std::move(answer.readings));
    if (!readings) return unexpected(readings.error());
    Result<void, Reject> result;
    std::set<ClusterId> touched;
    for (const SignedReading& reading : *readings) {
        if (!windows_.takes_part(reading.header.cluster, turn)) continue;
        const auto taken = intake_.take_asked(reading.envelope, windows_, findings_, turn);
        if (taken) {
            touched.insert(*taken);
        } else if (taken.error() != Reject::duplicate) {
            result = unexpected(taken.error());
        }
    }
    for (const ClusterId& cluster : touched)
        advance(cluster, turn);
    return result;
}

Result<void, Reject> CommitteeMember::on_event(const Transaction& event, const Turn& turn) const {
    return meter_alarms_.judge(event, turn);
}

std::vector<RecomputedSettlement> CommitteeMember::follow(const ReplayStep& step) {
    const Height height = step.committed.block.header.height;
    auto recomputed = windows_.follow(step);
    for (const ReplayFault& fault : windows_.accounts().faults())
        findings_.alarm(fault);
    take_over(height);
    for (const RecomputedSettlement& settlement : recomputed)
        shares_.settle(settlement, step.after);
    std::vector<OpenedSettlement> opened;
    for (const RecomputedSettlement& settlement : recomputed) {
        intake_.settle(settlement, findings_, step.after);
        opened.push_back(settlement.opened);
    }
    if (height > 0) invariants_.observe(step.before, step.committed.block, step.after, opened);
    return recomputed;
}

// From now on this node states and checks the shares that the committee before has settled.
void CommitteeMember::take_over(Height height) {
    for (const NodeId& sender : windows_.accounts().false_handovers()) {
        findings_.alarm("block " + std::to_string(height) + ": what " + sender.str() +
                        " hands over does not open");
    }
    for (const TakenOver& taken : windows_.accounts().taken_over()) {
        for (std::size_t i = 0; i < taken.meters.size(); ++i)
            invariants_.take_over(taken.meters[i], taken.closings[i].state);
        shares_.take_over(taken);
    }
}

void CommitteeMember::on_commit(const CommittedBlock& committed, const ChainState& before,
                                const Turn& turn) {
    const auto recomputed = follow({committed, before, turn.state});
    handovers_.on_block();
    for (const TakenOver& taken : windows_.accounts().taken_over()) {
        for (const MeterId& meter : taken.meters)
            shares_.tell(meter, turn);
    }
    for (const RecomputedSettlement& settlement : recomputed) {
        for (const SettledShare& share : settlement.shares)
            shares_.tell(share.meter, turn);
    }
    commands_.on_commit(committed.block, turn);
    for (const Transaction& transaction : committed.block.transactions) {
        if (const auto* settlement = std::get_if<Settlement>(&transaction.content)) {
            const Transaction* other = windows_.rival(transaction);
            if (other != nullptr) findings_.two_batches(transaction, *other, turn.state.network);
            const ClusterId& cluster = settlement->cluster;
            if (intake_.store().knows(cluster) || windows_.has_round(cluster))
                turn.out.push_back(intake_.forget(cluster, settlement->window, turn.state));
        } else if (const auto* reading = std::get_if<SignedReading>(&transaction.content)) {
            // Also of a settlement that this node cannot open: a signature needs no data key.
            intake_.compare(*reading, findings_, turn.state);
        } else if (const auto* alarm = std::get_if<MeterAlarm>(&transaction.content)) {
            meter_alarms_.receipt(*alarm, transaction.id, turn);
        }
    }
    on_time(turn);
}

void CommitteeMember::on_time(const Turn& turn) {
    for (const auto& [cluster, record] : turn.state.clusters)
        advance(cluster, turn);
}

void CommitteeMember::on_broker(bool connected, Instant now) {
    windows_.on_broker(connected, now);
}

void CommitteeMember::rebroadcast_standing(const Turn& turn) const {
    shares_.tell_all(turn);
    commands_.tell_all(turn);
}

std::vector<Transaction> CommitteeMember::take_handovers(const ChainState& state) {
    return handovers_.take(state, windows_.accounts());
}

std::vector<Result<Transaction, Reject>> CommitteeMember::take_evidence() {
    return findings_.take_evidence();
}

std::vector<CertifiedWindow> CommitteeMember::take_certified() {
    return std::exchange(certified_, {});
}

std::optional<std::int64_t> CommitteeMember::next_deadline_ms(
    const ChainState& state, Instant now, std::optional<Height> endorses_from) const {
    return windows_.next_deadline_ms(intake_.store(), state, now, endorses_from);
}

void CommitteeMember::advance(const ClusterId& cluster, const Turn& turn) {
    perform(windows_.advance(cluster, intake_.store(), turn), cluster, turn);
}

void CommitteeMember::perform(const MemberWindows::RoundEffects& effects, const ClusterId& cluster,
                              const Turn& turn) {
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
            findings_.count_objection(no->objection.reason);
            publisher_.publish(turn, Channel::objection, cluster.str(),
                               encode_objection(no->objection, self_, turn.state.network, signer_));
        } else if (const auto* ask = std::get_if<committee::AskForReadings>(&effect)) {
            readings_asked_.asked(ask->from, ask->readings);
            publisher_.ask(turn, ask->from, ReadingsRequest{ask->readings});
        } else if (const auto* done = std::get_if<committee::Certified>(&effect)) {
            certified_.push_back(with_readings(done->settlement));
        }
    }
}

// A round certifies no settlement that lists a reading which this member does not hold.
CertifiedWindow CommitteeMember::with_readings(const Transaction& settlement) const {
    CertifiedWindow window;
    const Settlement& content = committee::content_of(settlement);
    const HeldReadings& held = intake_.store().of(content.cluster);
    for (const ListedReading& listed : listed_readings(content)) {
        const OpenedReading& opened = held.at(listed.window).at(listed.meter);
        window.push_back(make_reading_transaction(opened.reading));
    }
    window.push_back(settlement);
    return window;
}

}  // namespace fairfeed
