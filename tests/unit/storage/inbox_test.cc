// The inbox's promises: committed rows are there after a reopen, uncommitted ones are not, and
// forgetting removes exactly the named rows.
#include "edge-node/storage/inbox.h"
#include "edge-node/storage/inbox_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/digest.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_network.h"

namespace fairfeed {
namespace {

using test::TestNetwork;

const ClusterId kOne = TestNetwork::cluster(1);
const ClusterId kTwo = TestNetwork::cluster(2);

SignedReading reading(const ClusterId& cluster, std::string_view meter, Window window) {
    SignedReading out;
    out.header.meter = MeterId(meter);
    out.header.cluster = cluster;
    out.header.window = window;
    out.id = sha256(as_bytes(std::string(meter) + std::to_string(window)));
    out.envelope = to_bytes(as_bytes(std::string(meter) + "/" + std::to_string(window)));
    return out;
}

EndorsementRow row(const ClusterId& cluster, Window window, std::uint32_t version) {
    const std::string name = cluster.str() + std::to_string(window) + std::to_string(version);
    EndorsementRow out;
    out.endorsement = {cluster, window, version, sha256(as_bytes(name))};
    out.signature.bytes[0] = static_cast<std::uint8_t>(version + 1);
    out.batch = to_bytes(as_bytes("batch " + name));
    return out;
}

std::vector<std::string> texts(const std::vector<Bytes>& all) {
    std::vector<std::string> out;
    for (const Bytes& bytes : all)
        out.emplace_back(as_text(bytes));
    return out;
}

class InboxFile : public ::testing::Test {
  protected:
    InboxFile() { reopen(); }
    void reopen() {
        inbox_.reset();
        auto opened = Inbox::open(directory_ / "inbox.db");
        ASSERT_TRUE(opened) << opened.error().message;
        inbox_.emplace(std::move(*opened));
    }
    void fill() {
        ASSERT_TRUE(inbox_->begin());
        for (Window window = 0; window < 4; ++window) {
            ASSERT_TRUE(inbox_->put_reading(reading(kOne, "a", window), 1));
            ASSERT_TRUE(inbox_->put_reading(reading(kTwo, "b", window), 2));
            ASSERT_TRUE(inbox_->put_endorsement(row(kOne, window, 0)));
            ASSERT_TRUE(inbox_->put_endorsement(row(kTwo, window, 0)));
            ASSERT_TRUE(inbox_->put_block(sha256(as_bytes(std::to_string(window))), window + 1,
                                          as_bytes("block " + std::to_string(window + 1))));
        }
        ASSERT_TRUE(inbox_->put_batch(kOne, 3, as_bytes("batch one")));
        ASSERT_TRUE(inbox_->put_batch(kTwo, 3, as_bytes("batch two")));
        ASSERT_TRUE(inbox_->commit());
    }
    [[nodiscard]] InboxContents contents() {
        auto loaded = inbox_->load();
        EXPECT_TRUE(loaded);
        return std::move(*loaded);
    }

    testing_support::TempDirectory directory_;
    std::optional<Inbox> inbox_;
};

TEST_F(InboxFile, holds_after_a_reopen_what_was_committed) {
    fill();
    reopen();
    const InboxContents held = contents();
    EXPECT_EQ(texts(held.readings),
              (std::vector<std::string>{"a/0", "a/1", "a/2", "a/3", "b/0", "b/1", "b/2", "b/3"}));
    EXPECT_EQ(texts(held.batches), (std::vector<std::string>{"batch one", "batch two"}));
    EXPECT_EQ(texts(held.blocks),
              (std::vector<std::string>{"block 1", "block 2", "block 3", "block 4"}));
    ASSERT_EQ(held.endorsements.size(), 8U);
    const EndorsementRow expected = row(kOne, 2, 0);
    EXPECT_EQ(held.endorsements[2].endorsement, expected.endorsement);
    EXPECT_EQ(held.endorsements[2].signature, expected.signature);
    EXPECT_EQ(held.endorsements[2].batch, expected.batch);
}

TEST_F(InboxFile, loses_what_was_not_committed) {
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->put_reading(reading(kOne, "a", 0), 1));
    ASSERT_TRUE(inbox_->commit());
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->put_reading(reading(kOne, "a", 1), 1));
    ASSERT_TRUE(inbox_->put_batch(kOne, 3, as_bytes("batch")));
    reopen();
    EXPECT_EQ(texts(contents().readings), std::vector<std::string>{"a/0"});
    EXPECT_TRUE(contents().batches.empty());
}

TEST_F(InboxFile, keeps_both_readings_of_a_meter_that_signed_two) {
    ASSERT_TRUE(inbox_->begin());
    SignedReading second = reading(kOne, "a", 0);
    second.id = sha256(as_bytes("another"));
    second.envelope = to_bytes(as_bytes("another"));
    for (const SignedReading& each : {reading(kOne, "a", 0), second, reading(kOne, "a", 0)})
        ASSERT_TRUE(inbox_->put_reading(each, 1));
    ASSERT_TRUE(inbox_->commit());
    reopen();
    EXPECT_THAT(texts(contents().readings), testing::UnorderedElementsAre("a/0", "another"));
}

TEST_F(InboxFile, keeps_the_first_vote_of_a_slot) {
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->put_endorsement(row(kOne, 0, 0)));
    EndorsementRow other = row(kOne, 0, 0);
    other.batch = to_bytes(as_bytes("another"));
    ASSERT_TRUE(inbox_->put_endorsement(other));
    ASSERT_TRUE(inbox_->put_endorsement(row(kOne, 0, 1)));
    ASSERT_TRUE(inbox_->commit());
    reopen();
    const InboxContents held = contents();
    ASSERT_EQ(held.endorsements.size(), 2U) << "one for each version";
    EXPECT_EQ(held.endorsements[0].batch, row(kOne, 0, 0).batch);
    EXPECT_EQ(held.endorsements[1].endorsement.version, 1U);
}

TEST_F(InboxFile, replaces_a_clusters_batch_when_it_is_reissued) {
    fill();
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->put_batch(kOne, 3, as_bytes("version 1")));
    ASSERT_TRUE(inbox_->commit());
    reopen();
    EXPECT_EQ(texts(contents().batches), (std::vector<std::string>{"version 1", "batch two"}));
}

TEST_F(InboxFile, forgets_blocks_up_to_a_height_and_nothing_else) {
    fill();
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->forget_blocks(2));
    ASSERT_TRUE(inbox_->commit());
    reopen();
    const InboxContents held = contents();
    EXPECT_EQ(texts(held.blocks), (std::vector<std::string>{"block 3", "block 4"}));
    EXPECT_EQ(held.readings.size(), 8U);
    EXPECT_EQ(held.endorsements.size(), 8U);
    EXPECT_EQ(held.batches.size(), 2U);
}

TEST_F(InboxFile, forgets_one_clusters_window_and_nothing_else) {
    fill();
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->forget_window(kOne, 2, 1));
    ASSERT_TRUE(inbox_->commit());
    reopen();
    const InboxContents held = contents();
    EXPECT_EQ(texts(held.readings),
              (std::vector<std::string>{"a/1", "a/2", "a/3", "b/0", "b/1", "b/2", "b/3"}));
    EXPECT_EQ(held.batches.size(), 2U) << "that of window 3 still binds";
    ASSERT_EQ(held.endorsements.size(), 5U);
    EXPECT_EQ(held.endorsements[0].endorsement, row(kOne, 3, 0).endorsement);
    EXPECT_EQ(held.blocks.size(), 4U);
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->forget_window(kOne, 3, 1));
    ASSERT_TRUE(inbox_->commit());
    reopen();
    EXPECT_EQ(texts(contents().batches), std::vector<std::string>{"batch two"});
}

TEST_F(InboxFile, forgets_readings_one_by_one_and_keeps_older_ones_that_may_come_late) {
    fill();
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->forget_window(kOne, 3, 1, {{MeterId("a"), 2}, {MeterId("a"), 9}}));
    ASSERT_TRUE(inbox_->commit());
    reopen();
    EXPECT_EQ(texts(contents().readings),
              (std::vector<std::string>{"a/1", "a/3", "b/0", "b/1", "b/2", "b/3"}));
}

// Damage as by a bad sector, or by a person with a SQLite shell.
TEST_F(InboxFile, refuses_rows_that_are_not_those_that_were_written) {
    for (const char* damage :
         {"DELETE FROM endorsements WHERE cluster = (SELECT min(cluster) FROM endorsements)",
          "UPDATE endorsements SET window = window + 100", "UPDATE batches SET batch = x'00'",
          "UPDATE readings SET envelope = x'00'", "DELETE FROM blocks", "DELETE FROM seal"}) {
        inbox_.reset();
        std::filesystem::remove(directory_ / "inbox.db");
        std::filesystem::remove(directory_ / "inbox.mark");
        reopen();
        fill();
        inbox_.reset();
        {
            auto behind = Database::open(directory_ / "inbox.db", kInboxKind);
            ASSERT_TRUE(behind) << behind.error().message;
            ASSERT_TRUE(behind->execute(damage));
        }
        reopen();
        const auto loaded = inbox_->load();
        ASSERT_FALSE(loaded) << damage;
        EXPECT_NE(loaded.error().message.find("inbox.db' is damaged"), std::string::npos);
    }
}

TEST_F(InboxFile, finds_out_that_it_fell_back_to_an_earlier_moment) {
    fill();
    inbox_.reset();
    const auto copy = directory_ / "copy.db";
    std::filesystem::copy_file(directory_ / "inbox.db", copy);
    reopen();
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->put_endorsement(row(kOne, 7, 0)));
    ASSERT_TRUE(inbox_->commit());
    inbox_.reset();
    std::filesystem::copy_file(copy, directory_ / "inbox.db",
                               std::filesystem::copy_options::overwrite_existing);
    reopen();
    const auto loaded = inbox_->load();
    ASSERT_FALSE(loaded);
    EXPECT_TRUE(loaded.error().damage);
    inbox_.reset();
    std::filesystem::remove(directory_ / "inbox.db");
    reopen();
    EXPECT_FALSE(inbox_->load()) << "one that is gone altogether is no new one either";
}

TEST_F(InboxFile, begun_anew_knows_that_it_has_forgotten_until_it_is_told_what) {
    fill();
    inbox_.reset();
    const auto aside = Inbox::begin_anew(directory_ / "inbox.db", 1'785'603'723'000);
    ASSERT_TRUE(aside) << aside.error().message;
    EXPECT_EQ(aside->filename(), "inbox.db.damaged-20260801T170203Z");
    EXPECT_EQ(Inbox::salvage(*aside).readings.size(), 8U);
    EXPECT_EQ(Inbox::salvage(*aside).blocks.size(), 4U);
    reopen();
    EXPECT_TRUE(contents().all_in_doubt);
    EXPECT_TRUE(contents().readings.empty());
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->put_doubts({{kOne, 3}, {kTwo, 4}}));
    ASSERT_TRUE(inbox_->commit());
    reopen();
    EXPECT_FALSE(contents().all_in_doubt);
    EXPECT_EQ(contents().doubts, (std::map<ClusterId, Window>{{kOne, 3}, {kTwo, 4}}));
    ASSERT_TRUE(inbox_->begin());
    ASSERT_TRUE(inbox_->forget_window(kOne, 2, 0));
    ASSERT_TRUE(inbox_->forget_window(kTwo, 4, 0));
    ASSERT_TRUE(inbox_->commit());
    reopen();
    EXPECT_EQ(contents().doubts, (std::map<ClusterId, Window>{{kOne, 3}})) << "until it is settled";
}

TEST_F(InboxFile, refuses_a_file_that_is_something_else) {
    inbox_.reset();
    std::filesystem::remove(directory_ / "inbox.db");
    auto strange = Database::open(directory_ / "inbox.db",
                                  DatabaseKind{.what = "a cookbook",
                                               .application_id = 7,
                                               .schema_version = 1,
                                               .schema = "CREATE TABLE recipes(name TEXT)"});
    ASSERT_TRUE(strange);
    EXPECT_FALSE(Inbox::open(directory_ / "inbox.db"));
}

}  // namespace
}  // namespace fairfeed
