// The liars' messages in a story, signed with their own keys.
#include "core/crypto/digest.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/node/story.h"

namespace fairfeed::test {

// node-1 claims height 9 to node-4 | node-1 gives node-4 block 1 without a quorum|altered|without
// its body | node-1 batches twice to node-2 | node-1 votes twice to node-2 | node-1 proposes twice
// to node-2 | node-1 certifies another block|app hash by node-1 .. to node-4 | node-1 shows a
// polka by node-1 node-2 node-4 to node-4
bool Story::follow_liars(const Words& words) {
    const NodeId liar(words[0]);
    if (words[1] == "claims") {
        claim(liar, words);
    } else if (words[1] == "gives") {
        answer_badly(liar, words);
    } else if (words[1] == "batches") {
        batch_twice(liar, words);
    } else if (words[1] == "votes") {
        vote_twice(liar, words);
    } else if (words[1] == "proposes") {
        propose_twice(liar, words);
    } else if (words[1] == "certifies") {
        certify(liar, words);
    } else if (words[1] == "shows") {
        show_foreign_vote(liar, words);
    } else {
        return false;
    }
    return true;
}

Topic Story::topic(const std::string& sender, Channel channel, const std::string& item) {
    return {world_->network().genesis().content.parameters.name, sender, channel, item};
}

QuorumCertificate Story::quorum_of(VoteType type, const BlockHeader& header,
                                   const std::vector<NodeId>& signers) {
    const Digest& network = world_->network().network();
    QuorumCertificate out{{type, header.height, 0, block_id(header)}, {}};
    for (const NodeId& id : signers) {
        const Bytes vote = vote_to_be_signed(out.content, id, network);
        out.witnesses.push_back({id, world_->network().key(id).sign(vote)});
    }
    return out;
}

void Story::claim(const NodeId& liar, const Words& words) {
    const auto height = static_cast<Height>(words.number_after("height"));
    for (const NodeId& to : words.nodes_after("to"))
        world_->claim_height(liar, height, to);
}

void Story::answer_badly(const NodeId& liar, const Words& words) {
    const NodeId to(words.after("gives"));
    CommittedBlock block =
        world_->disk(liar).ledger.at(static_cast<std::size_t>(words.number_after("block")) - 1);
    if (words.has("quorum")) block.certificate.witnesses.pop_back();
    if (words.has("altered")) block.block.header.app_hash.bytes[0] ^= 1;
    if (words.has("body")) block.block.transactions.pop_back();
    world_->arrive(liar, topic(liar.str(), Channel::answer, to.str()),
                   encode_answer(BlocksAnswer{{block}}), to);
}

void Story::batch_twice(const NodeId& liar, const Words& words) {
    for (const auto& [cluster, batch] : batches_) {
        if (batch.signer != liar) continue;
        Settlement other = std::get<Settlement>(batch.content);
        other.lines.front().salt.bytes[0] ^= 1;
        const auto& network = world_->network();
        const auto second = make_batch(other, network.network(), network.key(liar));
        for (const NodeId& to : words.nodes_after("to")) {
            world_->arrive(liar, topic(liar.str(), Channel::batch, cluster.str()),
                           encode_transaction(second), to);
        }
    }
}

void Story::vote_twice(const NodeId& liar, const Words& words) {
    const Digest& network = world_->network().network();
    for (const NodeId& to : words.nodes_after("to")) {
        const Height height = world_->node(to).state().height + 1;
        for (const char* block : {"one", "other"}) {
            Vote vote{{VoteType::precommit, height, 0, sha256(as_bytes(block))}, liar, {}};
            vote.signature =
                world_->network().key(liar).sign(vote_to_be_signed(vote.content, liar, network));
            world_->arrive(liar, topic(liar.str(), Channel::precommit), encode_vote(vote), to);
        }
    }
}

void Story::propose_twice(const NodeId& liar, const Words& words) {
    const TestNetwork& network = world_->network();
    for (const NodeId& to : words.nodes_after("to")) {
        const ChainState& state = world_->node(to).state();
        for (const std::int64_t time_ms : {1, 2}) {
            BlockOutline outline;
            outline.header.network = network.network();
            outline.header.height = state.height + 1;
            outline.header.parent = state.tip;
            outline.header.proposer = liar;
            outline.header.time_ms = world_->now().real_ms + time_ms;
            Proposal proposal{
                {state.height + 1, 0, std::nullopt, block_id(outline.header)}, liar, {}};
            proposal.signature = network.key(liar).sign(
                proposal_to_be_signed(proposal.content, liar, network.network()));
            world_->arrive(liar, topic(liar.str(), Channel::proposal),
                           encode_proposal({proposal, outline}), to);
        }
    }
}

// A faulty quorum certifies a rival of the tip, or a next block with another app hash.
void Story::certify(const NodeId& liar, const Words& words) {
    const auto signers = words.nodes_after("by");
    for (const NodeId& to : words.nodes_after("to")) {
        const CommittedBlock& tip = world_->disk(to).ledger.back();
        if (words.has("block")) {
            BlockOutline rival = outline_of(tip.block);
            rival.header.time_ms += 1;
            const auto certificate = quorum_of(VoteType::precommit, rival.header, signers);
            world_->arrive(liar, topic(liar.str(), Channel::commit),
                           encode_certified_outline({rival, certificate}), to);
            continue;
        }
        Block next = make_next_block(world_->node(to).state(), liar, tip.block.transactions,
                                     tip.certificate, world_->now().real_ms);
        next.header.app_hash.bytes[0] ^= 1;
        const auto certificate = quorum_of(VoteType::precommit, next.header, signers);
        world_->claim_height(liar, next.header.height + 1, to);
        world_->arrive(liar, topic(liar.str(), Channel::answer, to.str()),
                       encode_answer(BlocksAnswer{{{next, certificate}}}), to);
    }
}

// A polka of the open height with a signature of the node to which it is shown.
void Story::show_foreign_vote(const NodeId& liar, const Words& words) {
    for (const NodeId& to : words.nodes_after("to")) {
        BlockOutline outline;
        outline.header.network = world_->network().network();
        outline.header.height = world_->node(to).state().height + 1;
        outline.header.proposer = liar;
        const auto polka = quorum_of(VoteType::prevote, outline.header, words.nodes_after("by"));
        world_->arrive(liar, topic(liar.str(), Channel::polka),
                       encode_certified_outline({outline, polka}), to);
    }
}

}  // namespace fairfeed::test
