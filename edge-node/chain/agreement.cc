#include "edge-node/chain/agreement.h"

#include <utility>

#include "core/wire/consensus_codec.h"
#include "edge-node/chain/decided_blocks.h"

namespace fairfeed {
namespace {

// In real time.
std::int64_t share_notice_ms(const NetworkParameters& parameters) {
    return parameters.share_notice_s * 1000 / parameters.speed;
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

Agreement::Agreement(const NodeId& self, const Signer& signer, const ChainTip& tip,
                     Workbench& workbench, Decided decided)
    : publisher_(self, signer),
      tip_(tip),
      workbench_(workbench),
      decided_(std::move(decided)),
      replica_({self, tip.state.network, tip.state.genesis.parameters.timers,
                share_notice_ms(tip.state.genesis.parameters)},
               signer) {}

Result<void, Reject> Agreement::restore(ByteView safety_record) {
    return replica_.restore(safety_record);
}

void Agreement::enter_height(const Turn& turn) {
    has_begun_ = true;
    drive(consensus::HeightStarts{tip_.state.height + 1, tip_.state.validators, tip_.parent}, turn);
    look_for_work(turn);
}

void Agreement::drive(consensus::Event event, const Turn& turn) {
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

void Agreement::perform(const consensus::Effect& effect, const Turn& turn) {
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
        decided_(workbench_.take_valid(decision->block), decision->certificate, turn);
    } else if (const auto* votes = std::get_if<consensus::ReportEquivocation>(&effect)) {
        (void)accuse(equivocations_.note(*votes, tip_.state.network), turn);
    } else if (const auto* proposals = std::get_if<consensus::ReportProposals>(&effect)) {
        (void)accuse(equivocations_.note(*proposals, tip_.state.network), turn);
    } else if (const auto* against = std::get_if<consensus::Contradicted>(&effect)) {
        const auto* header = workbench_.contradiction(*against->certificate.content.block);
        if (header != nullptr) drive(consensus::Halted{divergence(*header, tip_.state)}, turn);
    }
}

Result<void, Reject> Agreement::accuse(const Result<Transaction, Reject>& evidence,
                                       const Turn& turn) {
    if (!evidence) return unexpected(evidence.error());
    if (auto added = workbench_.add_own(*evidence, turn); !added) return added;
    look_for_work(turn);
    return {};
}

void Agreement::on_outline(const Digest& block, const Turn& turn) {
    if (workbench_.awaits_outline(block)) judge(block, turn);
}

void Agreement::judge_wanted(const Turn& turn) {
    for (const Digest& block : workbench_.wanted())
        if (workbench_.wants(block)) judge(block, turn);
}

void Agreement::look_for_work(const Turn& turn) {
    if (!has_begun_) return;
    if (workbench_.finds_work(tip_, turn.now)) drive(consensus::WorkExists{}, turn);
    build(turn);
}

void Agreement::judge(const Digest& block, const Turn& turn) {
    if (auto judged = workbench_.judge(block, turn)) drive(std::move(*judged), turn);
}

void Agreement::build(const Turn& turn) {
    if (auto built = workbench_.build(tip_, turn)) drive(std::move(*built), turn);
}

}  // namespace fairfeed
