#include "gateway/follower/follower.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/state/authority_rules.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/topics.h"

namespace fairfeed {
namespace {

constexpr std::uint32_t kBlocksPerRequest = 16;
constexpr std::size_t kContradictionsKept = 20;

std::string shown(const Digest& digest) {
    return to_hex(digest.view()).substr(0, 16);
}

// An answer holds blocks from the height on that was asked for, one after the other, and no more
// than were asked for.
Result<void, Reject> check_asked(const std::vector<CommittedBlock>& blocks, Height from) {
    if (blocks.empty() || blocks.size() > kBlocksPerRequest) return unexpected(Reject::unasked);
    for (std::size_t i = 0; i < blocks.size(); ++i)
        if (blocks[i].block.header.height != from + i) return unexpected(Reject::unasked);
    return {};
}

// The keys with which the books were opened: with others they would hold other data keys.
Digest key_set(const std::optional<Keyholder>& holder) {
    std::vector<PublicKey> keys;
    if (holder) {
        keys.push_back(holder->agreement.public_key());
        for (const AgreementKey& other : holder->others)
            keys.push_back(other.public_key());
    }
    std::sort(keys.begin(), keys.end());
    Bytes all;
    for (const PublicKey& key : keys)
        append(all, key.view());
    return sha256(all);
}

}  // namespace

Follower::Follower(Setup setup)
    : self_(std::move(setup.self)),
      signers_(std::move(setup.signers)),
      checker_(setup.checker),
      books_(std::move(setup.keys)),
      handovers_(self_, signers_, std::move(setup.random)),
      words_(setup.nodes),
      catch_up_(setup.parameters) {}

std::vector<RecomputedSettlement> Follower::replay(const ReplayStep& step) {
    remember(step);
    return books_.follow(step);
}

void Follower::write_books(cbor::Writer& out) const {
    out.array(3);
    out.bytes(key_set(books_.accounts().holder()).view());
    books_.write(out);
    words_.write_known(out);
}

void Follower::read_books(cbor::Reader& in) {
    in.array_of(3);
    const auto& holder = books_.accounts().holder();
    if (in.fixed<Digest>() != key_set(holder)) in.fail(cbor::Fault::malformed);
    books_ = OfficeBooks::read(in, holder);
    words_.read_known(in);
}

void Follower::start(ChainState state) {
    state_ = std::move(state);
}

const ChainState& Follower::state() const {
    CHECK(state_.has_value());
    return *state_;
}

void Follower::remember(const ReplayStep& step) {
    words_.remember(step.after.height,
                    {step.after.tip, app_hash(step.after), step.after.tip_validators});
}

FollowerEffects Follower::step(const FollowerEvent& event, Instant now) {
    CHECK(state_.has_value());
    now_ = now;
    FollowerEffects out;
    std::visit([&](const auto& happened) { on(happened, out); }, event);
    ask(out);
    return out;
}

std::optional<std::int64_t> Follower::next_deadline_ms() const {
    if (halted_) return std::nullopt;
    return catch_up_.next_deadline_ms(state().height);
}

std::vector<Transaction> Follower::owed_handovers(Instant now) {
    if (halted_) return {};
    return handovers_.owed(state(), books_.accounts(), now.real_ms);
}

void Follower::on(const NodeLineChanged& event, FollowerEffects&) {
    words_.on_line(event.broker, event.connected, event.reason, now_);
}

void Follower::on(const MomentPassed&, FollowerEffects&) {}

void Follower::on(const NodeSpoke& event, FollowerEffects& out) {
    if (const auto heard = hear(event, out); !heard) words_.on_refused(event.broker, heard.error());
}

// What a node publishes stands under its own name on its own broker.
Result<void, Reject> Follower::hear(const NodeSpoke& event, FollowerEffects& out) {
    const auto topic = Topic::parse(event.topic);
    if (!topic || topic->sender != event.broker.view()) return unexpected(Reject::wrong_topic);
    if (topic->network != state().genesis.parameters.name) return unexpected(Reject::wrong_network);
    if (topic->channel == Channel::status) return on_status(event.broker, event.message);
    if (topic->channel == Channel::commit) return on_commit(event.broker, event.message);
    if (topic->channel == Channel::answer && topic->item == self_.view())
        return on_answer(event.broker, event.message, out);
    return unexpected(Reject::wrong_topic);
}

Result<void, Reject> Follower::on_status(const NodeId& node, ByteView message) {
    const auto status = decode_status(message, state().network);
    if (!status) return unexpected(status.error());
    if (status->signer != node) return unexpected(Reject::wrong_topic);
    const VerifyKey* key = state().node_key(node);
    if (key == nullptr) return unexpected(Reject::unknown_node);
    if (auto valid = status->verify(*key); !valid) return valid;
    words_.on_status(node, status->content, now_);
    catch_up_.on_claim(node, status->content.height, state().height, now_);
    return {};
}

// The bodies of a certified block are asked for with the block, so its outline serves for nothing
// but its height.
Result<void, Reject> Follower::on_commit(const NodeId& node, ByteView message) {
    const auto certified = decode_certified_outline(message);
    if (!certified) return unexpected(certified.error());
    const VoteContent& content = certified->certificate.content;
    if (content.type != VoteType::precommit ||
        content.block != block_id(certified->outline.header) ||
        content.height != certified->outline.header.height)
        return unexpected(Reject::wrong_certificate);
    if (content.height <= state().height) return compare(node, certified->certificate);
    if (content.height == state().height + 1) {
        if (auto valid = check_certificate(state(), certified->certificate); !valid) return valid;
    }
    catch_up_.on_claim(node, content.height, state().height, now_);
    return {};
}

// R24, as seen from outside: a second certified block of a height.
Result<void, Reject> Follower::compare(const NodeId& node, const QuorumCertificate& certificate) {
    const VoteContent& content = certificate.content;
    const NodeWords::Known* ours = words_.known(content.height);
    if (ours == nullptr || content.height == 0 || content.block == ours->id) return {};
    if (auto valid = check_certificate(state(), ours->validators, certificate); !valid)
        return valid;
    contradicts(node, content.height,
                "a quorum certified block " + shown(content.block.value_or(Digest{})) +
                    " as well as block " + shown(ours->id));
    return {};
}

void Follower::contradicts(const NodeId& node, Height height, std::string what) {
    const bool is_known =
        std::any_of(contradictions_.begin(), contradictions_.end(), [&](const Contradiction& each) {
            return each.node == node && each.height == height && each.what == what;
        });
    if (is_known || contradictions_.size() == kContradictionsKept) return;
    contradictions_.push_back({node, height, std::move(what)});
}

Result<void, Reject> Follower::on_answer(const NodeId& node, ByteView message,
                                         FollowerEffects& out) {
    const auto answer = decode_answer(message, state().network);
    const auto* blocks = answer ? std::get_if<BlocksAnswer>(&*answer) : nullptr;
    std::optional<Height> first;
    if (blocks != nullptr && !blocks->blocks.empty())
        first = blocks->blocks.front().block.header.height;
    const auto from = catch_up_.close(node, first);
    if (!from) return unexpected(answer ? Reject::unasked : answer.error());
    const Height before = state().height;
    Result<void, Reject> taken = unexpected(answer ? Reject::unasked : answer.error());
    if (blocks != nullptr) taken = take_all(node, blocks->blocks, *from, out);
    if (taken && state().height > before) {
        unanswered_ = 0;
        catch_up_.on_progress(node, now_);
    } else if (!taken || catch_up_.has_asked(node)) {
        catch_up_.on_failure(node, now_);
    }
    return taken;
}

// Blocks before the first bad one stay.
Result<void, Reject> Follower::take_all(const NodeId& node,
                                        const std::vector<CommittedBlock>& blocks, Height from,
                                        FollowerEffects& out) {
    if (auto asked = check_asked(blocks, from); !asked) return asked;
    for (const CommittedBlock& committed : blocks) {
        const Height height = committed.block.header.height;
        if (height > state().height + 1) continue;
        auto taken = height <= state().height ? compare(node, committed.certificate)
                                              : take(node, committed, out);
        if (!taken) return taken;
    }
    return {};
}

Result<void, Reject> Follower::take(const NodeId& node, const CommittedBlock& committed,
                                    FollowerEffects& out) {
    if (halted_) return unexpected(Reject::wrong_app_hash);
    const BlockHeader& header = committed.block.header;
    const VoteContent& content = committed.certificate.content;
    if (content.type != VoteType::precommit || content.height != header.height ||
        content.block != block_id(header))
        return unexpected(Reject::wrong_certificate);
    if (auto valid = check_certificate(state(), committed.certificate); !valid) return valid;
    ChainState after = state();
    if (const auto executed = execute_block(after, committed.block, checker_); !executed) {
        const Reject reason = executed.error().reason;
        // What lies below the certified header is the sender's word; the header is the quorum's.
        if (is_about_witnesses(executed.error())) return unexpected(reason);
        halted_ = true;
        contradicts(
            node, header.height,
            "a quorum certified block " + shown(block_id(header)) +
                ", which does not follow from this chain: " + std::string(to_string(reason)));
        return unexpected(reason);
    }
    AppendBlock append{committed, std::move(*state_), std::move(after), {}, {}};
    const ReplayStep step{*append.committed, append.before, append.after};
    append.settlements = books_.follow(step);
    append.faults = books_.new_faults();
    remember(step);
    state_ = append.after;
    out.emplace_back(std::move(append));
    return {};
}

void Follower::ask(FollowerEffects& out) {
    if (halted_) return;
    const auto node = catch_up_.whom_to_ask(state().height, now_);
    if (!node) return;
    const BlocksRequest request{state().height + 1, kBlocksPerRequest};
    catch_up_.asked(*node, request.from);
    const SigningKey& key = signers_.for_request(state(), unanswered_++);
    out.emplace_back(AskNode{*node, encode_request(Request{request}, self_, state().network, key)});
}

FollowerSummary Follower::summary() const {
    FollowerSummary summary;
    summary.height = state().height;
    summary.tip = state().tip;
    summary.app_hash = app_hash(state());
    summary.tip_time_ms = state().tip_time_ms;
    summary.claimed = words_.claimed(state().validators);
    summary.nodes = words_.words();
    summary.contradictions = contradictions_;
    summary.halted = halted_;
    summary.fault_count = books_.fault_count();
    summary.faults.assign(books_.faults().begin(), books_.faults().end());
    summary.closed = books_.closed();
    summary.invariants = books_.invariants();
    if (state().policy) summary.policy = state().policy->policy;
    summary.policy_room =
        policy_room(state(), state().grid().window_at(state().tip_time_ms).value_or(0));
    summary.has_key = signers_.in_force(state()) != nullptr;
    return summary;
}

}  // namespace fairfeed
