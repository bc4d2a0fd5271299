#include "edge-node/chain/chain_driver.h"

#include <algorithm>

#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "edge-node/chain/consensus_hearing.h"

namespace fairfeed {
namespace {

constexpr std::uint32_t kBlocksPerRequest = 16;

// An answer holds blocks from the height on that was asked for, one after the other, and no more
// than were asked for.
Result<void, Reject> check_asked(const BlocksAnswer& answer, Height from) {
    if (answer.blocks.empty() || answer.blocks.size() > kBlocksPerRequest) {
        return unexpected(Reject::unasked);
    }
    for (std::size_t i = 0; i < answer.blocks.size(); ++i) {
        if (answer.blocks[i].block.header.height != from + i) return unexpected(Reject::unasked);
    }
    return {};
}

// From then on a missing record is a lost one.
PersistSafety empty_record(const ChainState& state) {
    consensus::SafetyRecord record;
    record.network = state.network;
    record.height = state.height + 1;
    return {consensus::encode_safety_record(record)};
}

}  // namespace

ChainDriver::ChainDriver(Setup setup)
    : publisher_(setup.self, setup.signer),
      tip_{std::move(setup.state), std::move(setup.tip_certificate), {}},
      workbench_(setup.self, setup.signer, setup.signatures, tip_.state.genesis.parameters),
      agreement_(setup.self, setup.signer, tip_, workbench_,
                 [this](CandidateBlocks::Valid decided, const QuorumCertificate& certificate,
                        const Turn& turn) { commit(std::move(decided), certificate, turn); }),
      inquiry_(setup.self, setup.signer, setup.trust),
      catch_up_(tip_.state.genesis.parameters),
      beacon_(setup.self, setup.signer) {}

Result<void, Reject> ChainDriver::start(ByteView safety_record, std::vector<Block> blocks,
                                        const Turn& turn) {
    now_ = turn.now;
    if (auto restored = agreement_.restore(safety_record); !restored) return restored;
    tip_.parent = {state().tip_time_ms, turn.now.steady_ms};
    for (Block& block : blocks)
        if (block.header.height == state().height + 1)
            workbench_.restore(std::move(block), state());
    decided_.remember(state().height, state().tip, state().tip_validators);
    if (auto doubt = inquiry_.first_doubt()) agreement_.drive(std::move(*doubt), turn);
    inquiry_.begin(state(), turn.now);
    say_standing(turn);
    follow_inquiry(turn);
    return {};
}

void ChainDriver::on_time(const Turn& turn) {
    now_ = turn.now;
    follow_inquiry(turn);
    agreement_.judge_wanted(turn);
    agreement_.look_for_work(turn);
    ask_for_blocks(turn);
    if (beacon_.is_due(turn.now)) say_standing(turn);
    agreement_.drive(consensus::TimePassed{}, turn);
}

// A wanted block may have waited for nothing but its outline. What was signed beside an outline
// counts even where the outline is no good.
Result<void, Reject> ChainDriver::on_consensus(Channel channel, const NodeId& sender,
                                               ByteView message, const Turn& turn) {
    now_ = turn.now;
    Heard heard = hear_consensus(channel, sender, message, state(),
                                 inquiry_.is_starting() ? nullptr : &agreement_.replica());
    if (heard.claimed) on_claim(sender, *heard.claimed, turn);
    if (!heard.verdict) return heard.verdict;
    if (heard.decided) return compare_decided(*heard.decided, turn);
    Result<void, Reject> described;
    if (heard.outline) {
        described = workbench_.describe(sender, *heard.outline);
        if (described) agreement_.on_outline(block_id(heard.outline->header), turn);
    }
    if (heard.event) agreement_.drive(std::move(*heard.event), turn);
    return described;
}

// Of two tips of one height one side must learn what the other decided.
void ChainDriver::on_status(const NodeId& sender, const NodeStatus& status, const Turn& turn) {
    if (status.height == state().height && status.tip != state().tip) beacon_.say_commit_again();
    on_claim(sender, status.height, turn);
}

void ChainDriver::on_claim(const NodeId& sender, Height height, const Turn& turn) {
    now_ = turn.now;
    catch_up_.on_claim(sender, height, state().height, turn.now);
    ask_for_blocks(turn);
}

Result<void, Reject> ChainDriver::on_bodies(const std::vector<Transaction>& bodies,
                                            const Turn& turn) {
    now_ = turn.now;
    const auto result = workbench_.add(bodies, turn);
    agreement_.judge_wanted(turn);
    agreement_.look_for_work(turn);
    return result;
}

Result<void, Reject> ChainDriver::on_own_window(const std::vector<Transaction>& window,
                                                const Turn& turn) {
    workbench_.expect(window);
    return on_bodies(window, turn);
}

Result<void, Reject> ChainDriver::accuse(const Result<Transaction, Reject>& evidence,
                                         const Turn& turn) {
    now_ = turn.now;
    return agreement_.accuse(evidence, turn);
}

void ChainDriver::on_have(const NodeId& peer, std::vector<Digest> ids, const Turn& turn) {
    now_ = turn.now;
    workbench_.on_have(peer, std::move(ids), turn);
}

Result<void, Reject> ChainDriver::on_bodies_answer(const NodeId& sender, BodiesAnswer answer,
                                                   const Turn& turn) {
    const auto bodies = workbench_.take(sender, std::move(answer));
    if (!bodies) return unexpected(bodies.error());
    const auto added = on_bodies(*bodies, turn);
    workbench_.note_refused(*bodies);
    return added;
}

Result<void, Reject> ChainDriver::on_blocks(const NodeId& sender, const BlocksAnswer& answer,
                                            const Turn& turn) {
    now_ = turn.now;
    std::optional<Height> first;
    if (!answer.blocks.empty()) first = answer.blocks.front().block.header.height;
    const auto from = catch_up_.close(sender, first);
    if (!from) return unexpected(Reject::unasked);
    const Height before = state().height;
    Result<void, Reject> result = check_asked(answer, *from);
    for (const CommittedBlock& committed : answer.blocks) {
        if (!result) break;
        const Height height = committed.block.header.height;
        if (height > state().height + 1) continue;
        result = height <= state().height ? compare_decided(committed.certificate, turn)
                                          : import(committed, turn);
    }
    if (result && state().height > before) {
        catch_up_.on_progress(sender, turn.now);
    } else if (!result || catch_up_.has_asked(sender)) {
        catch_up_.on_failure(sender, turn.now);
    }
    ask_for_blocks(turn);
    return result;
}

void ChainDriver::on_bad_answer(const NodeId& sender, const Turn& turn) {
    now_ = turn.now;
    if (!catch_up_.close(sender, std::nullopt)) return;
    catch_up_.on_failure(sender, turn.now);
    ask_for_blocks(turn);
}

Result<void, Reject> ChainDriver::on_attest(const NodeId& sender, const AttestAnswer& answer,
                                            const Turn& turn) {
    now_ = turn.now;
    auto shown = inquiry_.shown(sender, answer, state());
    if (!shown) return unexpected(shown.error());
    if (!*shown) return {};
    for (consensus::Event& event : **shown)
        agreement_.drive(std::move(event), turn);
    inquiry_.count(sender, answer.height);
    on_claim(sender, answer.height, turn);
    follow_inquiry(turn);
    return {};
}

// A reconnect is answered as of the last turn: the pauses go on as if it had not been.
void ChainDriver::on_reconnect(const Turn& reconnect) {
    beacon_.say_commit_again();
    say_standing({reconnect.state, now_, reconnect.out});
}

void ChainDriver::say_standing(const Turn& turn) {
    beacon_.say(state(), agreement_.replica().snapshot(), turn);
    inquiry_.ask_again(agreement_.replica(), turn);
}

std::vector<EnteredBlock> ChainDriver::take_entered() {
    return std::exchange(entered_, {});
}

std::int64_t ChainDriver::next_deadline_ms() const {
    std::int64_t deadline = beacon_.next_deadline_ms();
    const auto consider = [&](std::optional<std::int64_t> steady_ms) {
        deadline = std::min(deadline, steady_ms.value_or(deadline));
    };
    consider(agreement_.replica().next_deadline_ms());
    consider(workbench_.next_question_ms());
    consider(catch_up_.next_deadline_ms(state().height));
    consider(inquiry_.next_deadline_ms(agreement_.replica(), state(), now_));
    if (!inquiry_.is_starting())
        consider(workbench_.next_work_ms(state().genesis.parameters.timers));
    return deadline;
}

std::optional<Height> ChainDriver::endorses_from() const {
    return inquiry_.endorses_from(agreement_.replica(), state());
}

Result<void, Reject> ChainDriver::compare_decided(const QuorumCertificate& certificate,
                                                  const Turn& turn) {
    const auto halt = decided_.compare(certificate, state());
    if (!halt) return unexpected(halt.error());
    if (*halt) agreement_.drive(consensus::Halted{**halt}, turn);
    return {};
}

Result<void, Reject> ChainDriver::import(const CommittedBlock& committed, const Turn& turn) {
    const BlockHeader& header = committed.block.header;
    const VoteContent& content = committed.certificate.content;
    if (content.type != VoteType::precommit || content.height != header.height ||
        content.block != block_id(header)) {
        return unexpected(Reject::wrong_certificate);
    }
    if (auto ok = check_certificate(state(), committed.certificate); !ok) return ok;
    // The certificate is about the header; what lies below the header is the sender's word.
    if (!is_of_its_header(outline_of(committed.block))) return unexpected(Reject::wrong_root);
    if (auto doubt = inquiry_.doubts_memory()) agreement_.drive(std::move(*doubt), turn);
    for (consensus::Event& event : inquiry_.own_votes(committed.certificate))
        agreement_.drive(std::move(event), turn);
    auto executed = workbench_.execute(committed.block, state());
    if (!executed) {
        if (!is_about_witnesses(executed.error()))
            agreement_.drive(consensus::Halted{divergence(header, state())}, turn);
        return unexpected(executed.error().reason);
    }
    commit(std::move(*executed), committed.certificate, turn);
    return {};
}

void ChainDriver::commit(CandidateBlocks::Valid decided, const QuorumCertificate& certificate,
                         const Turn& turn) {
    ChainState before = std::move(tip_.state);
    tip_ = {std::move(decided.after), certificate, {}};
    tip_.parent = {state().tip_time_ms, turn.now.steady_ms};
    decided_.remember(state().height, state().tip, before.validators);
    const Shared<CommittedBlock> committed(CommittedBlock{decided.block, certificate});
    turn.out.push_back(CommitBlock{committed});
    beacon_.on_commit(committed);
    workbench_.on_commit(committed, state());
    entered_.push_back({committed, std::move(before), endorses_from(), turn.out.size()});
    say_standing(turn);
    if (!inquiry_.is_starting()) agreement_.enter_height(turn);
    follow_inquiry(turn);
}

void ChainDriver::follow_inquiry(const Turn& turn) {
    if (auto trusted = inquiry_.limits_silence(agreement_.replica(), state()))
        agreement_.drive(std::move(*trusted), turn);
    if (inquiry_.ends_start(state(), turn.now)) {
        if (inquiry_.lacks_record(agreement_.replica())) turn.out.push_back(empty_record(state()));
        agreement_.enter_height(turn);
    }
    inquiry_.ask_if_due(agreement_.replica(), turn);
}

// A node whose chain has diverged has no use for the others' blocks.
void ChainDriver::ask_for_blocks(const Turn& turn) {
    const auto& halt = agreement_.replica().halt();
    if (halt && halt->reason == consensus::HaltReason::diverged) return;
    const auto peer = catch_up_.whom_to_ask(state().height, turn.now);
    if (!peer) return;
    const BlocksRequest request{state().height + 1, kBlocksPerRequest};
    catch_up_.asked(*peer, request.from);
    publisher_.ask(turn, *peer, request);
}

}  // namespace fairfeed
