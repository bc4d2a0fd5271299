// The fields of requests and of answers to them.
#include "core/wire/chain_codec.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/message_fields.h"

namespace fairfeed {
namespace {

struct RequestFields {
    Fields operator()(const BlocksRequest& request) const {
        return {{"asks for", count_text(request.count, "block", "blocks") + " from height " +
                                 std::to_string(request.from)}};
    }
    Fields operator()(const BodiesRequest& request) const {
        return wanted(request.transactions, "transaction", "transactions");
    }
    Fields operator()(const ReadingsRequest& request) const {
        return wanted(request.readings, "reading", "readings");
    }
    Fields operator()(const AttestRequest& request) const {
        return {{"asks for", "its own votes from height " + std::to_string(request.deciding)}};
    }
    static Fields wanted(const std::vector<Digest>& ids, std::string_view one,
                         std::string_view many) {
        Fields fields = {{"asks for", count_text(ids.size(), one, many)}};
        for (const Digest& id : ids)
            fields.emplace_back("  id", short_hex(id));
        return fields;
    }
};

struct AnswerFields {
    Fields operator()(const BlocksAnswer& answer) const {
        Fields fields = {{"carries", count_text(answer.blocks.size(), "block", "blocks")}};
        for (const CommittedBlock& block : answer.blocks) {
            fields.emplace_back("  height " + std::to_string(block.block.header.height),
                                short_hex(block_id(block.block.header)) + ", certified by " +
                                    witnesses_text(block.certificate.witnesses));
        }
        return fields;
    }
    Fields operator()(const BodiesAnswer& answer) const {
        Fields fields = {
            {"carries", count_text(answer.transactions.size(), "transaction", "transactions")}};
        for (const Transaction& transaction : answer.transactions) {
            fields.emplace_back("  " + std::string(to_string(transaction.kind)),
                                short_hex(transaction.id) + " by " + transaction.signer.str());
        }
        return fields;
    }
    Fields operator()(const ReadingsAnswer& answer) const {
        Fields fields = {{"carries", count_text(answer.readings.size(), "reading", "readings")}};
        for (const SignedReading& reading : answer.readings) {
            fields.emplace_back(
                "  " + reading.header.meter.str(),
                "window " + std::to_string(reading.header.window) + ", " + short_hex(reading.id));
        }
        return fields;
    }
    Fields operator()(const AttestAnswer& answer) const {
        return {{"tip", "height " + std::to_string(answer.height)},
                {"attests", count_text(answer.votes.size(), "vote", "votes") + ", " +
                                count_text(answer.proposals.size(), "proposal", "proposals")},
                {"question", short_hex(answer.question)}};
    }
};

}  // namespace

Fields fields_of(const Request& request) {
    return std::visit(RequestFields{}, request);
}

Fields fields_of(const Answer& answer) {
    return std::visit(AnswerFields{}, answer);
}

}  // namespace fairfeed
