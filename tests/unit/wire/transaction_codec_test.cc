#include "core/wire/transaction_codec.h"

#include <gtest/gtest.h>

#include "core/crypto/merkle.h"
#include "core/wire/cbor.h"
#include "core/wire/chunk.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/cose.h"
#include "core/wire/message_codec.h"
#include "core/wire/settlement_codec.h"
#include "core/wire/settlement_line_codec.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

const SigningKey& key() {
    static const SigningKey signing_key = SigningKey::generate();
    return signing_key;
}
VerifyKey verify_key() {
    return *VerifyKey::from_point(key().public_key());
}
Reject refusal(const Transaction& transaction) {
    const auto decoded = decode_transaction(encode_transaction(transaction), samples::network());
    return decoded ? Reject::already_committed : decoded.error();
}
Bytes with_kind(std::uint64_t kind, ByteView envelope) {
    cbor::Writer writer;
    writer.array(3);
    writer.unsigned_integer(kind);
    writer.bytes(envelope);
    writer.array(0);
    return writer.take();
}

TEST(Transaction, decoding_gives_back_what_was_made) {
    for (const Transaction& made : {samples::batch(), make_reading_transaction(samples::reading()),
                                    samples::dgmd(samples::key_grant()),
                                    make_genesis(samples::genesis(), samples::signer("node-1"))}) {
        const auto decoded = decode_transaction(encode_transaction(made), samples::network());
        ASSERT_TRUE(decoded);
        EXPECT_EQ(*decoded, made);
    }
}

TEST(Transaction, verifies_under_its_signers_key_and_network) {
    const Transaction batch = make_batch(samples::settlement(), samples::network(), key());
    EXPECT_TRUE(verify_transaction(batch, samples::network(), verify_key()));
    EXPECT_EQ(verify_transaction(batch, samples::digest("other"), verify_key()).error(),
              Reject::wrong_signature);
    const Transaction genesis = make_genesis(samples::genesis(), key());
    EXPECT_TRUE(verify_transaction(genesis, samples::network(), verify_key()));
    const auto stranger = *VerifyKey::from_point(samples::signer("stranger").public_key());
    EXPECT_EQ(verify_transaction(genesis, samples::network(), stranger).error(),
              Reject::wrong_signature);
}

TEST(Transaction, every_reserved_kind_is_refused_by_name) {
    const Bytes envelope = samples::batch().envelope;
    for (std::uint64_t kind = 11; kind < 30; ++kind) {
        if (kind == static_cast<std::uint64_t>(TransactionKind::deauthorise)) continue;
        if (kind == static_cast<std::uint64_t>(TransactionKind::evidence)) continue;
        if (kind == static_cast<std::uint64_t>(TransactionKind::handover)) continue;
        if (kind >= static_cast<std::uint64_t>(TransactionKind::officers) &&
            kind <= static_cast<std::uint64_t>(TransactionKind::policy))
            continue;
        EXPECT_EQ(decode_transaction(with_kind(kind, envelope), samples::network()).error(),
                  Reject::reserved_kind);
    }
}

TEST(Transaction, an_envelope_of_one_kind_is_none_of_another) {
    const Transaction made[] = {
        make_genesis(samples::genesis(), samples::signer("node-1")),
        make_reading_transaction(samples::reading()),
        samples::batch(),
        samples::dgmd(MeterRegistration{1, MeterId("m"), ClusterId("c"), "sp", {}, 0, {}, {}}),
        samples::dgmd(NodeRegistration{1, NodeId("n"), {}, {}, {}}),
        samples::dgmd(CommitteeAllocation{1, ClusterId("c"), {}, {NodeId("n")}, 0, 0}),
        samples::dgmd(samples::key_grant()),
        samples::dgmd(CapacityCertificate{1, MeterId("m"), 1, 0}),
        samples::dgmd(TariffNotice{1, {1, 1}, 0}),
        samples::dgmd(NodeRevocation{1, NodeId("node-5")}),
        samples::dgmd(Deauthorisation{1, MeterId("m")}),
        samples::dgmd(OfficeChange{1, samples::office()}),
        samples::dgmd(samples::command()),
        samples::dgmd(samples::dgmd_keys()),
        samples::dgmd(samples::policy()),
        samples::seal_broken(),
        samples::two_votes(),
    };
    for (const Transaction& transaction : made) {
        for (const std::uint64_t kind :
             {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 19, 20, 21, 22}) {
            const auto decoded =
                decode_transaction(with_kind(kind, transaction.envelope), samples::network());
            const bool own = kind == static_cast<std::uint64_t>(transaction.kind);
            EXPECT_EQ(decoded.has_value(), own) << kind;
        }
    }
}

TEST(Transaction, only_settlements_and_notices_carry_witnesses) {
    for (Transaction bare : {samples::seal_broken(), samples::two_votes(),
                             make_reading_transaction(samples::reading())}) {
        bare.endorsements = {samples::witness("node-1")};
        EXPECT_EQ(refusal(bare), Reject::malformed);
    }
    Transaction capacity = samples::dgmd(CapacityCertificate{1, MeterId("m"), 1, 0});
    std::swap(capacity.endorsements[0], capacity.endorsements[1]);
    EXPECT_EQ(refusal(capacity), Reject::not_canonical);
    Transaction batch = samples::batch();
    std::swap(batch.endorsements[0], batch.endorsements[1]);
    EXPECT_EQ(refusal(batch), Reject::not_canonical);
}

TEST(Transaction, endorsements_are_no_part_of_the_id) {
    const Transaction batch = samples::batch();
    Transaction bare = batch;
    bare.endorsements.clear();
    const auto decoded = decode_transaction(encode_transaction(bare), samples::network());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->id, batch.id);
}

// Each officer who approves a draft approves this end as well.
TEST(Transaction, the_id_of_a_notice_covers_until_when_it_is_valid) {
    const auto draft = [](Window valid_until) {
        return make_notice(CapacityCertificate{1, MeterId("m"), 1, 0}, valid_until, NodeId("dgmd"),
                           samples::network(), samples::signer("dgmd"));
    };
    EXPECT_NE(draft(7).id, draft(8).id);
    const auto decoded = decode_transaction(encode_transaction(draft(7)), samples::network());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->valid_until, 7U);
}

TEST(Transaction, a_capacity_may_name_the_certificate_of_an_inspection) {
    CapacityCertificate capacity{1, MeterId("m"), 1, 0};
    for (const auto& certificate : {std::optional<Digest>{}, {samples::digest("certificate")}}) {
        capacity.certificate = certificate;
        const Transaction made = samples::dgmd(capacity);
        const auto decoded = decode_transaction(encode_transaction(made), samples::network());
        ASSERT_TRUE(decoded);
        EXPECT_EQ(*decoded, made);
    }
}

TEST(Settlement, must_name_its_signer_and_keep_its_order) {
    Settlement settlement = samples::settlement();
    settlement.proposer = NodeId("node-2");
    Transaction forged = make_batch(settlement, samples::network(), key());
    const Bytes head = cose::sign1(cose::Domain::batch, samples::network(), "node-1",
                                   cose::parse_sign1(signed_envelope(forged))->payload, key());
    forged.envelope = join_settlement(head, encode_settlement_rows(settlement));
    EXPECT_EQ(refusal(forged), Reject::wrong_proposer);
    settlement = samples::settlement();
    std::swap(settlement.entries[0], settlement.entries[1]);
    EXPECT_EQ(refusal(make_batch(settlement, samples::network(), key())), Reject::wrong_entries);
    settlement = samples::settlement();
    settlement.entries.push_back(settlement.entries.back());
    settlement.lines.push_back(settlement.lines.back());
    EXPECT_EQ(refusal(make_batch(settlement, samples::network(), key())), Reject::wrong_entries);
}

// The rows are not in what the proposer signs, but their root is.
TEST(Settlement, has_the_rows_that_its_proposer_signed_and_no_others) {
    const Settlement settlement = samples::settlement();
    const Transaction batch = make_batch(settlement, samples::network(), key());
    const std::vector<Bytes> rows = encode_settlement_rows(settlement);
    ASSERT_GE(settlement.entries.size(), 2U);
    ASSERT_FALSE(settlement.late.empty());
    const auto refused = [&](const std::vector<Bytes>& changed) {
        Transaction forged = batch;
        forged.envelope = join_settlement(signed_envelope(batch), changed);
        return refusal(forged);
    };
    EXPECT_EQ(batch.envelope, join_settlement(signed_envelope(batch), rows));
    std::vector<Bytes> changed = rows;
    std::swap(changed[0], changed[1]);
    EXPECT_EQ(refused(changed), Reject::wrong_entries);
    changed = rows;
    changed.pop_back();
    EXPECT_EQ(refused(changed), Reject::wrong_root);
    changed.push_back(rows.front());
    EXPECT_EQ(refused(changed), Reject::malformed) << "a meter's row is no late reading";
    changed = rows;
    changed.push_back(rows.back());
    EXPECT_EQ(refused(changed), Reject::wrong_root);
    changed = rows;
    changed.front().back() ^= 1U;  // of the sealed closing state
    EXPECT_EQ(refused(changed), Reject::wrong_root);
}

// Whoever sends them need not have signed anything.
TEST(Settlement, with_more_rows_than_a_block_may_have_costs_nothing) {
    const Transaction batch = make_batch(samples::settlement(), samples::network(), key());
    const std::vector<Bytes> rows(kMaxBlockTransactions + 1, Bytes{0x00});
    Transaction forged = batch;
    forged.envelope = join_settlement(signed_envelope(batch), rows);
    EXPECT_EQ(refusal(forged), Reject::too_many_transactions);
}

// The root alone would let a head call a meter's row a late reading.
TEST(Settlement, cannot_count_its_rows_otherwise) {
    const Settlement settlement = samples::settlement();
    Settlement fewer = settlement;
    fewer.entries.pop_back();
    fewer.lines.pop_back();
    const std::vector<Bytes> rows = encode_settlement_rows(settlement);
    const Bytes payload = encode_settlement_head(fewer, merkle_root(std::span<const Bytes>(rows)));
    const Bytes head =
        cose::sign1(cose::Domain::batch, samples::network(), "node-1", payload, key());
    Transaction forged = make_batch(settlement, samples::network(), key());
    forged.envelope = join_settlement(head, rows);
    EXPECT_EQ(refusal(forged), Reject::wrong_root);
}

TEST(SettlementLine, opens_only_where_it_was_sealed) {
    const Settlement settlement = samples::settlement();
    const SealedLine& sealed = settlement.lines.front();
    const SymmetricKey message_key = line_key(settlement, sealed, samples::data_key());
    const auto opened = open_line(settlement, sealed, message_key);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, samples::line());
    Settlement later = settlement;
    later.version += 1;
    EXPECT_EQ(open_line(later, sealed, message_key).error(), Reject::cannot_open);
    later = settlement;
    later.window += 1;
    EXPECT_EQ(open_line(later, sealed, message_key).error(), Reject::cannot_open);
    later = settlement;
    later.cluster = ClusterId("cluster-2");
    EXPECT_EQ(open_line(later, sealed, message_key).error(), Reject::cannot_open);
    SealedLine moved = sealed;
    moved.meter = MeterId("meter-2");
    EXPECT_EQ(open_line(settlement, moved, message_key).error(), Reject::cannot_open);
    later = settlement;
    later.proposer = NodeId("node-2");
    EXPECT_NE(line_key(later, sealed, samples::data_key()), message_key);
}

TEST(SettlementLine, has_a_closing_state_whose_key_opens_nothing_else) {
    const Settlement settlement = samples::settlement();
    const SealedLine& sealed = settlement.lines.front();
    const SymmetricKey of_line = line_key(settlement, sealed, samples::data_key());
    const SymmetricKey of_closing = closing_key(settlement, sealed, of_line);
    EXPECT_EQ(*open_closing(settlement, sealed, of_closing), samples::closing());
    EXPECT_EQ(open_line(settlement, sealed, of_closing).error(), Reject::cannot_open);
    EXPECT_EQ(open_closing(settlement, sealed, of_line).error(), Reject::cannot_open);
    SealedLine resalted = sealed;
    resalted.salt = samples::salt(0x23);
    EXPECT_NE(closing_key(settlement, resalted, of_line), of_closing);
    Settlement later = settlement;
    later.window += 1;
    EXPECT_EQ(open_closing(later, sealed, of_closing).error(), Reject::cannot_open);
}

// Else a member could settle by one figure and hand another one over.
TEST(SettlementLine, does_not_open_beside_a_closing_state_of_other_figures) {
    const Settlement settlement = samples::settlement();
    SettlementLine other = samples::line();
    other.mes_w -= 1;
    SealedLine mixed = settlement.lines.front();
    mixed.closing =
        seal_line(settlement, other, mixed.key_epoch, mixed.salt, samples::data_key()).closing;
    const SymmetricKey of_line = line_key(settlement, mixed, samples::data_key());
    EXPECT_EQ(open_line(settlement, mixed, of_line).error(), Reject::wrong_lines);
}

// 16 bytes of key and 16 of tag: nobody could unwrap anything else.
TEST(KeyGrant, wraps_a_key_and_a_tag_and_nothing_more) {
    for (const std::size_t size : {0U, 31U, 33U}) {
        KeyGrant grant = samples::key_grant();
        grant.entries.front().wrapped.ciphertext.resize(size);
        EXPECT_EQ(refusal(samples::dgmd(grant)), Reject::malformed) << size;
        Handover handover = samples::handover();
        handover.entries.front().wrapped.ciphertext.resize(size);
        const Transaction made = make_handover(handover, NodeId("node-1"), samples::network(),
                                               samples::signer("node-1"));
        EXPECT_EQ(refusal(made), Reject::malformed) << size;
    }
}

TEST(KeyGrant, context_binds_network_meter_epoch_and_recipient) {
    const Digest network = samples::network();
    const Bytes context = key_grant_context(network, MeterId("m"), 1, NodeId("n"));
    EXPECT_NE(context, key_grant_context(samples::digest("x"), MeterId("m"), 1, NodeId("n")));
    EXPECT_NE(context, key_grant_context(network, MeterId("n"), 1, NodeId("n")));
    EXPECT_NE(context, key_grant_context(network, MeterId("m"), 2, NodeId("n")));
    EXPECT_NE(context, key_grant_context(network, MeterId("m"), 1, NodeId("m")));
}

TEST(Votes, of_one_type_never_verify_as_the_other) {
    Vote vote{.content = {VoteType::prevote, 9, 2, samples::digest("block")},
              .validator = NodeId("node-3"),
              .signature = {}};
    vote.signature =
        key().sign(vote_to_be_signed(vote.content, vote.validator, samples::network()));
    EXPECT_TRUE(verify_vote(vote, samples::network(), verify_key()));
    Vote other = vote;
    other.content.type = VoteType::precommit;
    EXPECT_EQ(verify_vote(other, samples::network(), verify_key()).error(),
              Reject::wrong_signature);
    other = vote;
    other.content.block.reset();
    EXPECT_EQ(verify_vote(other, samples::network(), verify_key()).error(),
              Reject::wrong_signature);
    other = vote;
    other.signature = flip_s(vote.signature);
    EXPECT_EQ(verify_vote(other, samples::network(), verify_key()).error(), Reject::high_s);
}

TEST(Proposal, outline_must_be_of_the_block_that_was_signed) {
    ProposalMessage message = samples::proposal(std::nullopt);
    message.outline.header.time_ms += 1;
    EXPECT_EQ(decode_proposal(encode_proposal(message)).error(), Reject::malformed);
}

TEST(Endorsement, signature_is_the_one_that_stands_in_the_settlement) {
    const Endorsement endorsement{ClusterId("cluster-1"), 7, 1, samples::batch().id};
    const NodeId member("node-2");
    const Witness witness{
        member, key().sign(endorsement_to_be_signed(endorsement, member, samples::network()))};
    const auto decoded =
        decode_endorsement(encode_endorsement(endorsement, witness), samples::network());
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->content, endorsement);
    EXPECT_EQ(decoded->signature, witness.signature);
    EXPECT_TRUE(decoded->verify(verify_key()));
}

TEST(Messages, verify_for_their_network_only) {
    const NodeId node("node-2");
    const Receipt receipt{MeterId("meter-1"), 7, 8, samples::digest("reading")};
    const Bytes bytes = encode_receipt(receipt, node, samples::network(), key());
    const auto here = decode_receipt(bytes, samples::network());
    const auto there = decode_receipt(bytes, samples::digest("other"));
    ASSERT_TRUE(here && there);
    EXPECT_EQ(here->signer, node);
    EXPECT_TRUE(here->verify(verify_key()));
    EXPECT_EQ(there->verify(verify_key()).error(), Reject::wrong_signature);
}

TEST(Messages, larger_than_any_message_may_be_are_oversized) {
    const Bytes huge(kMaxMessageBytes + 1, 0x84);
    const Digest network = samples::network();
    EXPECT_EQ(decode_receipt(huge, network).error(), Reject::oversized);
    EXPECT_EQ(decode_answer(huge, network).error(), Reject::oversized);
    EXPECT_EQ(decode_bundle(huge, network).error(), Reject::oversized);
    EXPECT_EQ(decode_transaction(huge, network).error(), Reject::oversized);
    EXPECT_EQ(decode_proposal(huge).error(), Reject::oversized);
    EXPECT_EQ(decode_vote(huge).error(), Reject::oversized);
    EXPECT_EQ(decode_certified_outline(huge).error(), Reject::oversized);
}

}  // namespace
}  // namespace fairfeed
