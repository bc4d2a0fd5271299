#include "core/wire/chain_codec.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "core/wire/genesis_file_codec.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

const SigningKey& node_key() {
    static const SigningKey key = SigningKey::generate();
    return key;
}
const SigningKey& dgmd_key() {
    static const SigningKey key = SigningKey::generate();
    return key;
}

const SigningKey& officer_key(std::string_view officer) {
    static std::map<std::string, SigningKey, std::less<>> keys;
    const auto known = keys.find(officer);
    if (known != keys.end()) return known->second;
    return keys.emplace(std::string(officer), SigningKey::generate()).first->second;
}

Genesis real_genesis() {
    Genesis genesis = samples::genesis();
    genesis.genesis_node_key = node_key().public_key();
    genesis.dgmd_key = dgmd_key().public_key();
    for (Signatory& officer : genesis.office.officers)
        officer.key = officer_key(officer.name.str()).public_key();
    return genesis;
}

Witness approve_block(const GenesisBlock& genesis, std::string_view officer) {
    return approve(block_id(genesis.block.header), NodeId(officer), network_id(real_genesis()),
                   officer_key(officer));
}

// Block 0 with one registration, changed before its root is taken, signed with these keys.
GenesisBlock build(const std::function<void(Block&)>& change = {},
                   const std::function<void(Block&)>& change_after_root = {},
                   const Signer& registrar = dgmd_key(), const Signer& sealer = node_key()) {
    const Genesis genesis = real_genesis();
    const Digest network = network_id(genesis);
    Block block;
    block.transactions = {make_genesis(genesis, node_key()),
                          make_notice(CapacityCertificate{1, MeterId("meter-1"), 5000, 0}, 0,
                                      NodeId("dgmd"), network, registrar)};
    block.header.network = network;
    block.header.proposer = NodeId("node-1");
    if (change) change(block);
    block.header.transaction_count = static_cast<std::uint32_t>(block.transactions.size());
    block.header.transactions_root = transactions_root(block);
    if (change_after_root) change_after_root(block);
    GenesisBlock genesis_block = make_genesis_block(block, network, NodeId("node-1"), sealer);
    for (const char* officer : {"amal", "bela"})
        genesis_block.approvals.push_back(approve_block(genesis_block, officer));
    return genesis_block;
}

Reject refusal(const GenesisBlock& genesis) {
    const auto loaded = decode_genesis(encode_genesis(genesis));
    return loaded ? Reject::already_committed : loaded.error();
}

TEST(GenesisFile, loads_what_was_provisioned) {
    const GenesisBlock genesis = build();
    const Bytes bytes = encode_genesis(genesis);
    const auto loaded = decode_genesis(bytes);
    ASSERT_TRUE(loaded) << to_string(loaded.error());
    EXPECT_EQ(loaded->network, network_id(real_genesis()));
    EXPECT_EQ(loaded->content, real_genesis());
    EXPECT_EQ(loaded->block, genesis);
    EXPECT_EQ(encode_genesis(loaded->block), bytes);
}

TEST(GenesisFile, no_damaged_byte_loads) {
    const Bytes good = encode_genesis(build());
    Bytes bytes = good;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        bytes[at] ^= 0x01;
        EXPECT_FALSE(decode_genesis(bytes)) << "byte " << at;
        bytes[at] ^= 0x01;
        EXPECT_FALSE(decode_genesis(ByteView(good).first(at))) << "cut at " << at;
    }
}

TEST(GenesisFile, every_part_is_checked) {
    EXPECT_EQ(refusal(build([](Block& b) { b.header.height = 1; })), Reject::wrong_height);
    EXPECT_EQ(refusal(build([](Block& b) { b.header.parent.bytes[0] = 1; })), Reject::wrong_parent);
    EXPECT_EQ(refusal(build([](Block& b) { b.header.proposer = NodeId("node-2"); })),
              Reject::wrong_proposer);
    EXPECT_EQ(refusal(build([](Block& b) { b.header.app_hash.bytes[0] = 1; })),
              Reject::wrong_app_hash);
    EXPECT_EQ(refusal(build([](Block& b) { b.header.parent_certificate.bytes[0] = 1; })),
              Reject::wrong_certificate);
    EXPECT_EQ(refusal(build([](Block& b) { b.header.network.bytes[0] ^= 1; })),
              Reject::wrong_network);
    EXPECT_EQ(refusal(build({}, [](Block& b) { b.header.transaction_count = 3; })),
              Reject::wrong_root);
    EXPECT_EQ(refusal(build({}, [](Block& b) { b.transactions.pop_back(); })), Reject::wrong_root);
    EXPECT_EQ(refusal(build([](Block& b) { b.transactions.erase(b.transactions.begin()); })),
              Reject::malformed);
    EXPECT_EQ(refusal(build([](Block& b) { b.transactions.push_back(b.transactions.front()); })),
              Reject::malformed);
    EXPECT_EQ(refusal(build([](Block& b) { b.parent_certificate = samples::certificate(); })),
              Reject::wrong_certificate);
}

TEST(GenesisFile, every_signature_is_checked) {
    const SigningKey stranger = SigningKey::generate();
    EXPECT_EQ(refusal(build({}, {}, stranger)), Reject::wrong_signature);
    EXPECT_EQ(refusal(build({}, {}, dgmd_key(), stranger)), Reject::wrong_signature);
    EXPECT_EQ(refusal(build([&](Block& b) {
                  b.transactions.front() = make_genesis(real_genesis(), stranger);
              })),
              Reject::wrong_signature);
    GenesisBlock high = build();
    high.signature = flip_s(high.signature);
    EXPECT_EQ(refusal(high), Reject::high_s);
}

// DGMD's key and the genesis node's, stolen together, make no look-alike network.
TEST(GenesisFile, is_nothing_without_the_approvals_of_the_threshold) {
    const auto approved_by = [](const std::vector<const char*>& officers) {
        GenesisBlock genesis = build();
        genesis.approvals.clear();
        for (const char* officer : officers)
            genesis.approvals.push_back(approve_block(genesis, officer));
        return refusal(genesis);
    };
    EXPECT_EQ(approved_by({}), Reject::no_quorum);
    EXPECT_EQ(approved_by({"bela"}), Reject::no_quorum);
    EXPECT_EQ(approved_by({"amal", "bela", "chen"}), Reject::no_quorum) << "not one more, either";
    EXPECT_EQ(approved_by({"bela", "bela"}), Reject::not_canonical);
    EXPECT_EQ(approved_by({"amal", "dara"}), Reject::not_a_member) << "an inspector";
    GenesisBlock of_another = build();
    of_another.approvals = build([](Block& b) { b.header.time_ms = 1; }).approvals;
    EXPECT_EQ(refusal(of_another), Reject::wrong_signature);
    EXPECT_EQ(approved_by({"bela", "chen"}), Reject::already_committed) << "accepted";
}

TEST(GenesisFile, notices_carry_no_approvals_and_no_end_of_their_own) {
    EXPECT_EQ(refusal(build(
                  [](Block& b) { b.transactions[1].endorsements = {samples::witness("amal")}; })),
              Reject::malformed);
    EXPECT_EQ(refusal(build([](Block& b) {
                  b.transactions[1] =
                      make_notice(CapacityCertificate{1, MeterId("meter-1"), 5000, 0}, 5,
                                  NodeId("dgmd"), network_id(real_genesis()), dgmd_key());
              })),
              Reject::malformed);
}

TEST(GenesisFile, an_office_that_contradicts_itself_is_out_of_range) {
    const auto refused = [](const Office& office) {
        Genesis genesis = real_genesis();
        genesis.office = office;
        const Transaction transaction = make_genesis(genesis, node_key());
        return decode_transaction(encode_transaction(transaction), network_id(genesis)).error();
    };
    Office office = samples::office();
    office.threshold = 4;
    EXPECT_EQ(refused(office), Reject::out_of_range);
    office = samples::office();
    std::swap(office.officers[0], office.officers[1]);
    EXPECT_EQ(refused(office), Reject::not_canonical);
}

TEST(GenesisFile, parameters_that_contradict_are_out_of_range) {
    Genesis genesis = real_genesis();
    genesis.parameters.speed = 0;
    const Transaction transaction = make_genesis(genesis, node_key());
    EXPECT_EQ(decode_transaction(encode_transaction(transaction), network_id(genesis)).error(),
              Reject::out_of_range);
}

TEST(Header, id_covers_every_field_and_no_round) {
    const BlockHeader header = samples::block().header;
    const Digest id = block_id(header);
    BlockHeader changed = header;
    changed.time_ms += 1;
    EXPECT_NE(block_id(changed), id);
    changed = header;
    changed.parent_certificate.bytes[31] ^= 1;
    EXPECT_NE(block_id(changed), id);
    changed = header;
    changed.version = 2;
    EXPECT_EQ(decode_header(encode_header(changed)).error(), Reject::unsupported_version);
}

TEST(Block, of_another_network_is_refused) {
    const Bytes bytes = encode_block(samples::block());
    EXPECT_EQ(decode_block(bytes, samples::digest("other")).error(), Reject::wrong_network);
}

TEST(Block, root_is_that_of_the_ids_whatever_the_witnesses) {
    Block block = samples::block();
    const Digest root = transactions_root(block);
    block.transactions[1].endorsements.pop_back();
    EXPECT_EQ(transactions_root(block), root);
    block.transactions[0].envelope.back() ^= 1;  // signed again: the same id
    EXPECT_EQ(transactions_root(block), root);
    std::swap(block.transactions[0], block.transactions[1]);
    EXPECT_NE(transactions_root(block), root);
}

TEST(QuorumCertificate, hash_of_none_is_zero) {
    EXPECT_EQ(certificate_hash(std::nullopt), Digest{});
    EXPECT_NE(certificate_hash(samples::certificate()), Digest{});
}

TEST(QuorumCertificate, refuses_witnesses_out_of_order_or_twice) {
    QuorumCertificate certificate = samples::certificate();
    std::swap(certificate.witnesses[0], certificate.witnesses[1]);
    EXPECT_EQ(decode_certificate(encode_certificate(certificate)).error(), Reject::not_canonical);
    certificate = samples::certificate();
    certificate.witnesses.push_back(certificate.witnesses.back());
    EXPECT_EQ(decode_certificate(encode_certificate(certificate)).error(), Reject::not_canonical);
}

TEST(ValidatorsHash, depends_on_their_order) {
    const std::vector<NodeId> forward = {NodeId("a"), NodeId("b")};
    const std::vector<NodeId> backward = {NodeId("b"), NodeId("a")};
    EXPECT_NE(validators_hash(forward), validators_hash(backward));
}

}  // namespace
}  // namespace fairfeed
