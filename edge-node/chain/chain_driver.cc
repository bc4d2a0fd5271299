#include "edge-node/chain/chain_driver.h"

#include <algorithm>

#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "edge-node/chain/consensus_hearing.h"

namespace fairfeed {
namespace {

constexpr std::uint32_t kBlocksPerRequest = 16;

// In real time.
std::int64_t share_notice_ms(const NetworkParameters& parameters) {
    return parameters.share_notice_s * 1000 / parameters.speed;
}

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

struct Statement {
    Channel channel;
    Bytes message;
};

// What the replica says to everybody. nullopt: the effect says nothing, or its block has no
// description here.
std::optional<Statement> statement_of(const consensus::Effect& effect, const Workbench& workbench) {
    if (const auto* proposal = std::get_if<consensus::SendProposal>(&effect)) {
        const auto* outline = workbench.outline(proposal->proposal.content.block);
        if (outline == nullptr) return std::nullopt;
        return Statement{Channel::proposal, encode_proposal({proposal->proposal, *outline})};
    }
    if (const auto* vote = std::get_if<consensus::SendVote>(&effect)) {
        const bool is_prevote = vote->vote.content.type == VoteType::prevote;
        return Statement{is_prevote ? Channel::prevote : Channel::precommit,
                         encode_vote(vote->vote)};
    }
    if (const auto* polka = std::get_if<consensus::SendPolka>(&effect)) {
        const auto* outline = workbench.outline(*polka->certificate.content.block);
        if (outline == nullptr) return std::nullopt;
        return Statement{Channel::polka, encode_certified_outline({*outline, polka->certificate})};
    }
    return std::nullopt;
}

}  // namespace

ChainDriver::ChainDriver(Setup setup)
    : self_(setup.self),
      signer_(setup.signer),
      publisher_(setup.self, setup.signer),
      tip_{std::move(setup.state), std::move(setup.tip_certificate), {}},
      replica_({setup.self, tip_.state.network, tip_.state.genesis.parameters.timers,
                share_notice_ms(tip_.state.genesis.parameters)},
               setup.signer),
      workbench_(setup.self, setup.signer, tip_.state.genesis.parameters),
      inquiry_(setup.self, setup.signer, setup.trust),
      catch_up_(tip_.state.genesis.parameters.timers) {}

Result<void, Reject> ChainDriver::start(ByteView safety_record, std::vector<Block> blocks,
                                        const Turn& turn) {
    now_ = turn.now;
    if (auto restored = replica_.restore(safety_record); !restored) return restored;
    tip_.parent = {state().tip_time_ms, turn.now.steady_ms};
    for (Block& block : blocks)
        if (block.header.height == state().height + 1)
            workbench_.restore(std::move(block), state());
    decided_.remember(state().height, state().tip, state().tip_validators);
    if (auto doubt = inquiry_.first_doubt()) drive(std::move(*doubt), turn);
    inquiry_.begin(state(), turn.now);
    rebroadcast_standing(turn);
    follow_inquiry(turn);
    return {};
}

void ChainDriver::on_time(const Turn& turn) {
    now_ = turn.now;
    follow_inquiry(turn);
    judge_wanted(turn);
    look_for_work(turn);
    ask_for_blocks(turn);
    if (turn.now.steady_ms >= status_at_ms_) rebroadcast_standing(turn);
    drive(consensus::TimePassed{}, turn);
}

// A wanted block may have waited for nothing but its outline. What was signed beside an outline
// counts even where the outline is no good.
Result<void, Reject> ChainDriver::on_consensus(Channel channel, const NodeId& sender,
                                               ByteView message, const Turn& turn) {
    now_ = turn.now;
    Heard heard = hear_consensus(channel, sender, message, state(),
                                 inquiry_.is_starting() ? nullptr : &replica_);
    if (heard.claimed) on_claim(sender, *heard.claimed, turn);
    if (!heard.verdict) return heard.verdict;
    if (heard.decided) return compare_decided(*heard.decided, turn);
    Result<void, Reject> described;
    if (heard.outline) {
        described = workbench_.describe(sender, *heard.outline);
        const Digest block = block_id(heard.outline->header);
        if (described && workbench_.awaits_outline(block)) judge(block, turn);
    }
    if (heard.event) drive(std::move(*heard.event), turn);
    return described;
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
    judge_wanted(turn);
    look_for_work(turn);
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
    if (!evidence) return unexpected(evidence.error());
    if (auto added = workbench_.add_own(*evidence, turn); !added) return added;
    look_for_work(turn);
    return {};
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
        drive(std::move(event), turn);
    inquiry_.count(sender, answer.height);
    on_claim(sender, answer.height, turn);
    follow_inquiry(turn);
    return {};
}

// A reconnect is answered as of the last turn: the pauses go on as if it had not been.
void ChainDriver::rebroadcast_standing(const Turn& reconnect) {
    const Turn turn{reconnect.state, now_, reconnect.out};
    const consensus::Snapshot standing = replica_.snapshot();
    const NodeStatus status{state().height, state().tip, app_hash(state()), standing.height,
                            standing.round};
    publisher_.publish(turn, Channel::status, "-",
                       encode_status(status, self_, state().network, signer_));
    if (last_commit_)
        publisher_.publish(turn, Channel::commit, "-", encode_certified_outline(*last_commit_));
    status_at_ms_ = turn.now.steady_ms + state().genesis.parameters.timers.rebroadcast_cap_ms;
    inquiry_.ask_again(replica_, turn);
}

std::vector<EnteredBlock> ChainDriver::take_entered() {
    return std::exchange(entered_, {});
}

std::int64_t ChainDriver::next_deadline_ms() const {
    std::int64_t deadline = status_at_ms_;
    const auto consider = [&](std::optional<std::int64_t> steady_ms) {
        deadline = std::min(deadline, steady_ms.value_or(deadline));
    };
    consider(replica_.next_deadline_ms());
    consider(workbench_.next_question_ms());
    consider(catch_up_.next_deadline_ms(state().height));
    consider(inquiry_.next_deadline_ms(replica_, state(), now_));
    if (!inquiry_.is_starting())
        consider(workbench_.next_work_ms(state().genesis.parameters.timers));
    return deadline;
}

std::optional<Height> ChainDriver::endorses_from() const {
    return inquiry_.endorses_from(replica_, state());
}

void ChainDriver::drive(consensus::Event event, const Turn& turn) {
    events_.push_back(std::move(event));
    if (driving_) return;
    driving_ = true;
    while (!events_.empty()) {
        const consensus::Event next = std::move(events_.front());
        events_.pop_front();
        for (const consensus::Effect& effect : replica_.step(next, turn.now))
            perform(effect, turn);
    }
    driving_ = false;
}

void ChainDriver::perform(const consensus::Effect& effect, const Turn& turn) {
    if (auto statement = statement_of(effect, workbench_)) {
        publisher_.publish(turn, statement->channel, "-", std::move(statement->message));
    } else if (const auto* safety = std::get_if<consensus::PersistSafety>(&effect)) {
        turn.out.push_back(PersistSafety{safety->record});
    } else if (const auto* request = std::get_if<consensus::RequestBlock>(&effect)) {
        workbench_.request_block(request->height, request->round);
        build(turn);
    } else if (const auto* wish = std::get_if<consensus::JudgeBlock>(&effect)) {
        judge(wish->block, turn);
    } else if (const auto* decision = std::get_if<consensus::Decide>(&effect)) {
        const CandidateBlocks::Valid* decided = workbench_.valid(decision->block);
        CHECK(decided != nullptr);
        commit(*decided, decision->certificate, turn);
    } else if (const auto* votes = std::get_if<consensus::ReportEquivocation>(&effect)) {
        (void)accuse(equivocations_.note(*votes, state().network), turn);
    } else if (const auto* proposals = std::get_if<consensus::ReportProposals>(&effect)) {
        (void)accuse(equivocations_.note(*proposals, state().network), turn);
    } else if (const auto* against = std::get_if<consensus::Contradicted>(&effect)) {
        const auto* header = workbench_.contradiction(*against->certificate.content.block);
        if (header != nullptr) drive(consensus::Halted{divergence(*header, state())}, turn);
    }
}

void ChainDriver::judge(const Digest& block, const Turn& turn) {
    if (auto judged = workbench_.judge(block, turn)) drive(std::move(*judged), turn);
}

void ChainDriver::judge_wanted(const Turn& turn) {
    for (const Digest& block : workbench_.wanted())
        if (workbench_.wants(block)) judge(block, turn);
}

// R16, R17: the replica wakes when there is work.
void ChainDriver::look_for_work(const Turn& turn) {
    if (inquiry_.is_starting()) return;
    if (workbench_.finds_work(tip_, turn.now)) drive(consensus::WorkExists{}, turn);
    build(turn);
}

void ChainDriver::build(const Turn& turn) {
    if (auto built = workbench_.build(tip_, turn)) drive(std::move(*built), turn);
}

Result<void, Reject> ChainDriver::compare_decided(const QuorumCertificate& certificate,
                                                  const Turn& turn) {
    const auto halt = decided_.compare(certificate, state());
    if (!halt) return unexpected(halt.error());
    if (*halt) drive(consensus::Halted{**halt}, turn);
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
    if (auto doubt = inquiry_.doubts_memory()) drive(std::move(*doubt), turn);
    for (consensus::Event& event : inquiry_.own_votes(committed.certificate))
        drive(std::move(event), turn);
    auto executed = workbench_.execute(committed.block, state());
    if (!executed) {
        if (!is_about_witnesses(executed.error()))
            drive(consensus::Halted{divergence(header, state())}, turn);
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
    CommittedBlock committed{std::move(decided.block), certificate};
    turn.out.push_back(CommitBlock{committed});
    last_commit_ = CertifiedOutline{outline_of(committed.block), certificate};
    workbench_.on_commit(committed, state());
    entered_.push_back({std::move(committed), std::move(before), endorses_from(), turn.out.size()});
    rebroadcast_standing(turn);
    if (!inquiry_.is_starting()) enter_height(turn);
    follow_inquiry(turn);
}

void ChainDriver::enter_height(const Turn& turn) {
    drive(consensus::HeightStarts{state().height + 1, state().validators, tip_.parent}, turn);
    look_for_work(turn);
}

void ChainDriver::follow_inquiry(const Turn& turn) {
    if (auto trusted = inquiry_.limits_silence(replica_, state())) drive(std::move(*trusted), turn);
    if (inquiry_.ends_start(state(), turn.now)) {
        if (inquiry_.lacks_record(replica_)) turn.out.push_back(empty_record(state()));
        enter_height(turn);
    }
    inquiry_.ask_if_due(replica_, turn);
}

// A node whose chain has diverged has no use for the others' blocks.
void ChainDriver::ask_for_blocks(const Turn& turn) {
    const auto& halt = replica_.halt();
    if (halt && halt->reason == consensus::HaltReason::diverged) return;
    const auto peer = catch_up_.whom_to_ask(state().height, turn.now);
    if (!peer) return;
    const BlocksRequest request{state().height + 1, kBlocksPerRequest};
    catch_up_.asked(*peer, request.from);
    publisher_.ask(turn, *peer, request);
}

}  // namespace fairfeed
