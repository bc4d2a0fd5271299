#include "edge-node/node/node.h"

#include <algorithm>

#include "core/crypto/digest.h"
#include "core/state/authority_rules.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

// Refusals without anybody's fault: a network repeats messages.
bool is_repetition(Reject reason) {
    return reason == Reject::duplicate || reason == Reject::already_committed;
}

}  // namespace

Node::Node(Setup setup)
    : self_(setup.self),
      signer_(setup.signer),
      publisher_(self_, signer_),
      signatures_(setup.verifier != nullptr ? *setup.verifier : plain_, kRememberedSignatures),
      committee_({setup.self, setup.signer, std::move(setup.random), std::move(setup.agreement),
                  signatures_}),
      repair_(setup.self, setup.signer) {}

void Node::replay(const ReplayStep& step) {
    committee_.replay(step);
}

Bytes Node::books() const {
    cbor::Writer out;
    committee_.write_books(out);
    return out.take();
}

bool Node::resume(ByteView books, const ReadingsOnChain& readings) {
    cbor::Reader in(books);
    return committee_.read_books(in, readings);
}

Result<Effects, Reject> Node::start(ChainState state,
                                    std::optional<QuorumCertificate> tip_certificate,
                                    RecoveredState recovered, Instant now) {
    now_ = now;
    Effects out;
    committee_.restore(recovered, state);
    if (recovered.inbox_lost) recall_salvaged(recovered, state, out);
    chain_.emplace(ChainDriver::Setup{self_, signer_, signatures_, std::move(state),
                                      std::move(tip_certificate), recovered.safety});
    if (auto started =
            chain_->start(recovered.safety_record, std::move(recovered.blocks), turn(out));
        !started) {
        return unexpected(started.error());
    }
    tell_entered(out);
    on(TimePassed{}, out);
    return out;
}

// The inbox was lost: salvaged readings and blocks are written again, and its promises are in
// doubt.
void Node::recall_salvaged(const RecoveredState& recovered, const ChainState& state, Effects& out) {
    const Turn turn{state, now_, out};
    for (const Bytes& reading : recovered.readings)
        committee_.salvage(reading, turn);
    for (const Block& block : recovered.blocks)
        out.push_back(PersistBlock{block_id(block.header), block});
    committee_.doubt_windows(turn);
}

Effects Node::step(const NodeEvent& event, Instant now) {
    CHECK(chain_.has_value());
    now_ = now;
    Effects out;
    std::visit([&](const auto& happened) { on(happened, out); }, event);
    tell_entered(out);
    submit_certified(out);
    submit_evidence(out);
    submit_handovers(out);
    follow_waiting();
    announce(out);
    return out;
}

std::int64_t Node::next_deadline_ms(Instant now) const {
    std::int64_t deadline = chain_->next_deadline_ms();
    if (const auto due = committee_.next_deadline_ms(state(), now, chain_->endorses_from())) {
        deadline = std::min(deadline, *due);
    }
    if (const auto due = repair_.next_deadline_ms()) deadline = std::min(deadline, *due);
    if (const auto due = announcements_.next_deadline_ms()) deadline = std::min(deadline, *due);
    return deadline;
}

const ChainState& Node::state() const {
    CHECK(chain_.has_value());
    return chain_->state();
}

// What the committee wants because of a block stands directly behind the block's own effect, before
// everything that the chain says of the next height.
void Node::tell_entered(Effects& out) {
    const std::vector<EnteredBlock> entered = chain_->take_entered();
    if (entered.empty()) return;
    Effects merged;
    std::size_t moved = 0;
    const auto move_up_to = [&](std::size_t end) {
        for (; moved < end; ++moved)
            merged.push_back(std::move(out[moved]));
    };
    for (std::size_t i = 0; i < entered.size(); ++i) {
        const EnteredBlock& block = entered[i];
        const ChainState& after = i + 1 < entered.size() ? entered[i + 1].before : state();
        move_up_to(block.effects);
        for (const Transaction& each : block.committed->block.transactions)
            if (const auto* settlement = std::get_if<Settlement>(&each.content))
                settlements_.count(*settlement);
        committee_.on_commit(block.committed, block.before,
                             {after, now_, merged, block.endorses_from});
    }
    move_up_to(out.size());
    out = std::move(merged);
}

void Node::on(const BrokerConnected&, Effects& out) {
    committee_.on_broker(true, now_);
    chain_->on_reconnect(turn(out));
    committee_.rebroadcast_standing(turn(out));
}

void Node::on(const BrokerLost&, Effects&) {
    committee_.on_broker(false, now_);
}

void Node::on(const TimePassed&, Effects& out) {
    chain_->on_time(turn(out));
    tell_entered(out);
    committee_.on_time(turn(out));
    repair_.on_time(turn(out));
}

void Node::on(const BlockDamaged& event, Effects& out) {
    repair_.on_damage(event.height, event.id, now_);
    repair_.on_time(turn(out));
}

void Node::on(const BlockMended& event, Effects&) {
    repair_.on_mended(event.height);
}

void Node::on(const MessageArrived& event, Effects& out) {
    const auto topic = Topic::parse(event.topic);
    if (!topic) return count(refused_, Reject::wrong_topic);
    if (topic->network != state().genesis.parameters.name) {
        return count(refused_, Reject::wrong_network);
    }
    if (topic->channel == Channel::reading) return on_reading(*topic, event, out);
    if (topic->channel == Channel::event && event.broker == self_) {
        const auto handled = on_event(*topic, event, out);
        if (!handled && !is_repetition(handled.error())) count(rejected_, handled.error());
        return;
    }
    const auto sender = NodeId::parse(topic->sender);
    const bool is_office = sender && *sender == state().genesis.dgmd;
    const bool submits = is_office && topic->channel == Channel::tx && event.broker == self_;
    if (!submits && (!sender || *sender != event.broker || *sender == self_)) {
        return count(refused_, Reject::wrong_topic);
    }
    if (!is_office) peers_heard_.insert(*sender);
    const auto handled =
        is_office ? on_office(*topic, event, out) : on_peer(*topic, *sender, event, out);
    if (!handled) {
        if (is_repetition(handled.error())) return;
        count(refused_, handled.error());
        ++refused_from_[*sender][std::string(to_string(handled.error()))];
    }
}

void Node::on_reading(const Topic& topic, const MessageArrived& event, Effects& out) {
    if (event.broker != self_) return count(rejected_, Reject::wrong_topic);
    const intake::Arrival arrival{topic, event.retained, event.message};
    const auto handled = committee_.on_reading(arrival, turn(out));
    if (handled) return;
    if (handled.error() == Reject::duplicate) {
        ++duplicates_;
    } else {
        count(rejected_, handled.error());
    }
}

// The utility decides by transactions alone. What it follows the chain with is a request for blocks
// on its own broker, signed with its key in force.
Result<void, Reject> Node::on_office(const Topic& topic, const MessageArrived& event,
                                     Effects& out) {
    if (topic.channel == Channel::tx || topic.channel == Channel::tariff)
        return on_bundle(event.message, out);
    if (topic.channel != Channel::request || topic.item != self_.view())
        return unexpected(Reject::wrong_topic);
    const auto request = decode_request(event.message, state().network);
    if (!request) return unexpected(request.error());
    if (request->signer != state().genesis.dgmd) return unexpected(Reject::wrong_topic);
    const auto valid =
        check_by_dgmd(state(), [&request](const VerifyKey& key) { return request->verify(key); });
    if (!valid) return valid;
    const auto* blocks = std::get_if<BlocksRequest>(&request->content);
    if (blocks == nullptr) return unexpected(Reject::not_a_member);
    out.push_back(AnswerBlocks{request->signer, *blocks});
    return {};
}

Result<void, Reject> Node::on_peer(const Topic& topic, const NodeId& sender,
                                   const MessageArrived& event, Effects& out) {
    // A revoked node may still request the blocks that contain its revocation.
    const bool asks = topic.channel == Channel::request;
    if (state().is_revoked(sender) && !asks) return unexpected(Reject::revoked);
    const ByteView message = event.message;
    switch (topic.channel) {
        case Channel::proposal:
        case Channel::prevote:
        case Channel::precommit:
        case Channel::polka:
        case Channel::commit:
            return chain_->on_consensus(topic.channel, sender, message, turn(out));
        case Channel::status:
            return on_status(sender, message, out);
        case Channel::batch:
        case Channel::endorsement:
        case Channel::objection:
            return on_committee_message(topic, sender, message, out);
        case Channel::tx:
            return on_bundle(message, out);
        case Channel::have:
            return on_have(sender, message, out);
        case Channel::request:
            if (topic.item != self_.view()) return unexpected(Reject::wrong_topic);
            return on_request(sender, message, out);
        case Channel::answer:
            if (topic.item != self_.view()) return unexpected(Reject::wrong_topic);
            return on_answer(sender, message, out);
        case Channel::reading:
        case Channel::event:
        case Channel::receipt:
        case Channel::refusal:
        case Channel::share:
        case Channel::command:
        case Channel::tariff:
            return unexpected(Reject::wrong_topic);
    }
    return unexpected(Reject::wrong_topic);
}

Result<void, Reject> Node::on_status(const NodeId& sender, ByteView message, Effects& out) {
    const auto status = believed(decode_status(message, state().network), sender);
    if (!status) return unexpected(status.error());
    chain_->on_status(sender, *status, turn(out));
    return {};
}

Result<void, Reject> Node::on_committee_message(const Topic& topic, const NodeId& sender,
                                                ByteView message, Effects& out) {
    if (topic.channel == Channel::batch) {
        const auto batch = decode_transaction(message, state().network);
        if (!batch) return unexpected(batch.error());
        return committee_.on_batch(sender, *batch, turn(out));
    }
    if (topic.channel == Channel::endorsement) {
        const auto endorsement = decode_endorsement(message, state().network);
        if (!endorsement) return unexpected(endorsement.error());
        if (endorsement->signer != sender) return unexpected(Reject::wrong_topic);
        return committee_.on_endorsement(*endorsement, turn(out));
    }
    const auto objection = believed(decode_objection(message, state().network), sender);
    if (!objection) return unexpected(objection.error());
    return committee_.on_objection(sender, *objection, turn(out));
}

Result<void, Reject> Node::on_bundle(ByteView message, Effects& out) {
    const auto bundle = decode_bundle(message, state().network);
    if (!bundle) return unexpected(bundle.error());
    const auto most = static_cast<std::size_t>(state().genesis.parameters.max_block_transactions);
    if (bundle->transactions.size() > most) return unexpected(Reject::too_many_transactions);
    return chain_->on_bodies(bundle->transactions, turn(out));
}

Result<void, Reject> Node::on_request(const NodeId& sender, ByteView message, Effects& out) {
    const auto request = believed(decode_request(message, state().network), sender);
    if (!request) return unexpected(request.error());
    if (const auto* blocks = std::get_if<BlocksRequest>(&*request)) {
        out.push_back(AnswerBlocks{sender, *blocks});
    } else if (state().is_revoked(sender)) {
        return unexpected(Reject::revoked);
    } else if (const auto* bodies = std::get_if<BodiesRequest>(&*request)) {
        auto answer = chain_->workbench().bodies(*bodies, state().genesis.parameters);
        if (!answer) return unexpected(answer.error());
        if (!answer->transactions.empty()) {
            publisher_.publish(turn(out), Channel::answer, sender.str(),
                               encode_answer(std::move(*answer)));
        }
    } else if (const auto* readings = std::get_if<ReadingsRequest>(&*request)) {
        auto answer = committee_.intake().answer(sender, *readings, state());
        if (!answer) return unexpected(answer.error());
        if (!answer->readings.empty()) {
            publisher_.publish(turn(out), Channel::answer, sender.str(),
                               encode_answer(std::move(*answer)));
        }
    } else if (const auto* attest = std::get_if<AttestRequest>(&*request)) {
        publisher_.publish(
            turn(out), Channel::answer, sender.str(),
            encode_answer(fairfeed::attest(chain_->agreement().replica(), state().height, sender,
                                           *attest, sha256(message))));
    }
    return {};
}

Result<void, Reject> Node::on_answer(const NodeId& sender, ByteView message, Effects& out) {
    auto answer = decode_answer(message, state().network);
    if (!answer) {
        chain_->on_bad_answer(sender, turn(out));
        return unexpected(answer.error());
    }
    if (const auto* blocks = std::get_if<BlocksAnswer>(&*answer)) {
        if (repair_.on_blocks(sender, *blocks, turn(out))) return {};
        return chain_->on_blocks(sender, *blocks, turn(out));
    }
    if (auto* bodies = std::get_if<BodiesAnswer>(&*answer)) {
        return chain_->on_bodies_answer(sender, std::move(*bodies), turn(out));
    }
    if (const auto* attest = std::get_if<AttestAnswer>(&*answer)) {
        return chain_->on_attest(sender, *attest, turn(out));
    }
    auto& readings = std::get<ReadingsAnswer>(*answer);
    return committee_.on_readings(sender, std::move(readings), turn(out));
}

// A message must be signed with the key of the node it names, whatever connection it came over.
template <class T>
Result<T, Reject> Node::believed(Result<Signed<T>, Reject> decoded, const NodeId& sender) const {
    if (!decoded) return unexpected(decoded.error());
    if (decoded->signer != sender) return unexpected(Reject::wrong_topic);
    const VerifyKey* key = state().node_key(sender);
    if (key == nullptr) return unexpected(Reject::unknown_node);
    if (auto valid = decoded->verify(*key); !valid) return unexpected(valid.error());
    return std::move(decoded->content);
}

Turn Node::turn(Effects& out) const {
    return {state(), now_, out, chain_->endorses_from()};
}

void Node::count(std::array<std::uint64_t, kRejectCount>& counters, Reject reason) {
    ++counters[static_cast<std::size_t>(reason)];
}

}  // namespace fairfeed
