#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "core/wire/cbor.h"
#include "core/wire/chunk.h"
#include "core/wire/settlement_line_codec.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace samples {
namespace {

constexpr std::size_t kMost = max_message_bytes(kFewestForLimits);  // of a message

// A signer that gives back a signature made before, to put a decoded message together again.
class Replay final : public Signer {
  public:
    explicit Replay(const Signature& signature) : signature_(signature) {}
    [[nodiscard]] Signature sign(ByteView) const override { return signature_; }
    [[nodiscard]] PublicKey public_key() const override { return {}; }

  private:
    Signature signature_;
};

template <class Decode, class Encode>
Sample plain(std::string name, Bytes bytes, Decode decode, Encode encode) {
    return {std::move(name), std::move(bytes), [=](ByteView view) -> std::optional<Bytes> {
                const auto value = decode(view);
                if (!value) return std::nullopt;
                return encode(*value);
            }};
}

template <class T, class Decode, class Encode>
Sample signed_message(std::string name, const T& content, Decode decode, Encode encode) {
    const NodeId node("node-2");
    return {std::move(name), encode(content, node, network(), signer("node-2")),
            [=](ByteView view) -> std::optional<Bytes> {
                const auto value = decode(view, network());
                if (!value) return std::nullopt;
                return encode(value->content, value->signer, network(), Replay(value->signature));
            }};
}

Sample transaction(std::string name, const Transaction& value) {
    return plain(
        std::move(name), encode_transaction(value),
        [](ByteView view) { return decode_transaction(view, network()); }, encode_transaction);
}

Sample request(std::string name, const Request& value) {
    return signed_message(std::move(name), value, decode_request, encode_request);
}

Sample answer(std::string name, const Answer& value) {
    return plain(
        std::move(name), encode_answer(value),
        [](ByteView view) { return decode_answer(view, network()); }, encode_answer);
}

void add_transactions(std::vector<Sample>& out) {
    out.push_back(transaction("genesis", make_genesis(genesis(), signer("node-1"))));
    out.push_back(transaction("reading", make_reading_transaction(reading())));
    out.push_back(transaction("settlement", batch()));
    out.push_back(transaction("meter", dgmd(MeterRegistration{1,
                                                              MeterId("meter-1"),
                                                              ClusterId("cluster-1"),
                                                              "sp-17",
                                                              signer("meter-1").public_key(),
                                                              0,
                                                              {35, 1, 240},
                                                              {1200, 30, 400}})));
    MeterRegistration successor{12,
                                MeterId("meter-2"),
                                ClusterId("cluster-1"),
                                "sp-17",
                                signer("meter-2").public_key(),
                                60,
                                {35, 1, 240},
                                {7, 0, 3}};
    successor.permit = WorkPermit{MeterId("meter-1"), {9200, 830, 1400}, 57};
    out.push_back(transaction("meter_permit", dgmd(successor)));
    out.push_back(transaction("node", dgmd(NodeRegistration{2,
                                                            NodeId("node-1"),
                                                            signer("node-1").public_key(),
                                                            signer("node-1-agreement").public_key(),
                                                            {-120, 4500}})));
    out.push_back(
        transaction("committee",
                    dgmd(CommitteeAllocation{3,
                                             ClusterId("cluster-1"),
                                             {10, -20},
                                             {NodeId("node-1"), NodeId("node-4"), NodeId("node-2")},
                                             1,
                                             0})));
    out.push_back(transaction("key_grant", dgmd(key_grant())));
    out.push_back(
        transaction("capacity", dgmd(CapacityCertificate{6, MeterId("meter-1"), 5000, 0})));
    out.push_back(
        transaction("capacity_again",
                    dgmd(CapacityCertificate{9, MeterId("meter-1"), 4500, 60, digest("visit")})));
    out.push_back(transaction(
        "deauthorise",
        dgmd(Deauthorisation{8, MeterId("meter-1"), DeauthorisationReason::over_capacity, 50})));
    out.push_back(transaction("deauthorise_by_policy", by_policy()));
    out.push_back(transaction("officers", dgmd(OfficeChange{10, office()})));
    out.push_back(transaction("dgmd_keys", dgmd(dgmd_keys())));
    out.push_back(transaction("policy", dgmd(policy())));
    out.push_back(transaction("command", dgmd(samples::command())));
    out.push_back(transaction("revoke", dgmd(NodeRevocation{7, NodeId("node-5")})));
    out.push_back(transaction("tariff", dgmd(TariffNotice{7, {250'000, 80'000}, 42})));
    out.push_back(transaction("tariff_bands", dgmd(TariffNotice{8, samples::banded(), 84})));
    out.push_back(transaction("event", seal_broken()));
    out.push_back(transaction("evidence_readings", two_readings()));
    out.push_back(transaction("evidence_batches", two_batches()));
    out.push_back(transaction("evidence_votes", two_votes()));
    out.push_back(transaction("evidence_proposals", two_proposals()));
    out.push_back(transaction("handover", handover_by("node-1")));
}

void add_consensus(std::vector<Sample>& out) {
    out.push_back(plain("prevote", encode_vote(vote(VoteType::prevote, digest("block"))),
                        decode_vote, encode_vote));
    out.push_back(plain("precommit_nil", encode_vote(vote(VoteType::precommit, std::nullopt)),
                        decode_vote, encode_vote));
    out.push_back(plain("proposal_fresh", encode_proposal(proposal(std::nullopt)), decode_proposal,
                        encode_proposal));
    out.push_back(
        plain("proposal_again", encode_proposal(proposal(1)), decode_proposal, encode_proposal));
    const CertifiedOutline certified{outline_of(block()), committed_block().certificate};
    out.push_back(plain("certified_outline", encode_certified_outline(certified),
                        decode_certified_outline, encode_certified_outline));
}

void add_chain(std::vector<Sample>& out) {
    out.push_back(plain("header", encode_header(block().header), decode_header, encode_header));
    out.push_back(plain("certificate", encode_certificate(certificate()), decode_certificate,
                        encode_certificate));
    out.push_back(
        plain("outline", encode_outline(outline_of(block())), decode_outline, encode_outline));
    out.push_back(plain(
        "block", encode_block(block()), [](ByteView view) { return decode_block(view, network()); },
        encode_block));
    out.push_back(plain(
        "committed_block", encode_committed_block(committed_block()),
        [](ByteView view) { return decode_committed_block(view, network()); },
        encode_committed_block));
}

AttestAnswer attest_answer() {
    return {
        digest("question"), 11, {vote(VoteType::prevote, std::nullopt)}, {proposal(1).proposal}};
}

void add_messages(std::vector<Sample>& out) {
    const MeterId meter("meter-1");
    out.push_back(signed_message("receipt", Receipt{meter, 7, 8, reading().id}, decode_receipt,
                                 encode_receipt));
    out.push_back(signed_message("refusal", Refusal{meter, 7, 8, "stale_sequence"}, decode_refusal,
                                 encode_refusal));
    out.push_back(
        signed_message("command_message", samples::command(), decode_command, encode_command));
    out.push_back(signed_message("share", ShareStatement{meter, 7, batch().id, 4000, 1'470'628'800},
                                 decode_share, encode_share));
    out.push_back(signed_message(
        "share_schedule",
        ShareStatement{meter, 7, batch().id, 5000, 1'470'628'800, {kUncurtailedPpm, 650'000, 0}},
        decode_share, encode_share));
    out.push_back(signed_message("status", NodeStatus{9, digest("tip"), digest("state"), 10, 0},
                                 decode_status, encode_status));
    const ClusterId cluster("cluster-1");
    out.push_back(signed_message(
        "objection", Objection{cluster, 7, 1, batch().id, "reading_withheld", reading().envelope},
        decode_objection, encode_objection));
    out.push_back(signed_message("objection_bare",
                                 Objection{cluster, 7, 1, batch().id, "wrong_totals", {}},
                                 decode_objection, encode_objection));
    out.push_back({"endorsement",
                   encode_endorsement(Endorsement{cluster, 7, 1, batch().id}, witness("node-2")),
                   [](ByteView view) -> std::optional<Bytes> {
                       const auto value = decode_endorsement(view, network());
                       if (!value) return std::nullopt;
                       return encode_endorsement(value->content, {value->signer, value->signature});
                   }});
    out.push_back(request("request_blocks", BlocksRequest{5, 20}));
    out.push_back(request("request_bodies", BodiesRequest{{digest("a"), digest("b")}}));
    out.push_back(request("request_readings", ReadingsRequest{{digest("c")}}));
    out.push_back(request("request_attest", AttestRequest{12}));
    out.push_back(answer("answer_blocks", BlocksAnswer{{committed_block()}}));
    out.push_back(answer("answer_bodies", BodiesAnswer{{batch()}}));
    out.push_back(answer("answer_readings", ReadingsAnswer{{reading()}}));
    out.push_back(answer("answer_attest", attest_answer()));
    out.push_back(plain(
        "bundle", encode_bundle({{batch()}}),
        [](ByteView view) { return decode_bundle(view, network()); }, encode_bundle));
    out.push_back(plain("have", encode_have({digest("a"), digest("b")}), decode_have, encode_have));
}

// The last chunk of a message of 60 001 bytes, all zero; it is read behind the first one.
void add_chunk(std::vector<Sample>& out) {
    static const std::vector<Bytes> packets =
        split_message(Bytes(kMaxPacketBytes + 1, 0x00), kMost);
    CHECK(packets.size() == 2);
    out.push_back({"chunk", packets.back(), [](ByteView view) -> std::optional<Bytes> {
                       ChunkAssembler assembler(kMost);
                       if (assembler.add("node-2", packets.front())) return std::nullopt;
                       const auto whole = assembler.add("node-2", view);
                       if (!whole) return std::nullopt;
                       return split_message(*whole, kMost).back();
                   }});
}

void add_sealed(std::vector<Sample>& out) {
    out.push_back(plain("reading_body", encode_reading_body(reading_body()), decode_reading_body,
                        encode_reading_body));
    out.push_back(plain("reading_body_without_inverter", encode_reading_body(reading_body(false)),
                        decode_reading_body, encode_reading_body));
    out.push_back(plain("settlement_line", encode_settlement_line(line()), decode_settlement_line,
                        encode_settlement_line));
    out.push_back(plain("closing", encode_closing(closing()), decode_closing, encode_closing));
}

}  // namespace

const std::vector<Sample>& all() {
    static const std::vector<Sample> samples = [] {
        std::vector<Sample> out;
        add_transactions(out);
        add_consensus(out);
        add_chain(out);
        add_messages(out);
        add_chunk(out);
        add_sealed(out);
        return out;
    }();
    return samples;
}

}  // namespace samples

namespace {

// "name hex" lines; '#' begins a comment.
std::map<std::string, Bytes> stored_vectors() {
    std::map<std::string, Bytes> vectors;
    std::ifstream file(FAIRFEED_SOURCE_DIR "/tests/vectors/wire/formats.txt");
    std::string name;
    std::string hex;
    while (file >> name) {
        if (name.starts_with('#')) {
            std::getline(file, hex);
            continue;
        }
        file >> hex;
        const auto bytes = from_hex(hex);
        if (bytes) vectors[name] = *bytes;
    }
    return vectors;
}

class EveryFormat : public testing::TestWithParam<std::size_t> {
  protected:
    const samples::Sample& sample_ = samples::all().at(GetParam());
};

TEST_P(EveryFormat, encodes_to_the_stored_vector) {
    static const auto vectors = stored_vectors();
    ASSERT_TRUE(vectors.contains(sample_.name)) << sample_.name << ' ' << to_hex(sample_.bytes);
    EXPECT_EQ(to_hex(sample_.bytes), to_hex(vectors.at(sample_.name)));
}

TEST_P(EveryFormat, decodes_and_encodes_to_the_same_bytes) {
    const auto again = sample_.again(sample_.bytes);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(to_hex(*again), to_hex(sample_.bytes));
}

TEST_P(EveryFormat, is_deterministic_cbor) {
    EXPECT_TRUE(cbor::diagnostic(sample_.bytes).has_value());
}

TEST_P(EveryFormat, is_refused_when_cut_short_or_drawn_out) {
    for (std::size_t length = 0; length < sample_.bytes.size(); ++length) {
        EXPECT_FALSE(sample_.again(ByteView(sample_.bytes).first(length))) << length;
    }
    Bytes longer = sample_.bytes;
    longer.push_back(0x00);
    EXPECT_FALSE(sample_.again(longer));
}

TEST_P(EveryFormat, is_refused_or_decodes_to_itself_with_any_byte_damaged) {
    Bytes bytes = sample_.bytes;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const unsigned mask :
             {0x01U, 0x02U, 0x04U, 0x08U, 0x10U, 0x20U, 0x40U, 0x80U, 0xffU}) {
            bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ mask);
            const auto again = sample_.again(bytes);
            EXPECT_TRUE(!again || *again == bytes) << "byte " << at << " mask " << mask;
            bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ mask);
        }
    }
}

std::string name_of(const testing::TestParamInfo<std::size_t>& info) {
    return samples::all().at(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(Wire, EveryFormat, testing::Range(std::size_t{0}, samples::all().size()),
                         name_of);

TEST(StoredVectors, name_nothing_that_has_no_format) {
    std::size_t known = 0;
    const auto vectors = stored_vectors();
    for (const samples::Sample& sample : samples::all())
        known += vectors.contains(sample.name);
    EXPECT_EQ(known, vectors.size());
}

}  // namespace
}  // namespace fairfeed
