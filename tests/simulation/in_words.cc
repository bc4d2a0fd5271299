#include "tests/simulation/in_words.h"

#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"

namespace fairfeed::simulation {
namespace {

std::string place(Height height, Round round) {
    return " at height " + std::to_string(height) + ", round " + std::to_string(round);
}

std::string vote_in_words(const Vote& vote) {
    const VoteContent& content = vote.content;
    return std::string(content.type == VoteType::prevote ? "prevotes " : "precommits ") +
           (content.block ? short_hex(*content.block) : "nil") +
           place(content.height, content.round);
}

std::string certified_in_words(const Publish& said, std::string_view what) {
    const auto certified = decode_certified_outline(said.message);
    if (!certified) return {};
    const VoteContent& content = certified->certificate.content;
    return "shows the " + std::string(what) + " of " +
           (content.block ? short_hex(*content.block) : "nil") +
           place(content.height, content.round);
}

// Empty: nothing better than its size.
std::string chain_in_words(const Publish& said) {
    switch (said.topic.channel) {
        case Channel::prevote:
        case Channel::precommit: {
            const auto vote = decode_vote(said.message);
            return vote ? vote_in_words(*vote) : "";
        }
        case Channel::proposal: {
            const auto message = decode_proposal(said.message);
            if (!message) return {};
            const ProposalContent& content = message->proposal.content;
            return "proposes " + short_hex(content.block) + place(content.height, content.round) +
                   ", " + std::to_string(message->outline.transactions.size()) + " transactions";
        }
        case Channel::polka:
            return certified_in_words(said, "polka");
        case Channel::commit:
            return certified_in_words(said, "certificate");
        default:
            return {};
    }
}

}  // namespace

std::string in_words(const Publish& said) {
    std::string words = chain_in_words(said);
    if (!words.empty()) return words;
    return "says " + std::string(to_string(said.topic.channel)) +
           (said.topic.item == "-" ? "" : " to or about " + said.topic.item) + ", " +
           std::to_string(said.message.size()) + " bytes";
}

}  // namespace fairfeed::simulation
