// A TestChain written into a ledger file, and ways to damage that file. For tests of the ledger
// room. Single-threaded.
#pragma once

#include <gtest/gtest.h>

#include "core/accounts/keyholder_accounts.h"
#include "core/io/sqlite.h"
#include "core/ledger/ledger.h"
#include "core/ledger/schema.h"
#include "core/wire/genesis_file_codec.h"
#include "tests/support/temp_directory.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

constexpr DatabaseKind kStoredLedger = kLedgerKind;
constexpr std::int64_t kCommittedAfterMs = 40;  // block time to the recorded commit time

class StoredChain {
  public:
    explicit StoredChain(TestNetworkOptions options = {})
        : network_(std::move(options)), chain_(network_) {}

    [[nodiscard]] TestChain& chain() { return chain_; }
    [[nodiscard]] const TestNetwork& network() const { return network_; }
    [[nodiscard]] const LoadedGenesis& genesis() const { return network_.genesis(); }
    [[nodiscard]] std::filesystem::path file() const { return directory_ / "ledger.db"; }
    [[nodiscard]] const testing_support::TempDirectory& directory() const { return directory_; }

    // Runs all clusters with meters from window 0 on, one block for each window.
    void run_windows(Window count) {
        std::vector<ClusterId> clusters;
        for (std::size_t i = 1; i <= network_.options().clusters_with_meters; ++i)
            clusters.push_back(TestNetwork::cluster(i));
        for (Window window = 0; window < count; ++window)
            chain_.run_window(clusters, window);
    }
    // Writes the blocks that the file lacks.
    void store() {
        auto ledger = Ledger::open(file(), genesis());
        ASSERT_TRUE(ledger) << ledger.error().message;
        for (const CommittedBlock& each : chain_.blocks()) {
            if (each.block.header.height <= ledger->height()) continue;
            const auto done = ledger->commit(each.block, each.certificate,
                                             each.block.header.time_ms + kCommittedAfterMs);
            ASSERT_TRUE(done) << done.error().message;
        }
    }
    [[nodiscard]] Ledger open() const {
        auto ledger = Ledger::open_read_only(file(), network_.network());
        CHECK(ledger.has_value());
        return std::move(*ledger);
    }
    [[nodiscard]] Keyholder holder(const NodeId& node) const {
        return {node, agreement_key(node.str())};
    }

    // Runs one statement on the file behind the ledger's back, and corrects the hashes of the
    // changed rows, as an informed forger would.
    template <class... Values>
    void damage(std::string_view sql, const Values&... values) const {
        rot(sql, values...);
        auto database = Database::open(file(), kStoredLedger);
        CHECK(database.has_value());
        auto rows = database->prepare(
            "SELECT height, body, ifnull(certificate, x''), committed_at_ms "
            "FROM blocks JOIN commits USING (height)");
        auto put = database->prepare(
            "UPDATE commits SET body_hash = ?2, note_hash = ?3 WHERE height = ?1");
        CHECK(rows.has_value() && put.has_value());
        while (*rows->step()) {
            CHECK(put->run(rows->int_at(0), stored_body_hash(rows->blob_at(1)),
                           stored_note_hash(rows->blob_at(2), rows->int_at(3)))
                      .has_value());
        }
    }
    // Runs one statement without correcting hashes, as a failing disk would.
    template <class... Values>
    void rot(std::string_view sql, const Values&... values) const {
        auto database = Database::open(file(), kStoredLedger);
        CHECK(database.has_value());
        CHECK(database->execute("PRAGMA foreign_keys = OFF").has_value());
        CHECK(database->execute("PRAGMA synchronous = OFF").has_value());
        auto statement = database->prepare(sql);
        CHECK(statement.has_value());
        CHECK(statement->run(values...).has_value());
    }
    [[nodiscard]] Bytes body(Height height) const {
        return encode_block(chain_.blocks().at(height - 1).block);
    }

  private:
    testing_support::TempDirectory directory_;
    TestNetwork network_;
    TestChain chain_;
};

}  // namespace fairfeed::test
