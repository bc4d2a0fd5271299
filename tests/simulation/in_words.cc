#include "tests/simulation/in_words.h"

#include "core/ledger/replay.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"

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

// Empty: there is no better description than the message's size.
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

std::string of_window(const ClusterId& cluster, Window window, std::uint32_t version) {
    return " of " + cluster.str() + ", window " + std::to_string(window) + ", version " +
           std::to_string(version);
}

std::string batch_in_words(const Publish& said, const Digest& network) {
    const auto batch = decode_transaction(said.message, network);
    if (!batch) return {};
    const auto& content = std::get<Settlement>(batch->content);
    std::size_t read = 0;
    for (const SettlementEntry& entry : content.entries)
        read += entry.status == EntryStatus::reading ? 1 : 0;
    return "settles in batch " + short_hex(batch->id) +
           of_window(content.cluster, content.window, content.version) + ", slot " +
           std::to_string(content.slot) + ", " + std::to_string(read) + " of " +
           std::to_string(content.entries.size()) + " read";
}

std::string committee_in_words(const Publish& said, const Digest& network) {
    switch (said.topic.channel) {
        case Channel::batch:
            return batch_in_words(said, network);
        case Channel::endorsement: {
            const auto signed_one = decode_endorsement(said.message, network);
            if (!signed_one) return {};
            const Endorsement& content = signed_one->content;
            return "endorses batch " + short_hex(content.batch) +
                   of_window(content.cluster, content.window, content.version);
        }
        case Channel::objection: {
            const auto signed_one = decode_objection(said.message, network);
            if (!signed_one) return {};
            const Objection& content = signed_one->content;
            return "objects to batch " + short_hex(content.batch) +
                   of_window(content.cluster, content.window, content.version) + ": " +
                   content.reason;
        }
        case Channel::receipt: {
            const auto signed_one = decode_receipt(said.message, network);
            if (!signed_one) return {};
            const Receipt& content = signed_one->content;
            return "receipts reading " + short_hex(content.reading) + " of " + content.meter.str() +
                   ", window " + std::to_string(content.window);
        }
        case Channel::refusal: {
            const auto signed_one = decode_refusal(said.message, network);
            if (!signed_one) return {};
            const Refusal& content = signed_one->content;
            return "refuses " + content.meter.str() + ", window " + std::to_string(content.window) +
                   ": " + content.reason;
        }
        default:
            return {};
    }
}

std::string bundle_in_words(const Publish& said, const Digest& network) {
    const auto bundle = decode_bundle(said.message, network);
    if (!bundle) return {};
    std::map<std::string_view, std::size_t> kinds;
    for (const Transaction& transaction : bundle->transactions)
        ++kinds[to_string(transaction.kind)];
    std::string words = "offers for a block:";
    for (const auto& [kind, count] : kinds)
        words += ' ' + std::to_string(count) + ' ' + std::string(kind);
    return words;
}

}  // namespace

std::string in_words(const Publish& said, const Digest& network) {
    std::string words = chain_in_words(said);
    if (words.empty()) words = committee_in_words(said, network);
    if (said.topic.channel == Channel::tx) words = bundle_in_words(said, network);
    if (!words.empty()) return words;
    return "says " + std::string(to_string(said.topic.channel)) +
           (said.topic.item == "-" ? "" : " to or about " + said.topic.item) + ", " +
           std::to_string(said.message.size()) + " bytes";
}

}  // namespace fairfeed::simulation
