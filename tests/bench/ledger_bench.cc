// A ledger of any age, and how long a node takes to start from it: from genesis, and from its last
// snapshot.
//   ledger_bench make FOLDER WINDOWS METERS [CLUSTERS]   writes genesis.cbor and data/ledger.db
//   ledger_bench start FOLDER                            prints one JSON object
// METERS are of each cluster; windows last four hours, so a year has 2190 of them. Exit status 2:
// wrong arguments.
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "core/io/clock.h"
#include "core/io/file.h"
#include "core/io/json.h"
#include "core/ledger/snapshot_schedule.h"
#include "core/state/app_hash.h"
#include "core/wire/chain_codec.h"
#include "edge-node/service/node_start.h"
#include "tests/support/test_network.h"

namespace fairfeed::bench {
namespace {

using test::TestChain;
using test::TestNetwork;

std::int64_t now_ms() {
    return Clock().now().steady_ms;
}

DataDirectory directory_in(const std::filesystem::path& folder) {
    DataDirectory directory;
    directory.data = folder / "data";
    return directory;
}

int make(const std::filesystem::path& folder, Window windows, std::size_t meters,
         std::size_t clusters) {
    test::TestNetworkOptions options;
    options.nodes = std::max<std::size_t>(4, clusters);
    options.clusters = clusters;
    options.clusters_with_meters = clusters;
    options.meters_per_cluster = meters;
    const TestNetwork network(options);
    CHECK(make_directories(folder).has_value());
    CHECK(write_file_atomically(folder / "genesis.cbor", encode_genesis(network.genesis().block))
              .has_value());
    auto storage = Storage::open(directory_in(folder), network.genesis());
    CHECK(storage.has_value());
    TestChain chain(network);
    std::size_t stored = 0;
    for (Window window = 0; window < windows; ++window) {
        for (std::size_t cluster = 1; cluster <= clusters; ++cluster)
            chain.run_window({TestNetwork::cluster(cluster)}, window, 300);
        for (; stored < chain.blocks().size(); ++stored)
            CHECK(storage->write({CommitBlock{chain.blocks()[stored]}}, 0).has_value());
        if (window % 100 == 0) std::cerr << "window " << window << " of " << windows << '\n';
    }
    return 0;
}

struct Bench {
    LoadedGenesis genesis;
    Storage storage;
    NodeId self = TestNetwork::node(1);
    SnapshotKeys keys{{genesis.network, self},
                      *VerifyKey::from_point(test::signing_key(self.str()).public_key()),
                      test::agreement_key(self.str())};

    [[nodiscard]] std::unique_ptr<Node> new_node() const {
        return std::make_unique<Node>(Node::Setup{self, test::signing_key(self.str()),
                                                  test::agreement_key(self.str()),
                                                  test::counting_random()});
    }
    // The last snapshot that the schedule would have had written, and that a block has proven.
    [[nodiscard]] Height last_due() const {
        SnapshotSchedule schedule;
        Height last = 0;
        std::size_t meters = 0;
        const auto end = replay(storage.ledger(), genesis, {.trust_signatures = true},
                                [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                                    const Block& block = step.committed.block;
                                    meters = step.after.meters.size();
                                    schedule.on_block(block.transactions.size());
                                    const bool proven =
                                        block.header.height < storage.ledger().height();
                                    if (!schedule.is_due(meters) || !proven) return {};
                                    schedule.taken();
                                    last = block.header.height;
                                    return {};
                                });
        CHECK(end.has_value());
        return last;
    }
    Json write_snapshot(const SnapshotFiles& files, Height height) {
        const auto node = new_node();
        storage.unlearn();
        const auto state = replay(storage.ledger(), genesis,
                                  {.trust_signatures = true, .keep_before = true, .up_to = height},
                                  [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                                      storage.learn(block_id(step.committed.block.header));
                                      node->replay(step);
                                      return {};
                                  });
        CHECK(state.has_value());
        const std::int64_t start_ms = now_ms();
        Snapshot snapshot;
        for (int i = 0; i < 100; ++i)
            snapshot = {height, storage.ids(), encode_state(*state), node->books()};
        const std::int64_t encoded_ms = now_ms();
        const auto state_bytes = snapshot.state.size();
        const auto books_bytes = snapshot.books.size();
        const Bytes sealed =
            seal_snapshot(snapshot, keys.owner, test::signing_key(self.str()),
                          test::agreement_key(self.str()).public_key(), system_random());
        CHECK(files.put_next(sealed).has_value() && files.promote().has_value());
        return Json::object()
            .set("height", height)
            .set("meters", state->meters.size())
            .set("state_bytes", state_bytes)
            .set("books_bytes", books_bytes)
            .set("encode_100_ms", encoded_ms - start_ms)
            .set("seal_and_write_ms", now_ms() - encoded_ms);
    }
    [[nodiscard]] Json started(const SnapshotFiles& files) {
        const std::int64_t start_ms = now_ms();
        NodeStart from(storage, genesis, keys, [this] { return new_node(); }, {});
        const auto tip = from.run(files);
        CHECK(tip.has_value());
        const std::int64_t took_ms = now_ms() - start_ms;
        return Json::object()
            .set("from", tip->report.from)
            .set("transactions", tip->report.transactions)
            .set("ms", took_ms);
    }
};

int start(const std::filesystem::path& folder) {
    const auto bytes = read_file(folder / "genesis.cbor");
    if (!bytes) {
        std::cerr << bytes.error().message << "; make the ledger first\n";
        return 2;
    }
    auto genesis = decode_genesis(*bytes);
    CHECK(genesis.has_value());
    const DataDirectory directory = directory_in(folder);
    auto storage = Storage::open(directory, *genesis);
    CHECK(storage.has_value());
    Bench bench{*genesis, std::move(*storage)};
    const SnapshotFiles files = directory.snapshots();
    std::filesystem::remove(directory.snapshots().proven());
    std::filesystem::remove(directory.snapshots().next());
    Json out = Json::object().set("blocks", bench.storage.ledger().height());
    out.set("from_genesis", bench.started(files));
    out.set("snapshot", bench.write_snapshot(files, bench.last_due()));
    out.set("from_snapshot", bench.started(files));
    std::cout << out.dump(2) << '\n';
    return 0;
}

int run(const std::vector<std::string>& arguments) {
    const auto number = [&](std::size_t i) {
        return std::strtoul(arguments[i].c_str(), nullptr, 10);
    };
    if (arguments.size() == 2 && arguments[0] == "start") return start(arguments[1]);
    if ((arguments.size() == 4 || arguments.size() == 5) && arguments[0] == "make") {
        const std::size_t clusters = arguments.size() == 5 ? number(4) : 1;
        return make(arguments[1], static_cast<Window>(number(2)), number(3), clusters);
    }
    std::cerr << "ledger_bench make FOLDER WINDOWS METERS [CLUSTERS] | start FOLDER\n";
    return 2;
}

}  // namespace
}  // namespace fairfeed::bench

int main(int argc, char** argv) {
    return fairfeed::bench::run({argv + 1, argv + argc});
}
