#include "core/wire/consensus_codec.h"

#include "core/base/check.h"
#include "core/wire/chain_codec.h"
#include "core/wire/chunk.h"
#include "core/wire/cose.h"
#include "core/wire/decoding.h"

namespace fairfeed {
namespace {

cose::Domain domain_of(VoteType type) {
    switch (type) {
        case VoteType::prevote:
            return cose::Domain::prevote;
        case VoteType::precommit:
            return cose::Domain::precommit;
    }
    CHECK(false);
}

Bytes encode_vote_content(const VoteContent& vote) {
    cbor::Writer writer;
    writer.map(vote.block ? 4 : 3);
    put_unsigned(writer, 1, static_cast<std::uint64_t>(vote.type));
    put_unsigned(writer, 2, vote.height);
    put_unsigned(writer, 3, vote.round);
    if (vote.block) put_bytes(writer, 4, vote.block->view());
    return writer.take();
}

Result<VoteContent, Reject> decode_vote_content(ByteView bytes) {
    cbor::Reader reader(bytes);
    VoteContent vote;
    const std::size_t size = reader.map();
    const std::uint64_t type = take_unsigned(reader, 1);
    if (type != 1 && type != 2) reader.fail(cbor::Fault::malformed);
    vote.type = static_cast<VoteType>(type);
    vote.height = take_unsigned(reader, 2);
    vote.round = take_u32(reader, 3);
    if (size == 4) vote.block = take_fixed<Digest>(reader, 4);
    if (size != 3 && size != 4) reader.fail(cbor::Fault::malformed);
    return finished(reader, vote);
}

Bytes encode_proposal_content(const ProposalContent& proposal) {
    cbor::Writer writer;
    writer.map(proposal.valid_round ? 4 : 3);
    put_unsigned(writer, 1, proposal.height);
    put_unsigned(writer, 2, proposal.round);
    put_bytes(writer, 3, proposal.block.view());
    if (proposal.valid_round) put_unsigned(writer, 4, *proposal.valid_round);
    return writer.take();
}

Result<ProposalContent, Reject> decode_proposal_content(ByteView bytes) {
    cbor::Reader reader(bytes);
    ProposalContent proposal;
    const std::size_t size = reader.map();
    proposal.height = take_unsigned(reader, 1);
    proposal.round = take_u32(reader, 2);
    proposal.block = take_fixed<Digest>(reader, 3);
    if (size == 4) proposal.valid_round = take_u32(reader, 4);
    if (size != 3 && size != 4) reader.fail(cbor::Fault::malformed);
    return finished(reader, proposal);
}

}  // namespace

Bytes vote_to_be_signed(const VoteContent& vote, const NodeId& validator, const Digest& network) {
    return cose::to_be_signed(domain_of(vote.type), network, validator.view(),
                              encode_vote_content(vote));
}

Bytes proposal_to_be_signed(const ProposalContent& proposal, const NodeId& proposer,
                            const Digest& network) {
    return cose::to_be_signed(cose::Domain::proposal, network, proposer.view(),
                              encode_proposal_content(proposal));
}

Bytes encode_vote(const Vote& vote) {
    return cose::assemble_sign1(vote.validator.view(), encode_vote_content(vote.content),
                                vote.signature);
}

Result<Vote, Reject> decode_vote(ByteView bytes) {
    if (bytes.size() > kMaxMessageBytes) return unexpected(Reject::oversized);
    const auto message = cose::parse_sign1(bytes);
    if (!message) return unexpected(message.error());
    const auto content = decode_vote_content(message->payload);
    if (!content) return unexpected(content.error());
    return Vote{
        .content = *content, .validator = NodeId(message->kid), .signature = message->signature};
}

Result<void, Reject> verify_vote(const Vote& vote, const Digest& network, const VerifyKey& key) {
    return cose::check_signature(vote_to_be_signed(vote.content, vote.validator, network),
                                 vote.signature, key);
}

Bytes encode_signed_proposal(const Proposal& proposal) {
    return cose::assemble_sign1(proposal.proposer.view(), encode_proposal_content(proposal.content),
                                proposal.signature);
}

Result<Proposal, Reject> decode_signed_proposal(ByteView envelope) {
    const auto message = cose::parse_sign1(envelope);
    if (!message) return unexpected(message.error());
    const auto content = decode_proposal_content(message->payload);
    if (!content) return unexpected(content.error());
    return Proposal{
        .content = *content, .proposer = NodeId(message->kid), .signature = message->signature};
}

Bytes encode_proposal(const ProposalMessage& message) {
    cbor::Writer writer;
    writer.array(2);
    writer.bytes(encode_signed_proposal(message.proposal));
    writer.raw(encode_outline(message.outline));
    return writer.take();
}

Result<ProposalMessage, Reject> decode_proposal(ByteView bytes) {
    if (bytes.size() > kMaxMessageBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    reader.array_of(2);
    const ByteView envelope = reader.bytes();
    const ByteView outline_bytes = reader.item();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    auto proposal = decode_signed_proposal(envelope);
    if (!proposal) return unexpected(proposal.error());
    auto outline = decode_outline(outline_bytes);
    if (!outline) return unexpected(outline.error());
    if (block_id(outline->header) != proposal->content.block) return unexpected(Reject::malformed);
    return ProposalMessage{.proposal = std::move(*proposal), .outline = std::move(*outline)};
}

Result<void, Reject> verify_proposal(const Proposal& proposal, const Digest& network,
                                     const VerifyKey& key) {
    return cose::check_signature(
        proposal_to_be_signed(proposal.content, proposal.proposer, network), proposal.signature,
        key);
}

Bytes encode_certified_outline(const CertifiedOutline& message) {
    cbor::Writer writer;
    writer.array(2);
    writer.raw(encode_outline(message.outline));
    writer.raw(encode_certificate(message.certificate));
    return writer.take();
}

Result<CertifiedOutline, Reject> decode_certified_outline(ByteView bytes) {
    if (bytes.size() > kMaxMessageBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(bytes);
    reader.array_of(2);
    const ByteView outline_bytes = reader.item();
    const ByteView certificate_bytes = reader.item();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    auto outline = decode_outline(outline_bytes);
    if (!outline) return unexpected(outline.error());
    auto certificate = decode_certificate(certificate_bytes);
    if (!certificate) return unexpected(certificate.error());
    return CertifiedOutline{.outline = std::move(*outline), .certificate = std::move(*certificate)};
}

}  // namespace fairfeed
