#include <algorithm>

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

std::string block(const Block& block) {
    std::string out = "commits block " + std::to_string(block.header.height) + ":";
    std::size_t readings = 0;
    for (const Transaction& transaction : block.transactions) {
        const auto* settlement = std::get_if<Settlement>(&transaction.content);
        if (transaction.kind == TransactionKind::reading) ++readings;
        if (settlement == nullptr) continue;
        out += " window " + std::to_string(settlement->window) + " by " +
               settlement->proposer.str() + " for " + numbered(readings, "reading") +
               entries(*settlement) + ", vouched for by " +
               std::to_string(transaction.endorsements.size());
        readings = 0;
    }
    return out;
}

struct Teller {
    const Digest& network;

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
    std::string operator()(const PersistSafety&) const { return {}; }
    std::string operator()(const CommitBlock& effect) const { return block(effect.block.block); }
    std::string operator()(const ForgetWindow&) const { return {}; }
    std::string operator()(const AnswerBlocks&) const { return {}; }
    std::string operator()(const MendBlock&) const { return {}; }
    std::string operator()(const PersistDoubts&) const { return {}; }
    std::string operator()(const Publish& effect) const;
};

std::string receipt(const Receipt& said) {
    return "receipts " + said.meter.str() + in_window(said.window);
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
    const auto* readings = std::get_if<ReadingsRequest>(&said);
    if (readings == nullptr) return {};
    return "asks " + to + " for " + numbered(readings->readings.size(), "reading");
}

std::string answer(const Answer& said, const std::string& to) {
    const auto* readings = std::get_if<ReadingsAnswer>(&said);
    if (readings == nullptr || readings->readings.empty()) return {};
    return "gives " + to + " " + numbered(readings->readings.size(), "reading");
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
        case Channel::reading:
        case Channel::event:
        case Channel::proposal:
        case Channel::prevote:
        case Channel::precommit:
        case Channel::polka:
        case Channel::commit:
        case Channel::status:
        case Channel::tx:
        case Channel::command:
        case Channel::tariff:
            return {};
    }
    return {};
}

}  // namespace

std::string tell(const Effect& effect, const Digest& network) {
    return std::visit(Teller{network}, effect);
}

}  // namespace fairfeed::test
