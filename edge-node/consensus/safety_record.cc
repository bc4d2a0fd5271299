#include "edge-node/consensus/safety_record.h"

#include <bit>
#include <limits>
#include <numeric>

#include "core/wire/cbor.h"

namespace fairfeed::consensus {

namespace {

enum Key : std::uint64_t {
    kNetwork = 1,
    kHeight = 2,
    kRound = 3,
    kStep = 4,
    kLocked = 5,
    kValid = 6,
    kPolka = 7,
    kProposal = 8,
    kPrevote = 9,
    kPrecommit = 10,
    kHalt = 11,
    kSilence = 12,
};
constexpr std::size_t kRequiredKeys = 4;

void write_marked(cbor::Writer& out, Key key, const std::optional<Marked>& marked) {
    if (!marked) return;
    out.key(key);
    out.array(2);
    out.bytes(marked->block.view());
    out.unsigned_integer(marked->round);
}

void write_polka(cbor::Writer& out, const std::optional<SafetyRecord::Polka>& polka) {
    if (!polka) return;
    Bytes signatures;
    for (const Signature& signature : polka->signatures)
        append(signatures, signature.view());
    out.key(kPolka);
    out.array(2);
    out.bytes(polka->signers);
    out.bytes(signatures);
}

void write_proposal(cbor::Writer& out, const std::optional<SafetyRecord::OwnProposal>& proposal) {
    if (!proposal) return;
    out.key(kProposal);
    out.array(3);
    if (proposal->valid_round) {
        out.unsigned_integer(*proposal->valid_round);
    } else {
        out.null();
    }
    out.bytes(proposal->block.view());
    out.bytes(proposal->signature.view());
}

void write_vote(cbor::Writer& out, Key key, const std::optional<SafetyRecord::OwnVote>& vote) {
    if (!vote) return;
    out.key(key);
    out.array(2);
    if (vote->block) {
        out.bytes(vote->block->view());
    } else {
        out.null();
    }
    out.bytes(vote->signature.view());
}

void write_halt(cbor::Writer& out, const std::optional<Halt>& halt) {
    if (!halt) return;
    out.key(kHalt);
    out.array(4);
    out.unsigned_integer(static_cast<std::uint64_t>(halt->reason));
    out.unsigned_integer(halt->height);
    out.bytes(halt->ours.view());
    out.bytes(halt->theirs.view());
}

void write_silence(cbor::Writer& out, const std::optional<Silence>& silence) {
    if (!silence) return;
    out.key(kSilence);
    out.array(2);
    out.unsigned_integer(static_cast<std::uint64_t>(silence->reason));
    if (silence->until) {
        out.unsigned_integer(*silence->until);
    } else {
        out.null();
    }
}

Round read_round(cbor::Reader& in) {
    return static_cast<Round>(in.unsigned_at_most(std::numeric_limits<Round>::max()));
}

Marked read_marked(cbor::Reader& in) {
    in.array_of(2);
    Marked out;
    out.block = in.fixed<Digest>();
    out.round = read_round(in);
    return out;
}

SafetyRecord::Polka read_polka(cbor::Reader& in) {
    in.array_of(2);
    SafetyRecord::Polka out;
    out.signers = to_bytes(in.bytes());
    const ByteView signatures = in.bytes();
    if (signatures.size() % Signature::kSize != 0) in.fail(cbor::Fault::malformed);
    for (std::size_t at = 0; at + Signature::kSize <= signatures.size(); at += Signature::kSize) {
        const auto signature = Signature::from(signatures.subspan(at, Signature::kSize));
        out.signatures.push_back(signature.value_or(Signature{}));
    }
    return out;
}

SafetyRecord::OwnProposal read_proposal(cbor::Reader& in) {
    in.array_of(3);
    SafetyRecord::OwnProposal out;
    if (!in.is_null()) out.valid_round = read_round(in);
    out.block = in.fixed<Digest>();
    out.signature = in.fixed<Signature>();
    return out;
}

SafetyRecord::OwnVote read_vote(cbor::Reader& in) {
    in.array_of(2);
    SafetyRecord::OwnVote out;
    if (!in.is_null()) out.block = in.fixed<Digest>();
    out.signature = in.fixed<Signature>();
    return out;
}

// Reasons are numbered from 1.
template <class Reason>
Reason read_reason(cbor::Reader& in, Reason last) {
    const std::uint64_t reason = in.unsigned_at_most(static_cast<std::uint64_t>(last));
    if (reason == 0) in.fail(cbor::Fault::malformed);
    return static_cast<Reason>(reason);
}

Halt read_halt(cbor::Reader& in) {
    in.array_of(4);
    Halt out;
    out.reason = read_reason(in, HaltReason::same_key_elsewhere);
    out.height = in.unsigned_integer();
    out.ours = in.fixed<Digest>();
    out.theirs = in.fixed<Digest>();
    return out;
}

Silence read_silence(cbor::Reader& in) {
    in.array_of(2);
    Silence out;
    out.reason = read_reason(in, SilenceReason::outdated);
    if (!in.is_null()) out.until = in.unsigned_integer();
    return out;
}

bool signers_match(const SafetyRecord::Polka& polka) {
    const std::size_t signers =
        std::accumulate(polka.signers.begin(), polka.signers.end(), std::size_t{0},
                        [](std::size_t sum, std::uint8_t byte) {
                            return sum + static_cast<std::size_t>(std::popcount(byte));
                        });
    return signers == polka.signatures.size();
}

// Whether an honest replica can have written the record.
bool is_plausible(const SafetyRecord& record) {
    if (record.locked && record.locked->round > record.round) return false;
    if (record.valid && record.valid->round > record.round) return false;
    if (record.valid.has_value() != record.polka.has_value()) return false;
    if (record.polka && !signers_match(*record.polka)) return false;
    if (record.proposal && record.proposal->valid_round &&
        *record.proposal->valid_round >= record.round) {
        return false;
    }
    return true;
}

Reject reason_of(cbor::Fault fault) {
    switch (fault) {
        case cbor::Fault::truncated:
            return Reject::truncated;
        case cbor::Fault::not_canonical:
            return Reject::not_canonical;
        case cbor::Fault::none:
        case cbor::Fault::malformed:
            return Reject::malformed;
    }
    return Reject::malformed;
}

std::size_t optional_entries(const SafetyRecord& record) {
    return std::size_t{record.locked.has_value()} + std::size_t{record.valid.has_value()} +
           std::size_t{record.polka.has_value()} + std::size_t{record.proposal.has_value()} +
           std::size_t{record.prevote.has_value()} + std::size_t{record.precommit.has_value()} +
           std::size_t{record.halt.has_value()} + std::size_t{record.silence.has_value()};
}

}  // namespace

Bytes encode_safety_record(const SafetyRecord& record) {
    cbor::Writer out;
    out.map(kRequiredKeys + optional_entries(record));
    out.key(kNetwork);
    out.bytes(record.network.view());
    out.key(kHeight);
    out.unsigned_integer(record.height);
    out.key(kRound);
    out.unsigned_integer(record.round);
    out.key(kStep);
    out.unsigned_integer(static_cast<std::uint64_t>(record.step));
    write_marked(out, kLocked, record.locked);
    write_marked(out, kValid, record.valid);
    write_polka(out, record.polka);
    write_proposal(out, record.proposal);
    write_vote(out, kPrevote, record.prevote);
    write_vote(out, kPrecommit, record.precommit);
    write_halt(out, record.halt);
    write_silence(out, record.silence);
    return out.take();
}

Result<SafetyRecord, Reject> decode_safety_record(ByteView bytes) {
    if (bytes.size() > SafetyRecord::kMaxBytes) return unexpected(Reject::oversized);
    cbor::Reader in(bytes);
    SafetyRecord out;
    const std::size_t entries = in.map();
    in.key(kNetwork);
    out.network = in.fixed<Digest>();
    in.key(kHeight);
    out.height = in.unsigned_integer();
    in.key(kRound);
    out.round = read_round(in);
    in.key(kStep);
    out.step = static_cast<Step>(in.unsigned_at_most(static_cast<std::uint64_t>(Step::precommit)));
    if (in.optional_key(kLocked)) out.locked = read_marked(in);
    if (in.optional_key(kValid)) out.valid = read_marked(in);
    if (in.optional_key(kPolka)) out.polka = read_polka(in);
    if (in.optional_key(kProposal)) out.proposal = read_proposal(in);
    if (in.optional_key(kPrevote)) out.prevote = read_vote(in);
    if (in.optional_key(kPrecommit)) out.precommit = read_vote(in);
    if (in.optional_key(kHalt)) out.halt = read_halt(in);
    if (in.optional_key(kSilence)) out.silence = read_silence(in);
    if (!in.finish()) return unexpected(reason_of(in.fault()));
    if (entries != kRequiredKeys + optional_entries(out) || !is_plausible(out)) {
        return unexpected(Reject::malformed);
    }
    return out;
}

}  // namespace fairfeed::consensus
