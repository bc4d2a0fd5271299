#include "core/wire/evidence_codec.h"

#include <gtest/gtest.h>

#include "core/wire/cbor.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

using samples::network;

const SigningKey& key() {
    static const SigningKey signing_key = SigningKey::generate();
    return signing_key;
}

Bytes reading(Window window, std::uint64_t sequence, std::uint8_t salt,
              const Signer& signer = key()) {
    ReadingHeader header = samples::reading_header();
    header.window = window;
    header.sequence = sequence;
    header.salt = samples::salt(salt);
    return make_reading(header, samples::reading_body(), samples::data_key(), signer).envelope;
}

Bytes batch(std::uint32_t version, std::uint32_t slot, Height state_height) {
    Settlement settlement = samples::settlement();
    settlement.version = version;
    settlement.slot = slot;
    settlement.state_height = state_height;
    return to_bytes(signed_envelope(make_batch(settlement, network(), key())));
}

Bytes vote(VoteType type, Height height, Round round, std::string_view block) {
    Vote said{{type, height, round, samples::digest(block)}, NodeId("node-1"), {}};
    said.signature = key().sign(vote_to_be_signed(said.content, said.validator, network()));
    return encode_vote(said);
}

Bytes proposal(Height height, std::optional<Round> valid_round, std::string_view block) {
    Proposal said{{height, 3, valid_round, samples::digest(block)}, NodeId("node-1"), {}};
    said.signature = key().sign(proposal_to_be_signed(said.content, said.proposer, network()));
    return encode_signed_proposal(said);
}

Reject refusal(Offence offence, ByteView one, ByteView other) {
    const auto made = make_evidence(offence, one, other, network());
    return made ? Reject::duplicate : made.error();
}

TEST(EvidenceOf, two_readings_of_one_window_or_one_sequence_and_nothing_else) {
    const Bytes one = reading(7, 8, 1);
    EXPECT_TRUE(make_evidence(Offence::two_readings, one, reading(7, 9, 2), network()));
    EXPECT_EQ(refusal(Offence::two_readings, one, reading(9, 10, 2)), Reject::no_offence);
    const auto sequence = make_evidence(Offence::two_readings, one, reading(9, 8, 2), network());
    ASSERT_TRUE(sequence);
    const auto& evidence = std::get<Evidence>(sequence->content);
    EXPECT_EQ(evidence.culprit, "meter-1");
    EXPECT_EQ(evidence.place.earlier, 7U);
    EXPECT_EQ(evidence.place.window, 9U);
}

TEST(EvidenceOf, two_batches_of_one_slot_and_version_and_nothing_else) {
    const Bytes one = batch(0, 0, 5);
    EXPECT_TRUE(make_evidence(Offence::two_batches, one, batch(0, 0, 6), network()));
    EXPECT_EQ(refusal(Offence::two_batches, one, batch(1, 0, 6)), Reject::no_offence);
    EXPECT_EQ(refusal(Offence::two_batches, one, batch(0, 1, 6)), Reject::no_offence);
}

TEST(EvidenceOf, two_votes_of_one_type_height_and_round_and_nothing_else) {
    const Bytes one = vote(VoteType::prevote, 4, 2, "a");
    EXPECT_TRUE(
        make_evidence(Offence::two_votes, one, vote(VoteType::prevote, 4, 2, "b"), network()));
    EXPECT_EQ(refusal(Offence::two_votes, one, vote(VoteType::precommit, 4, 2, "b")),
              Reject::no_offence);
    EXPECT_EQ(refusal(Offence::two_votes, one, vote(VoteType::prevote, 4, 3, "b")),
              Reject::no_offence);
    EXPECT_EQ(refusal(Offence::two_votes, one, vote(VoteType::prevote, 5, 2, "b")),
              Reject::no_offence);
}

TEST(EvidenceOf, two_proposals_of_one_round_also_if_only_the_valid_round_differs) {
    const Bytes one = proposal(4, std::nullopt, "a");
    EXPECT_TRUE(
        make_evidence(Offence::two_proposals, one, proposal(4, std::nullopt, "b"), network()));
    EXPECT_TRUE(make_evidence(Offence::two_proposals, one, proposal(4, 1, "a"), network()));
    EXPECT_EQ(refusal(Offence::two_proposals, one, proposal(5, 1, "a")), Reject::no_offence);
}

TEST(Evidence, two_signatures_of_one_id_are_no_offence) {
    const Bytes once = reading(7, 8, 1);
    Bytes again = reading(7, 8, 1);
    ASSERT_NE(once, again);
    EXPECT_EQ(refusal(Offence::two_readings, once, again), Reject::no_offence);
    EXPECT_EQ(refusal(Offence::two_readings, once, once), Reject::no_offence);
}

TEST(Evidence, has_one_id_however_often_the_culprit_signs_again) {
    const auto first =
        make_evidence(Offence::two_readings, reading(7, 8, 1), reading(7, 8, 2), network());
    const auto second =
        make_evidence(Offence::two_readings, reading(7, 8, 2), reading(7, 8, 1), network());
    ASSERT_TRUE(first && second);
    EXPECT_NE(first->envelope, second->envelope);
    EXPECT_EQ(first->id, second->id);
}

TEST(Evidence, stands_in_one_order_only) {
    const auto made =
        make_evidence(Offence::two_readings, reading(7, 8, 1), reading(7, 8, 2), network());
    ASSERT_TRUE(made);
    const auto& evidence = std::get<Evidence>(made->content);
    cbor::Writer writer;
    writer.array(3);
    writer.unsigned_integer(static_cast<std::uint64_t>(Offence::two_readings));
    writer.bytes(evidence.second);
    writer.bytes(evidence.first);
    const auto turned = decode_evidence(writer.result(), network());
    ASSERT_FALSE(turned);
    EXPECT_EQ(turned.error(), Reject::not_canonical);
}

TEST(Evidence, needs_both_signatures_of_the_culprit_and_its_network) {
    const VerifyKey culprit = *VerifyKey::from_point(key().public_key());
    const auto forger = SigningKey::generate();
    const auto made =
        make_evidence(Offence::two_readings, reading(7, 8, 1), reading(7, 8, 2), network());
    const auto forged =
        make_evidence(Offence::two_readings, reading(7, 8, 1), reading(7, 8, 2, forger), network());
    ASSERT_TRUE(made && forged);
    EXPECT_TRUE(verify_transaction(*made, network(), culprit));
    EXPECT_EQ(verify_transaction(*forged, network(), culprit).error(), Reject::wrong_signature);
    EXPECT_EQ(decode_evidence(made->envelope, samples::digest("other")).error(),
              Reject::wrong_network);
    const auto votes = make_evidence(Offence::two_votes, vote(VoteType::prevote, 4, 2, "a"),
                                     vote(VoteType::prevote, 4, 2, "b"), samples::digest("other"));
    ASSERT_TRUE(votes);
    EXPECT_EQ(verify_transaction(*votes, samples::digest("other"), culprit).error(),
              Reject::wrong_signature);
}

TEST(Evidence, of_messages_that_are_too_big_together_is_refused) {
    const Bytes one(kMaxEvidenceBytes / 2);
    const Bytes other(kMaxEvidenceBytes / 2 + 1);
    EXPECT_EQ(refusal(Offence::two_batches, one, other), Reject::oversized);
}

// So evidence against a parent is as small in a cluster of ten thousand meters as in one of two.
TEST(Evidence, against_a_proposer_holds_the_signed_heads_of_its_batches_alone) {
    Settlement settlement = samples::settlement();
    settlement.lines.front().ciphertext.resize(kMaxEvidenceBytes);
    const Transaction one = make_batch(settlement, network(), key());
    settlement.state_height += 1;
    const Transaction other = make_batch(settlement, network(), key());
    const auto proved = make_evidence(Offence::two_batches, signed_envelope(one),
                                      signed_envelope(other), network());
    ASSERT_TRUE(proved);
    EXPECT_LT(proved->envelope.size(), 2048U);
    EXPECT_EQ(refusal(Offence::two_batches, one.envelope, other.envelope), Reject::oversized);
    settlement.lines.front().ciphertext.resize(16);
    const Bytes whole = make_batch(settlement, network(), key()).envelope;
    EXPECT_EQ(refusal(Offence::two_batches, signed_envelope(one), whole), Reject::malformed);
}

TEST(Event, is_of_its_meter_and_its_network) {
    const Transaction made = samples::seal_broken();
    EXPECT_TRUE(decode_event(made.envelope, network()));
    EXPECT_EQ(decode_event(made.envelope, samples::digest("other")).error(), Reject::wrong_network);
    MeterAlarm event = std::get<MeterAlarm>(made.content);
    const Bytes payload = to_bytes(cose::parse_sign1(made.envelope)->payload);
    const Bytes renamed = cose::sign1(cose::Domain::event, network(), "meter-2", payload, key());
    EXPECT_EQ(decode_event(renamed, network()).error(), Reject::malformed);
    event.version = 2;
    EXPECT_EQ(decode_event(make_event(event, key()).envelope, network()).error(),
              Reject::unsupported_version);
    event.version = 1;
    const auto verifier = *VerifyKey::from_point(key().public_key());
    EXPECT_TRUE(verify_transaction(make_event(event, key()), network(), verifier));
    EXPECT_FALSE(verify_transaction(made, network(), verifier));
}

}  // namespace
}  // namespace fairfeed
