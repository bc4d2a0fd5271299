#include "edge-node/commands/decode.h"

#include <gtest/gtest.h>

#include <sstream>

#include "core/wire/chunk.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/topics.h"
#include "tests/unit/commands/node_directory.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMost = max_message_bytes(kFewestForLimits);  // of a message

struct Decoded {
    int status = 0;
    std::string out;
    std::string err;
    [[nodiscard]] bool says(std::string_view text) const {
        return out.find(text) != std::string::npos;
    }
};

Decoded decode(const std::string& input, const DecodeOptions& options = {}) {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Decoded result;
    result.status = run_decode(options, in, out, err);
    result.out = out.str();
    result.err = err.str();
    return result;
}
std::string line(const char* topic, ByteView bytes) {
    return std::string(topic) + " " + to_hex(bytes) + "\n";
}
std::string raw(ByteView bytes) {
    return std::string(as_text(bytes));
}

TEST(Decode, names_a_reading_and_keeps_its_values_sealed) {
    const auto result = decode(line("ff1/lab/meter-1/reading/-", samples::reading().envelope));
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(result.says("READING  ff1/lab/meter-1/reading/-"));
    EXPECT_TRUE(result.says("signer              meter-1"));
    EXPECT_TRUE(
        result.says("not checked (no --genesis), and ids of signed things are not the network's"));
    EXPECT_TRUE(result.says("measured values     sealed, "));
    EXPECT_TRUE(result.says("window              7"));
}

TEST(Decode, reads_a_batch_a_vote_and_a_status_from_one_stream) {
    const NodeId node("node-2");
    const auto signer = samples::signer("node-2");
    const NodeStatus status{9, samples::digest("tip"), samples::digest("state"), 10, 0};
    const auto result = decode(
        line("ff1/lab/node-1/batch/cluster-1", encode_transaction(samples::batch())) +
        line("ff1/lab/node-3/precommit/-",
             encode_vote(samples::vote(VoteType::precommit, std::nullopt))) +
        line("ff1/lab/node-2/status/-", encode_status(status, node, samples::network(), signer)));
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(result.says("BATCH"));
    EXPECT_TRUE(result.says("line sealed, "));
    EXPECT_TRUE(result.says("endorsed by         node-1 node-2 node-3"));
    EXPECT_TRUE(result.says("PRECOMMIT"));
    EXPECT_TRUE(result.says("for                 nil"));
    EXPECT_TRUE(result.says("STATUS"));
}

TEST(Decode, shows_the_factors_of_quarter_hours) {
    const auto batch = decode(to_hex(encode_transaction(samples::batch())));
    EXPECT_TRUE(batch.says("basis               expected\n"));
    EXPECT_TRUE(batch.says("factors bound       100.0 %, 81.2345 %, -\n"));
    EXPECT_TRUE(batch.says("factors planned     -, 65.0 %, 0.0 %\n"));
    ShareStatement share{MeterId("meter-1"), 7, samples::digest("settlement"), 4000, 900, {}};
    const auto told = [&] {
        return decode(line(
            "ff1/lab/node-2/share/meter-1",
            encode_share(share, NodeId("node-2"), samples::network(), samples::signer("node-2"))));
    };
    EXPECT_FALSE(told().says("factors"));
    share.factors = {kUncurtailedPpm, kUncurtailedPpm, 250'000};
    EXPECT_TRUE(told().says("factors             2 x -, 25.0 %\n"));
}

TEST(Decode, shows_where_the_shares_of_a_network_come_from) {
    test::TestNetworkOptions options;
    options.parameters.basis = ShareBasis::expected;
    options.parameters.resolution = ShareResolution::quarter;
    const test::TestNetwork forecast(options);
    const auto genesis_of = [](const test::TestNetwork& network) {
        return decode(
            to_hex(encode_transaction(network.genesis().block.block.transactions.front())));
    };
    const auto told = genesis_of(forecast);
    EXPECT_TRUE(told.says("shares              basis expected, resolution quarter\n"));
    EXPECT_TRUE(told.says("memory of 10 days, 1 after a change, needless Wh 260.0 %, 40 factors"));
    const auto plain = genesis_of(test::TestNetwork());
    EXPECT_TRUE(plain.says("shares              basis previous_window, resolution window\n"));
    EXPECT_FALSE(plain.says("forecast"));
}

TEST(Decode, takes_bare_hex_and_a_raw_message) {
    const Bytes bytes = encode_transaction(samples::dgmd(samples::key_grant()));
    for (const auto& input : {to_hex(bytes) + "\n", raw(bytes)}) {
        const auto result = decode(input);
        EXPECT_EQ(result.status, 0) << result.err;
        EXPECT_TRUE(result.says("KEY_GRANT\n"));
        EXPECT_TRUE(result.says("data key sealed, 32 bytes"));
    }
}

TEST(Decode, says_where_the_shape_alone_cannot_tell) {
    const Receipt receipt{MeterId("meter-1"), 7, 8, samples::digest("reading")};
    const Bytes bytes =
        encode_receipt(receipt, NodeId("node-2"), samples::network(), samples::signer("node-2"));
    const auto result = decode(to_hex(bytes));
    EXPECT_TRUE(result.says("RECEIPT"));
    EXPECT_TRUE(result.says("or, by its shape    ENDORSEMENT"));
    const auto told = decode(line("ff1/lab/node-2/receipt/meter-1", bytes));
    EXPECT_FALSE(told.says("ENDORSEMENT"));
}

TEST(Decode, adds_diagnostic_notation) {
    const auto result = decode(to_hex(samples::reading().envelope), {.genesis = {}, .cbor = true});
    EXPECT_TRUE(result.says("  [h'a2012604476d657465722d31', {}, h'82a90101"));
}

TEST(Decode, checks_signatures_with_a_genesis_file) {
    test::NodeDirectory directory(4, 1);
    DecodeOptions options;
    options.genesis = directory.genesis();
    const auto& network = directory.stored().genesis().network;
    const NodeStatus status{9, samples::digest("tip"), samples::digest("state"), 10, 0};
    const NodeId node = test::TestNetwork::node(1);
    const SigningKey& key = test::signing_key(node.str());
    const Bytes good = encode_status(status, node, network, key);
    EXPECT_TRUE(decode(to_hex(good), options).says("signature           valid"));
    const Bytes forged = encode_status(status, test::TestNetwork::node(2), network, key);
    EXPECT_TRUE(decode(to_hex(forged), options).says("signature           WRONG"));
    const Bytes foreign = encode_status(status, NodeId("stranger"), network, key);
    EXPECT_TRUE(decode(to_hex(foreign), options).says("has no key of the signer"));
    const Bytes file = encode_genesis(directory.stored().genesis().block);
    EXPECT_TRUE(decode(raw(file)).says("GENESIS FILE"));
    options.genesis = directory.in("nothing.cbor");
    EXPECT_EQ(decode("", options).status, 2);
}

TEST(Decode, puts_chunks_together) {
    const Bytes message = encode_bundle({std::vector<Transaction>(80, samples::batch())});
    std::string input;
    for (const Bytes& packet : split_message(message, kMost)) {
        input += line("ff1/lab/node-1/tx/-", packet);
    }
    const auto result = decode(input);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(result.says("PART of a larger message"));
    EXPECT_TRUE(result.says("80 transactions"));
}

TEST(Decode, says_what_is_unknown_and_goes_on) {
    const auto result = decode("ff1/lab/n/status/- 00\nnothing\nother/topic 80\n" +
                               line("ff1/lab/meter-1/reading/-", samples::reading().envelope));
    EXPECT_EQ(result.status, 1);
    EXPECT_EQ(result.err,
              "ff1/lab/n/status/-: is no message of ours: malformed\n"
              "input: is not hex\n"
              "other/topic: is no topic of ours\n");
    EXPECT_TRUE(result.says("READING"));
    EXPECT_EQ(decode(std::string("\xff\x00\x01", 3)).status, 1);
}

TEST(Decode, a_cleared_retained_value_is_no_fault) {
    const auto result = decode("ff1/lab/node-1/batch/cluster-1 \n");
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_TRUE(result.says("(cleared)"));
}

}  // namespace
}  // namespace fairfeed
