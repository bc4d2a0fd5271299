// What the parts of a node cost in one process: the contract on many prosumers, the public state on
// many meters, a reading's way through a pure node, and the limits beside them: signatures, raw
// SQLite, raw fdatasync. scripts/bench parts sets each figure beside its limit.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <filesystem>

#include "core/base/check.h"
#include "core/contract/settlement.h"
#include "core/io/sqlite.h"
#include "core/wire/reading_codec.h"
#include "tests/support/lab.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/node/node_world.h"

namespace fairfeed::bench {
namespace {

using test::NodeWorld;
using test::TestNetwork;

// Roofs of different sizes under a surplus, so that every rule has to share.
SettlementTotalsInput sunny(ShareRule rule, std::int64_t prosumers) {
    SettlementTotalsInput out{14'400, rule, {250'000, 80'000}, {}};
    for (std::int64_t i = 0; i < prosumers; ++i) {
        std::string digits = std::to_string(i);
        digits.insert(0, 8 - digits.size(), '0');
        MeterTotals meter;
        meter.meter = MeterId("m" + digits);
        meter.capacity_w = 3000 + i * 7919 % 5000;
        meter.available_wh = meter.generation_wh = meter.capacity_w * (2 + i % 3);
        meter.export_wh = meter.credited_wh = meter.generation_wh / 2;
        out.meters.push_back(std::move(meter));
    }
    return out;
}

void settle(benchmark::State& state, ShareRule rule) {
    const SettlementTotalsInput input = sunny(rule, state.range(0));
    for (auto _ : state) {
        auto result = settle_totals(input);
        CHECK(result.has_value());
        benchmark::DoNotOptimize(result);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK_CAPTURE(settle, paper, ShareRule::paper)->Arg(4)->Arg(1000)->Arg(1'000'000);
BENCHMARK_CAPTURE(settle, waterfill, ShareRule::waterfill)->Arg(4)->Arg(1000)->Arg(1'000'000);
BENCHMARK_CAPTURE(settle, generation, ShareRule::generation)->Arg(4)->Arg(1000)->Arg(1'000'000);

// Tries a block that changes one meter of many on a copy of the state, and hashes it.
void change_one_meter(benchmark::State& run) {
    ChainState state;
    for (std::int64_t i = 0; i < run.range(0); ++i)
        state.meters.edit(MeterId("m" + std::to_string(i))).last_sequence = 1;
    benchmark::DoNotOptimize(app_hash(state));
    std::int64_t at = 0;
    for (auto _ : run) {
        ChainState after = state;
        after.meters.edit(MeterId("m" + std::to_string(at++ * 7919 % run.range(0)))).missed = 1;
        benchmark::DoNotOptimize(app_hash(after));
    }
}

BENCHMARK(change_one_meter)->Arg(1000)->Arg(10'000)->Arg(100'000);

void sign(benchmark::State& state) {
    const Bytes message(600, 7);
    for (auto _ : state)
        benchmark::DoNotOptimize(test::signing_key("node-1").sign(message));
}

void verify(benchmark::State& state) {
    const Bytes message(600, 7);
    const SigningKey& key = test::signing_key("node-1");
    const Signature signature = key.sign(message);
    const VerifyKey checker = *VerifyKey::from_point(key.public_key());
    for (auto _ : state)
        CHECK(checker.verify_strict(message, signature) == SignatureFault::none);
}

// On all cores at once, as in a busy node: two cores that are threads of one share its units, and
// each is then slower than it is alone.
BENCHMARK(sign)->ThreadPerCpu();
BENCHMARK(verify)->ThreadPerCpu();

// One window of a cluster, by a node alone: its readings arrive, and are settled in a block. Shown
// for one reading: the whole window divided by the meters.
void window_through_a_node(benchmark::State& state) {
    auto options = test::lab(1);
    options.meters_per_cluster = static_cast<std::size_t>(state.range(0));
    NodeWorld world(options);
    const NodeId node = TestNetwork::node(1);
    const ClusterId cluster = TestNetwork::cluster(1);
    Window window = 0;
    for (auto _ : state) {
        state.PauseTiming();
        world.go_to_end_of(window);
        std::vector<MessageArrived> arrivals;
        for (const MeterId& meter : world.network().meters(cluster)) {
            const auto profile = test::flat_profile(world.first_state(), {100, 0, 0});
            const auto opened = world.meter(meter).read(window, profile);
            const Topic topic{world.network().genesis().content.parameters.name, meter.str(),
                              Channel::reading, "-"};
            arrivals.push_back({node, topic.str(), false, opened.reading.envelope});
        }
        state.ResumeTiming();
        for (MessageArrived& arrival : arrivals)
            world.happen(node, std::move(arrival));
        CHECK(world.settles(cluster, window));
        ++window;
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(window_through_a_node)->Arg(9)->Arg(90)->Arg(900)->Unit(benchmark::kMillisecond);

// A transaction of 256 rows as large as a reading, made durable.
void insert_256_rows(benchmark::State& state) {
    const testing_support::TempDirectory directory;
    const DatabaseKind kind{"rows", 0x46464231, 1,
                            "CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB)"};
    auto database = Database::open(directory / "rows.db", kind);
    CHECK(database.has_value());
    auto insert = database->prepare("INSERT INTO row (bytes) VALUES (?)");
    CHECK(insert.has_value());
    const Bytes row(600, 7);
    for (auto _ : state) {
        auto transaction = WriteTransaction::begin(*database);
        CHECK(transaction.has_value());
        for (int i = 0; i < 256; ++i)
            CHECK(insert->run(ByteView(row)).has_value());
        CHECK(transaction->commit().has_value());
    }
    state.SetItemsProcessed(state.iterations() * 256);
}

void fdatasync_4_kib(benchmark::State& state) {
    const testing_support::TempDirectory directory;
    const int file = ::open((directory / "log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    CHECK(file >= 0);
    const Bytes page(4096, 7);
    for (auto _ : state) {
        CHECK(::write(file, page.data(), page.size()) == static_cast<ssize_t>(page.size()));
        CHECK(::fdatasync(file) == 0);
    }
    ::close(file);
}

BENCHMARK(insert_256_rows);
BENCHMARK(fdatasync_4_kib);

}  // namespace
}  // namespace fairfeed::bench

// The heap keeps its pages: a million prosumers would otherwise measure how fast the system zeroes
// them.
int main(int argc, char** argv) {
    ::mallopt(M_MMAP_MAX, 0);
    ::mallopt(M_TRIM_THRESHOLD, INT_MAX);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
}
