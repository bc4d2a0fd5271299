// An idle node leaves its card alone. The tests count bytes and syncs of an hour in virtual time,
// with the status file in its runtime directory, while the scrub reads the ledger.
#include <gtest/gtest.h>

#include "core/io/status_file.h"
#include "edge-node/service/status_report.h"
#include "tests/crash/crash_enumeration.h"
#include "tests/crash/node_disk.h"

namespace fairfeed::test {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

struct Wear {
    std::size_t operations = 0;
    std::size_t bytes = 0;
    std::size_t syncs = 0;
};

// The wear by operations [from, to).
Wear wear_of(const DiskHistory& history, std::size_t from, std::size_t to) {
    Wear wear;
    for (std::size_t i = from; i < to; ++i) {
        const DiskOperation& each = history.operations[i];
        ++wear.operations;
        wear.bytes += each.bytes.size();
        wear.syncs +=
            each.kind == DiskOperation::Kind::sync || each.kind == DiskOperation::Kind::sync_names
                ? 1U
                : 0U;
    }
    return wear;
}

// One node with field timers and four-hour windows, so no window ends within this hour.
class IdleNode {
  public:
    IdleNode(const std::filesystem::path& directory, const std::filesystem::path& status)
        : status_(status) {
        config_.node = TestNetwork::node(1);
        config_.data = directory / "data";
        auto storage = Storage::open(config_, network_.genesis());
        CHECK(storage.has_value());
        storage_.emplace(std::move(*storage));
        storage_->learn(block_id(network_.genesis().block.block.header));
        now_ = {1'000'000, network_.genesis().content.parameters.real_epoch_ms + 1000, true};
        node_ = std::make_unique<Node>(Node::Setup{config_.node, network_.key(config_.node),
                                                   agreement_key(config_.node.str()),
                                                   counting_random()});
        auto memory = storage_->recall(network_.network());
        CHECK(memory.has_value());
        const auto effects =
            node_->start(network_.initial_state(), std::nullopt, std::move(*memory), now_);
        CHECK(effects.has_value());
        perform(*effects);
        perform(node_->step(BrokerConnected{}, now_));
    }
    void pass(std::int64_t ms) {
        const std::int64_t until_ms = now_.steady_ms + ms;
        while (now_.steady_ms < until_ms) {
            now_.steady_ms += 1000;
            now_.real_ms += 1000;
            if (now_.steady_ms >= node_->next_deadline_ms(now_))
                perform(node_->step(TimePassed{}, now_));
            CHECK(storage_->scrub(now_).has_value());
            const NodeSummary summary = node_->summary();
            status_.show(to_json({config_.node, true, 0, 0, 0, summary}), now_);
        }
    }

  private:
    void perform(const Effects& effects) {
        CHECK(storage_->write(effects, now_.real_ms).has_value());
    }
    TestNetwork network_{TestNetworkOptions{.nodes = 1}};
    NodeConfig config_;
    std::optional<Storage> storage_;
    std::unique_ptr<Node> node_;
    StatusFile status_;
    Instant now_;
};

TEST(IdleHour, writes_nothing_and_syncs_nothing_in_the_data_directory) {
    const testing_support::TempDirectory elsewhere;
    std::size_t before = 0;
    std::size_t after = 0;  // before the node closes its files
    const DiskHistory history = record([&](const auto& directory, DiskRecording& recording) {
        IdleNode node(directory, elsewhere / "run/status.json");
        node.pass(1000);
        before = recording.history().operations.size();
        node.pass(kHourMs);
        after = recording.history().operations.size();
    });
    EXPECT_GT(before, 0U) << "the recording sees the node's files";
    const Wear wear = wear_of(history, before, after);
    EXPECT_EQ(wear.operations, 0U);
    EXPECT_EQ(wear.bytes, 0U);
    EXPECT_EQ(wear.syncs, 0U);
}

TEST(IdleHour, gives_a_sign_of_life_every_half_minute_and_never_syncs_it) {
    const testing_support::TempDirectory elsewhere;
    std::size_t before = 0;
    std::size_t after = 0;  // before the node closes its files
    const DiskHistory history = record([&](const auto& directory, DiskRecording& recording) {
        IdleNode node(elsewhere.path(), directory / "run/status.json");
        node.pass(1000);
        before = recording.history().operations.size();
        node.pass(kHourMs);
        after = recording.history().operations.size();
    });
    const Wear wear = wear_of(history, before, after);
    EXPECT_EQ(wear.syncs, 0U);
    EXPECT_EQ(wear.operations, 3U * 120U) << "create, write, rename";
    EXPECT_LT(wear.bytes, 120U * 4096U);
}

}  // namespace
}  // namespace fairfeed::test
