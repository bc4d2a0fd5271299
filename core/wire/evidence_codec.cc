#include "core/wire/evidence_codec.h"

#include <algorithm>
#include <tuple>

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/cose.h"
#include "core/wire/decoding.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_codec.h"

namespace fairfeed {
namespace {

// The fields of a signed message that can contradict another message.
struct Statement {
    cose::Domain domain = cose::Domain::reading;
    std::string signer;
    Digest id;
    OffencePlace place;
    std::uint64_t sequence = 0;  // of a reading
    std::uint32_t slot = 0;      // of a batch
    std::uint32_t version = 0;
};
using Read = Result<Statement, Reject>;

Statement about_window(cose::Domain domain, std::string signer, const ClusterId& cluster,
                       Window window) {
    Statement said;
    said.domain = domain;
    said.signer = std::move(signer);
    said.place.cluster = cluster;
    said.place.earlier = said.place.window = window;
    return said;
}

Statement about_height(cose::Domain domain, const NodeId& signer, Height height, Round round) {
    Statement said;
    said.domain = domain;
    said.signer = signer.str();
    said.place.height = height;
    said.place.round = round;
    return said;
}

Read read_reading(ByteView envelope, const Digest& network) {
    const auto reading = decode_reading(envelope, network);
    if (!reading) return unexpected(reading.error());
    const ReadingHeader& header = reading->header;
    Statement said =
        about_window(cose::Domain::reading, header.meter.str(), header.cluster, header.window);
    said.sequence = header.sequence;
    return said;
}

Read read_batch(ByteView payload) {
    const auto head = decode_settlement_head(payload);
    if (!head) return unexpected(head.error());
    const Settlement& batch = head->content;
    Statement said =
        about_window(cose::Domain::batch, batch.proposer.str(), batch.cluster, batch.window);
    said.slot = batch.slot;
    said.version = batch.version;
    return said;
}

Read read_vote(ByteView envelope) {
    const auto vote = decode_vote(envelope);
    if (!vote) return unexpected(vote.error());
    const VoteContent& content = vote->content;
    const bool prevote = content.type == VoteType::prevote;
    return about_height(prevote ? cose::Domain::prevote : cose::Domain::precommit, vote->validator,
                        content.height, content.round);
}

Read read_proposal(ByteView envelope) {
    const auto proposal = decode_signed_proposal(envelope);
    if (!proposal) return unexpected(proposal.error());
    return about_height(cose::Domain::proposal, proposal->proposer, proposal->content.height,
                        proposal->content.round);
}

Read read_content(Offence offence, ByteView envelope, ByteView payload, const Digest& network) {
    switch (offence) {
        case Offence::two_readings:
            return read_reading(envelope, network);
        case Offence::two_batches:
            return read_batch(payload);
        case Offence::two_votes:
            return read_vote(envelope);
        case Offence::two_proposals:
            return read_proposal(envelope);
    }
    CHECK(false);
}

Read read_statement(Offence offence, ByteView envelope, const Digest& network) {
    const auto message = cose::parse_sign1(envelope);
    if (!message) return unexpected(message.error());
    auto said = read_content(offence, envelope, message->payload, network);
    if (!said) return said;
    if (said->signer != message->kid) return unexpected(Reject::malformed);
    said->id = cose::id_of(said->domain, network, *message);
    return said;
}

bool contradict(Offence offence, const Statement& a, const Statement& b) {
    if (a.signer != b.signer || a.domain != b.domain || a.id == b.id) return false;
    switch (offence) {
        case Offence::two_readings:
            return a.place.window == b.place.window || a.sequence == b.sequence;
        case Offence::two_batches:
            return a.place == b.place && a.slot == b.slot && a.version == b.version;
        case Offence::two_votes:
        case Offence::two_proposals:
            return a.place == b.place;
    }
    CHECK(false);
}

Digest evidence_id(const Evidence& evidence, const Digest& network) {
    cbor::Writer writer;
    writer.array(5);
    writer.text("ff1/evidence");
    writer.bytes(network.view());
    writer.unsigned_integer(static_cast<std::uint64_t>(evidence.offence));
    writer.bytes(evidence.first_id.view());
    writer.bytes(evidence.second_id.view());
    return sha256(writer.result());
}

Bytes encode_pair(const Evidence& evidence) {
    cbor::Writer writer;
    writer.array(3);
    writer.unsigned_integer(static_cast<std::uint64_t>(evidence.offence));
    writer.bytes(evidence.first);
    writer.bytes(evidence.second);
    return writer.take();
}

Result<void, Reject> verify_one(cose::Domain domain, ByteView envelope, const Digest& network,
                                const VerifyKey& key) {
    const auto message = cose::parse_sign1(envelope);
    if (!message) return unexpected(message.error());
    return cose::verify_sign1(domain, network, *message, key);
}

}  // namespace

std::string_view to_string(Offence offence) {
    switch (offence) {
        case Offence::two_readings:
            return "two_readings";
        case Offence::two_batches:
            return "two_batches";
        case Offence::two_votes:
            return "two_votes";
        case Offence::two_proposals:
            return "two_proposals";
    }
    CHECK(false);
}

Result<Transaction, Reject> make_evidence(Offence offence, ByteView one, ByteView other,
                                          const Digest& network) {
    if (one.size() + other.size() > kMaxEvidenceBytes) return unexpected(Reject::oversized);
    auto a = read_statement(offence, one, network);
    if (!a) return unexpected(a.error());
    auto b = read_statement(offence, other, network);
    if (!b) return unexpected(b.error());
    if (!contradict(offence, *a, *b)) return unexpected(Reject::no_offence);
    const bool in_order = a->id < b->id;
    const auto& [low, high] = in_order ? std::tie(*a, *b) : std::tie(*b, *a);
    Evidence evidence{.offence = offence,
                      .culprit = low.signer,
                      .first_id = low.id,
                      .second_id = high.id,
                      .first = to_bytes(in_order ? one : other),
                      .second = to_bytes(in_order ? other : one),
                      .place = low.place};
    evidence.place.earlier = std::min(low.place.window, high.place.window);
    evidence.place.window = std::max(low.place.window, high.place.window);
    Bytes envelope = encode_pair(evidence);
    if (envelope.size() > kMaxEvidenceBytes) return unexpected(Reject::oversized);
    return Transaction{.kind = TransactionKind::evidence,
                       .id = evidence_id(evidence, network),
                       .signer = NodeId(evidence.culprit),
                       .envelope = std::move(envelope),
                       .endorsements = {},
                       .content = std::move(evidence)};
}

Result<Transaction, Reject> decode_evidence(ByteView envelope, const Digest& network) {
    if (envelope.size() > kMaxEvidenceBytes) return unexpected(Reject::oversized);
    cbor::Reader reader(envelope);
    reader.array_of(3);
    const std::uint64_t offence = reader.unsigned_integer();
    const ByteView first = reader.bytes();
    const ByteView second = reader.bytes();
    if (!reader.finish()) return unexpected(reject_of(reader.fault()));
    if (offence < static_cast<std::uint64_t>(Offence::two_readings) ||
        offence > static_cast<std::uint64_t>(Offence::two_proposals)) {
        return unexpected(Reject::malformed);
    }
    auto made = make_evidence(static_cast<Offence>(offence), first, second, network);
    if (made && !std::ranges::equal(made->envelope, envelope)) {
        return unexpected(Reject::not_canonical);
    }
    return made;
}

Result<void, Reject> verify_evidence(const Evidence& evidence, const Digest& network,
                                     const VerifyKey& culprit) {
    for (const Bytes& envelope : {evidence.first, evidence.second}) {
        const auto said = read_statement(evidence.offence, envelope, network);
        if (!said) return unexpected(said.error());
        const auto valid = verify_one(said->domain, envelope, network, culprit);
        if (!valid) return valid;
    }
    return {};
}

}  // namespace fairfeed
