#include "core/wire/attest_codec.h"

#include "core/wire/consensus_codec.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

// [envelope, ...], each decoded by itself; stops at the first fault.
template <class T, class Decode>
Result<std::vector<T>, Reject> read_envelopes(cbor::Reader& reader, const Decode& decode) {
    std::vector<T> out;
    const std::size_t size = reader.array();
    if (size > kMaxAttested) reader.fail(cbor::Fault::malformed);
    for (std::size_t i = 0; i < size && reader.ok(); ++i) {
        const ByteView bytes = reader.bytes();
        if (!reader.ok()) break;
        auto item = decode(bytes);
        if (!item) return unexpected(item.error());
        out.push_back(std::move(*item));
    }
    return out;
}

}  // namespace

void write_attest_answer(cbor::Writer& writer, const AttestAnswer& answer) {
    writer.bytes(answer.question.view());
    writer.unsigned_integer(answer.height);
    writer.array(answer.votes.size());
    for (const Vote& vote : answer.votes)
        writer.bytes(encode_vote(vote));
    writer.array(answer.proposals.size());
    for (const Proposal& proposal : answer.proposals)
        writer.bytes(encode_signed_proposal(proposal));
}

Result<AttestAnswer, Reject> read_attest_answer(cbor::Reader& reader) {
    AttestAnswer answer;
    reader.array_of(4);
    answer.question = reader.fixed<Digest>();
    answer.height = reader.unsigned_integer();
    auto votes = read_envelopes<Vote>(reader, decode_vote);
    if (!votes) return unexpected(votes.error());
    answer.votes = std::move(*votes);
    auto proposals = read_envelopes<Proposal>(reader, decode_signed_proposal);
    if (!proposals) return unexpected(proposals.error());
    answer.proposals = std::move(*proposals);
    return finished(reader, std::move(answer));
}

}  // namespace fairfeed
