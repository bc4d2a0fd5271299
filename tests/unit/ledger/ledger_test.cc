#include "core/ledger/ledger.h"

#include <gmock/gmock.h>

#include <fstream>

#include "core/wire/genesis_file_codec.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed {
namespace {

using test::StoredChain;
using test::TestNetwork;
using test::TestNetworkOptions;
using ::testing::HasSubstr;

TestNetworkOptions two_nodes() {
    TestNetworkOptions options;
    options.nodes = 2;
    return options;
}

TEST(ledger, begins_with_block_0_and_no_certificate) {
    StoredChain stored(two_nodes());
    stored.store();
    const Ledger ledger = stored.open();
    EXPECT_EQ(ledger.height(), 0U);
    const auto first = ledger.block(0);
    ASSERT_TRUE(first && *first);
    EXPECT_EQ((*first)->block, stored.genesis().block.block);
    EXPECT_FALSE(*ledger.certificate(0));
    EXPECT_FALSE(*ledger.committed_at_ms(0));
}

TEST(ledger, gives_back_what_was_committed_after_it_was_closed) {
    StoredChain stored(two_nodes());
    stored.run_windows(3);
    stored.store();
    const Ledger ledger = stored.open();
    ASSERT_EQ(ledger.height(), 3U);
    for (const CommittedBlock& expected : stored.chain().blocks()) {
        const Height height = expected.block.header.height;
        const auto block = ledger.block(height);
        ASSERT_TRUE(block && *block);
        EXPECT_EQ(**block, expected);
        EXPECT_EQ(**ledger.certificate(height), expected.certificate);
        EXPECT_EQ(**ledger.committed_at_ms(height),
                  expected.block.header.time_ms + test::kCommittedAfterMs);
        for (const Transaction& transaction : expected.block.transactions)
            EXPECT_EQ(**ledger.find_transaction(transaction.id), height);
    }
    EXPECT_FALSE(*ledger.block(4));
    EXPECT_FALSE(*ledger.find_transaction(Digest{}));
}

TEST(ledger, finds_the_transactions_of_genesis_at_height_0) {
    StoredChain stored(two_nodes());
    stored.store();
    const Ledger ledger = stored.open();
    for (const Transaction& transaction : stored.genesis().block.block.transactions)
        EXPECT_EQ(**ledger.find_transaction(transaction.id), 0U);
}

TEST(ledger, refuses_the_ledger_of_another_network_and_says_what_to_do) {
    StoredChain stored(two_nodes());
    stored.store();
    TestNetworkOptions other = two_nodes();
    other.parameters.name = "other";
    const TestNetwork network(other);
    const auto written = Ledger::open(stored.file(), network.genesis());
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().message, HasSubstr("another network"));
    EXPECT_THAT(written.error().message, HasSubstr("name the ledger that belongs"));
    const auto read = Ledger::open_read_only(stored.file(), network.network());
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("another network"));
}

TEST(ledger, refuses_a_ledger_whose_block_0_is_another_one) {
    StoredChain stored(two_nodes());
    stored.store();
    LoadedGenesis other = stored.genesis();
    other.block.block.header.time_ms += 1;
    const auto ledger = Ledger::open(stored.file(), other);
    ASSERT_FALSE(ledger);
    EXPECT_THAT(ledger.error().message, HasSubstr("block 0 is another one"));
}

TEST(ledger, refuses_a_foreign_database_and_leaves_it_alone) {
    StoredChain stored(two_nodes());
    constexpr DatabaseKind kOther{.what = "a cookery book",
                                  .application_id = 7,
                                  .schema_version = 1,
                                  .schema = "CREATE TABLE recipes (name TEXT)"};
    ASSERT_TRUE(Database::open(stored.file(), kOther));
    const auto ledger = Ledger::open(stored.file(), stored.genesis());
    ASSERT_FALSE(ledger);
    EXPECT_THAT(ledger.error().message, HasSubstr("is not a ledger"));
    EXPECT_TRUE(Database::open_read_only(stored.file(), kOther));
}

TEST(ledger, refuses_a_file_that_is_no_database) {
    StoredChain stored(two_nodes());
    std::ofstream(stored.file()) << std::string(5000, 'x');
    EXPECT_FALSE(Ledger::open(stored.file(), stored.genesis()));
    EXPECT_FALSE(Ledger::open_read_only(stored.file(), stored.network().network()));
}

TEST(ledger, does_not_read_what_is_not_there) {
    StoredChain stored(two_nodes());
    EXPECT_FALSE(Ledger::open_read_only(stored.file(), stored.network().network()));
    EXPECT_FALSE(std::filesystem::exists(stored.file()));
}

TEST(ledger, names_the_height_of_a_block_that_does_not_decode) {
    StoredChain stored(two_nodes());
    stored.run_windows(2);
    stored.store();
    stored.damage("UPDATE blocks SET body = ?1 WHERE height = 2", Bytes{0x80});
    const Ledger ledger = stored.open();
    const auto block = ledger.block(2);
    ASSERT_FALSE(block);
    EXPECT_THAT(block.error().message, HasSubstr("block 2"));
    EXPECT_TRUE(ledger.block(1));
}

TEST(ledger, can_be_read_while_it_is_written) {
    StoredChain stored(two_nodes());
    stored.store();
    stored.run_windows(2);
    auto writer = Ledger::open(stored.file(), stored.genesis());
    ASSERT_TRUE(writer);
    const CommittedBlock& first = stored.chain().blocks()[0];
    ASSERT_TRUE(writer->commit(first.block, first.certificate, 1));
    const Ledger reader = stored.open();
    const CommittedBlock& second = stored.chain().blocks()[1];
    ASSERT_TRUE(writer->commit(second.block, second.certificate, 2));
    EXPECT_EQ(reader.height(), 1U);
    EXPECT_TRUE(*reader.block(1));
    EXPECT_EQ(writer->height(), 2U);
}

}  // namespace
}  // namespace fairfeed
