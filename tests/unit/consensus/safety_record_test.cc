// The safety record's bytes: a record survives encoding and decoding, and damaged bytes are never
// accepted as a record.
#include <gtest/gtest.h>

#include "core/wire/cbor.h"
#include "edge-node/consensus/safety_record.h"
#include "tests/unit/consensus/effect_text.h"

namespace fairfeed::consensus {
namespace {

Signature signature_of(std::size_t i) {
    Signature out;
    out.bytes.fill(static_cast<std::uint8_t>(i + 1));
    return out;
}

// The record of a proposer among 31 validators that has locked its own repeated proposal.
SafetyRecord full_record() {
    SafetyRecord out;
    out.network = block_named('N');
    out.height = UINT64_MAX;
    out.round = UINT32_MAX;
    out.step = Step::precommit;
    out.locked = Marked{block_named('V'), UINT32_MAX};
    out.valid = Marked{block_named('V'), UINT32_MAX};
    SafetyRecord::Polka polka;
    polka.signers = {0xff, 0xff, 0x1f, 0x00};
    for (std::size_t i = 0; i < 21; ++i)
        polka.signatures.push_back(signature_of(i));
    out.polka = polka;
    out.proposal = SafetyRecord::OwnProposal{UINT32_MAX - 1, block_named('V'), signature_of(40)};
    out.prevote = SafetyRecord::OwnVote{block_named('V'), signature_of(41)};
    out.precommit = SafetyRecord::OwnVote{block_named('V'), signature_of(42)};
    return out;
}

SafetyRecord small_record() {
    SafetyRecord out;
    out.network = block_named('N');
    out.height = 1;
    out.step = Step::prevote;
    out.prevote = SafetyRecord::OwnVote{std::nullopt, signature_of(0)};
    return out;
}

Reject refusal_of(ByteView bytes) {
    const auto decoded = decode_safety_record(bytes);
    EXPECT_FALSE(decoded.has_value());
    return decoded ? Reject{} : decoded.error();
}

TEST(SafetyRecordBytes, come_back_as_they_went) {
    for (const SafetyRecord& record : {full_record(), small_record()}) {
        const Bytes bytes = encode_safety_record(record);
        const auto decoded = decode_safety_record(bytes);
        ASSERT_TRUE(decoded.has_value());
        EXPECT_EQ(*decoded, record);
        EXPECT_EQ(encode_safety_record(*decoded), bytes);
    }
}

TEST(SafetyRecordBytes, fit_a_slot_with_31_validators) {
    EXPECT_LE(encode_safety_record(full_record()).size(), SafetyRecord::kMaxBytes);
}

TEST(SafetyRecordBytes, refuse_every_truncation) {
    const Bytes bytes = encode_safety_record(full_record());
    EXPECT_EQ(refusal_of(ByteView(bytes).first(bytes.size() - 1)), Reject::truncated);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode_safety_record(ByteView(bytes).first(size)).has_value()) << size;
    }
}

TEST(SafetyRecordBytes, never_read_a_flipped_bit_as_the_same_record) {
    const SafetyRecord record = full_record();
    const Bytes bytes = encode_safety_record(record);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        Bytes damaged = bytes;
        damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ (1U << (bit % 8)));
        const auto decoded = decode_safety_record(damaged);
        if (!decoded) continue;
        EXPECT_FALSE(*decoded == record) << bit;
        EXPECT_EQ(encode_safety_record(*decoded), damaged) << bit;
    }
}

TEST(SafetyRecordBytes, refuse_what_follows_the_record) {
    Bytes bytes = encode_safety_record(small_record());
    bytes.push_back(0);
    EXPECT_EQ(refusal_of(bytes), Reject::malformed);
}

TEST(SafetyRecordBytes, refuse_more_than_a_slot_holds) {
    EXPECT_EQ(refusal_of(Bytes(SafetyRecord::kMaxBytes + 1)), Reject::oversized);
}

TEST(SafetyRecordBytes, refuse_what_no_honest_replica_writes) {
    SafetyRecord lock_ahead = full_record();
    lock_ahead.round = 3;
    SafetyRecord polka_missing = full_record();
    polka_missing.polka.reset();
    SafetyRecord valid_missing = full_record();
    valid_missing.valid.reset();
    SafetyRecord signature_missing = full_record();
    signature_missing.polka->signatures.pop_back();
    SafetyRecord polka_of_the_future = full_record();
    polka_of_the_future.proposal->valid_round = UINT32_MAX;
    for (const SafetyRecord& record :
         {lock_ahead, polka_missing, valid_missing, signature_missing, polka_of_the_future}) {
        EXPECT_EQ(refusal_of(encode_safety_record(record)), Reject::malformed);
    }
}

TEST(SafetyRecordBytes, refuse_an_unknown_step_and_a_round_too_large) {
    const auto with = [](std::uint64_t round, std::uint64_t step) {
        cbor::Writer out;
        out.map(4);
        out.key(1);
        out.bytes(block_named('N').view());
        out.key(2);
        out.unsigned_integer(1);
        out.key(3);
        out.unsigned_integer(round);
        out.key(4);
        out.unsigned_integer(step);
        return out.take();
    };
    EXPECT_TRUE(decode_safety_record(with(0, 2)).has_value());
    EXPECT_EQ(refusal_of(with(0, 3)), Reject::malformed);
    EXPECT_EQ(refusal_of(with(1ULL << 32, 0)), Reject::malformed);
}

}  // namespace
}  // namespace fairfeed::consensus
