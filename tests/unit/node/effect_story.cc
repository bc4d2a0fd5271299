#include <algorithm>
#include <array>

#include "core/base/check.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/message_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/unit/node/story.h"

namespace fairfeed::test {
namespace {

std::string in_window(Window window) {
    return " of window " + std::to_string(window);
}

std::string numbered(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string entries(const Settlement& settlement) {
    std::string out;
    for (const SettlementEntry& entry : settlement.entries) {
        if (entry.status == EntryStatus::reading) continue;
        out += ", " + entry.meter.str();
        out += entry.status == EntryStatus::missing ? " missing" : " in conflict";
    }
    return out.empty() ? ", nobody missing" : out;
}

std::string batch(const Transaction& transaction) {
    const auto& settlement = std::get<Settlement>(transaction.content);
    return "batch" + in_window(settlement.window) + " version " +
           std::to_string(settlement.version) + " from slot " + std::to_string(settlement.slot) +
           entries(settlement);
}

std::string offence(const Evidence& evidence) {
    static constexpr std::array kNames{"two readings", "two batches", "two votes", "two proposals"};
    return kNames.at(static_cast<std::size_t>(evidence.offence) - 1) + std::string(" of ") +
           evidence.culprit;
}

std::string late(const Settlement& settlement) {
    std::string out;
    for (const ListedReading& reading : settlement.late)
        out += ", " + reading.meter.str() + " late" + in_window(reading.window);
    const AdjustmentTotals& adjusted = settlement.totals.adjusted;
    if (adjusted.import_wh != 0) {
        out += ", trues up " + std::to_string(adjusted.import_wh) + " Wh of import";
    }
    if (adjusted.export_wh != 0) {
        out += ", trues up " + std::to_string(adjusted.export_wh) + " Wh of export";
    }
    return out;
}

std::string settled(const Settlement& settlement, std::size_t readings, std::size_t endorsements) {
    return "window " + std::to_string(settlement.window) + " by " + settlement.proposer.str() +
           " for " + numbered(readings, "reading") + entries(settlement) + late(settlement) +
           ", vouched for by " + std::to_string(endorsements);
}

std::string allocated(const CommitteeAllocation& committee) {
    std::string out = committee.cluster.str() + " given to";
    for (const NodeId& member : committee.members)
        out += " " + member.str();
    return out + " from window " + std::to_string(committee.effective);
}

std::string block(const Block& block) {
    std::vector<std::string> parts;
    std::size_t readings = 0;
    for (const Transaction& transaction : block.transactions) {
        if (transaction.kind == TransactionKind::reading) {
            ++readings;
        } else if (const auto* settlement = std::get_if<Settlement>(&transaction.content)) {
            parts.push_back(settled(*settlement, readings, transaction.endorsements.size()));
            readings = 0;
        } else if (const auto* evidence = std::get_if<Evidence>(&transaction.content)) {
            parts.push_back("evidence of " + offence(*evidence));
        } else if (const auto* alarm = std::get_if<MeterAlarm>(&transaction.content)) {
            parts.push_back("alarm of " + alarm->meter.str() + in_window(alarm->window));
        } else if (const auto* node = std::get_if<NodeRegistration>(&transaction.content)) {
            parts.push_back(node->node.str() + " registered");
        } else if (const auto* gone = std::get_if<NodeRevocation>(&transaction.content)) {
            parts.push_back(gone->node.str() + " revoked");
        } else if (const auto* given = std::get_if<CommitteeAllocation>(&transaction.content)) {
            parts.push_back(allocated(*given));
        } else if (const auto* handover = std::get_if<Handover>(&transaction.content)) {
            parts.push_back("handover by " + transaction.signer.str() + " after window " +
                            std::to_string(handover->window));
        } else {
            parts.push_back("notice of " + transaction.signer.str());
        }
    }
    std::string out = "commits block " + std::to_string(block.header.height) + ": ";
    for (const std::string& part : parts)
        out += (&part == &parts.front() ? "" : ", and ") + part;
    return out;
}

std::string standing(const Bytes& bytes) {
    const auto record = consensus::decode_safety_record(bytes);
    CHECK(record.has_value());
    if (record->halt) {
        const bool diverged = record->halt->reason == consensus::HaltReason::diverged;
        return std::string("writes down that it signs nothing any more: ") +
               (diverged ? "diverged" : "same key elsewhere");
    }
    if (!record->silence) return {};
    static constexpr std::array kReasons{"lost", "damaged", "outdated"};
    return std::string("writes down that its safety record is ") +
           kReasons.at(static_cast<std::size_t>(record->silence->reason) - 1) +
           (record->silence->until
                ? ": silent until block " + std::to_string(*record->silence->until)
                : ": silent");
}

std::string round_of(Height height, Round round) {
    return " in round " + std::to_string(round) + " of height " + std::to_string(height);
}

struct Teller {
    const Digest& network;
    BlockNames* rounds;

    std::string operator()(const PersistReading& effect) const {
        return "keeps the reading of " + effect.reading.header.meter.str() +
               in_window(effect.reading.header.window);
    }
    std::string operator()(const PersistBatch& effect) const {
        return "keeps its " + batch(effect.batch);
    }
    std::string operator()(const PersistEndorsement& effect) const {
        return "keeps its endorsement of the " + batch(effect.batch);
    }
    std::string operator()(const PersistBlock&) const { return {}; }
    std::string operator()(const PersistSafety& effect) const { return standing(effect.record); }
    std::string operator()(const CommitBlock& effect) const { return block(effect.block->block); }
    std::string operator()(const ForgetWindow&) const { return {}; }
    std::string operator()(const AnswerBlocks& effect) const {
        return "gives " + effect.to.str() + " blocks from " + std::to_string(effect.request.from);
    }
    std::string operator()(const MendBlock& effect) const {
        return "mends block " + std::to_string(effect.block->block.header.height);
    }
    std::string operator()(const PersistSilencedWindows& effect) const {
        std::string out = "writes down that it does not know what it endorsed";
        for (const auto& [cluster, window] : effect.up_to)
            out += ", " + cluster.str() + " up to window " + std::to_string(window);
        return out;
    }
    std::string operator()(const Publish& effect) const;
    std::string round_message(const Publish& effect) const;
};

std::string receipt(const Receipt& said) {
    const bool is_alarm = said.sequence == kAlarmCounter;
    return (is_alarm ? "receipts the alarm of " : "receipts ") + said.meter.str() +
           in_window(said.window);
}

std::string share(const ShareStatement& said) {
    return "tells " + said.meter.str() + " its share" + in_window(said.window) + ": " +
           std::to_string(said.mes_w) + " W";
}

std::string objection(const Objection& said) {
    return "objects to version " + std::to_string(said.version) + in_window(said.window) + ": " +
           said.reason + (said.reading.empty() ? "" : ", the reading with it");
}

std::string request(const Request& said, const std::string& to) {
    if (const auto* readings = std::get_if<ReadingsRequest>(&said)) {
        return "asks " + to + " for " + numbered(readings->readings.size(), "reading");
    }
    if (const auto* blocks = std::get_if<BlocksRequest>(&said)) {
        return "asks " + to + " for blocks from " + std::to_string(blocks->from);
    }
    if (const auto* bodies = std::get_if<BodiesRequest>(&said)) {
        return "asks " + to + " for " + numbered(bodies->transactions.size(), "transaction");
    }
    return "asks what the others have seen of its votes";
}

std::string answer(const Answer& said, const std::string& to) {
    if (const auto* readings = std::get_if<ReadingsAnswer>(&said)) {
        if (readings->readings.empty()) return {};
        return "gives " + to + " " + numbered(readings->readings.size(), "reading");
    }
    if (const auto* bodies = std::get_if<BodiesAnswer>(&said)) {
        return "gives " + to + " " + numbered(bodies->transactions.size(), "transaction");
    }
    const auto* attest = std::get_if<AttestAnswer>(&said);
    if (attest == nullptr) return {};
    const std::size_t seen = attest->votes.size() + attest->proposals.size();
    return "tells " + to + ": height " + std::to_string(attest->height) + ", " +
           (seen == 0 ? "nothing" : numbered(seen, "statement")) + " of it";
}

// Tells evidence and alarms that wait for a block; other transactions are told when they are
// committed.
std::string bundle(const TransactionBundle& said) {
    std::string out;
    for (const Transaction& transaction : said.transactions) {
        if (const auto* evidence = std::get_if<Evidence>(&transaction.content)) {
            out += (out.empty() ? "brings evidence of " : ", ") + offence(*evidence);
        } else if (const auto* alarm = std::get_if<MeterAlarm>(&transaction.content)) {
            out += (out.empty() ? "passes on the alarm of " : ", ") + alarm->meter.str();
        }
    }
    return out;
}

std::string Teller::round_message(const Publish& effect) const {
    if (rounds == nullptr) return {};
    switch (effect.topic.channel) {
        case Channel::proposal: {
            const ProposalContent said = decode_proposal(effect.message)->proposal.content;
            return "proposes " + rounds->of(said.block) + round_of(said.height, said.round) +
                   (said.valid_round ? ", valid since round " + std::to_string(*said.valid_round)
                                     : "");
        }
        case Channel::prevote:
        case Channel::precommit: {
            const VoteContent said = decode_vote(effect.message)->content;
            return (said.type == VoteType::prevote ? "prevotes " : "precommits ") +
                   rounds->of(said.block) + round_of(said.height, said.round);
        }
        default:
            return {};
    }
}

std::string Teller::operator()(const Publish& effect) const {
    const Bytes& message = effect.message;
    const std::string& item = effect.topic.item;
    switch (effect.topic.channel) {
        case Channel::receipt:
            return receipt(decode_receipt(message, network)->content);
        case Channel::refusal: {
            const Refusal said = decode_refusal(message, network)->content;
            return "refuses " + said.meter.str() + in_window(said.window) + ": " + said.reason;
        }
        case Channel::share:
            return share(decode_share(message, network)->content);
        case Channel::batch:
            return "says the " + batch(*decode_transaction(message, network));
        case Channel::endorsement: {
            const Endorsement said = decode_endorsement(message, network)->content;
            return "endorses version " + std::to_string(said.version) + in_window(said.window);
        }
        case Channel::objection:
            return objection(decode_objection(message, network)->content);
        case Channel::request:
            return request(decode_request(message, network)->content, item);
        case Channel::answer:
            return answer(*decode_answer(message, network), item);
        case Channel::tx:
            return bundle(*decode_bundle(message, network));
        case Channel::have:
            return "has " + numbered(decode_have(message)->size(), "transaction") + " waiting";
        default:
            return round_message(effect);
    }
}

}  // namespace

bool is_of_committee(const Effect& effect) {
    static const std::set<Channel> kChannels{Channel::receipt,     Channel::refusal,
                                             Channel::share,       Channel::batch,
                                             Channel::endorsement, Channel::objection};
    const auto* publish = std::get_if<Publish>(&effect);
    if (publish != nullptr) return kChannels.contains(publish->topic.channel);
    return std::holds_alternative<PersistReading>(effect) ||
           std::holds_alternative<PersistBatch>(effect) ||
           std::holds_alternative<PersistEndorsement>(effect);
}

std::string tell(const Effect& effect, const Digest& network, BlockNames* rounds) {
    return std::visit(Teller{network, rounds}, effect);
}

}  // namespace fairfeed::test
