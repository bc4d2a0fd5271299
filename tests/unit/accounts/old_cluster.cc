#include "tests/unit/accounts/old_cluster.h"

#include "core/base/check.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed::test {

namespace {

TestNetworkOptions options_of(std::size_t meters, std::size_t nodes) {
    TestNetworkOptions options;
    options.nodes = nodes;
    if (nodes > 4) options.clusters = 1;
    options.clusters_with_meters = 1;
    options.meters_per_cluster = meters;
    options.parameters.grid_epoch_s = 10'000'000'000;  // so that each time takes nine bytes
    return options;
}

constexpr std::int64_t kLargeW = 5'000'000'000;  // takes nine bytes

EstimatedWindow estimate_of(Window window) {
    constexpr std::int64_t kWh = OldCluster::kLargeWh;
    return {window, kWh, kWh, kWh, kWh, kWh * 250'000, kWh * 80'000};
}

std::vector<EstimatedWindow> estimates_from(Window first) {
    std::vector<EstimatedWindow> estimates;
    for (Window window = first; window < first + kEstimatedWindows; ++window)
        estimates.push_back(estimate_of(window));
    return estimates;
}

std::uint64_t sequence_of(Window window) {
    return 10 + window;
}

}  // namespace

OldCluster::OldCluster(std::size_t meters, std::size_t nodes)
    : network(options_of(meters, nodes)),
      state(network.initial_state()),
      keys(network.key_ring(state, TestNetwork::node(1))) {
    write_state();
    write_book();
}

Registers OldCluster::registers_at(Window window) const {
    const std::int64_t wh = 10'000'000'000'000 + kLargeWh * window;
    return {wh, wh, wh};
}

ClosingState OldCluster::closing() const {
    ClosingState closing;
    closing.registers = registers_at(kOpen);
    closing.import_remainder = 999;
    closing.export_remainder = 999;
    closing.missed = kNow - kOpen;
    closing.unread_from = kOpen;
    closing.estimates = estimates_from(kOpen);
    const GridClock grid = state.grid();
    ShareSchedule shares;  // a new share in each quarter hour of the gaps; the newest remain
    for (std::size_t i = 0; i < kMaxGaps; ++i) {
        const Window first = first_of_gap(i);
        const Window end = first + kGapWindows;
        closing.gaps.push_back(
            {first, end, registers_at(first), registers_at(end), estimates_from(first)});
        for (std::int64_t at_s = grid.start_s(first); at_s < grid.start_s(end);
             at_s += kSecondsPerQuarter) {
            shares.push_back({kLargeW + std::ssize(shares), at_s});
        }
    }
    closing.shares.assign(shares.end() - std::ptrdiff_t{kMaxShares}, shares.end());
    return closing;
}

void OldCluster::write_state() {
    for (const auto& [id, unchanged] : ChainState(state).meters) {
        MeterRecord& meter = state.meters.edit(id);
        meter.last_window = kOpen - 1;
        meter.last_sequence = sequence_of(kOpen - 1);
        meter.last_reading.bytes.fill(1);
        meter.missed = kNow - kOpen;
        for (std::size_t i = 0; i < kMaxGaps; ++i) {
            const Window first = first_of_gap(i);
            const Window end = first + kGapWindows;
            meter.unread.push_back({first, end, sequence_of(first - 1), sequence_of(end)});
        }
    }
    ClusterRecord& record = state.clusters.edit(cluster);
    record.last_window = kNow - 1;
    record.last_settlement.bytes.fill(2);
}

void OldCluster::write_book() {
    SettlementDraft draft;
    const ClosingState past = closing();
    for (const MeterId& meter : state.meters_of(cluster, kNow)) {
        draft.entries.push_back({meter, EntryStatus::missing, {}});
        SettlementLine line;
        line.meter = meter;
        line.estimated = true;
        line.closing = past;
        draft.lines.push_back(std::move(line));
    }
    const auto last =
        accounts.seal(state, kNow - 1, draft, TestNetwork::node(1), 0, 0, keys, network.random());
    CHECK(last);
    CHECK(accounts.commit(state, *last, {}, state.grid().end_real_ms(kNow - 1), keys));
}

void OldCluster::send(const MeterId& meter, Window window) {
    ReadingBody body = body_from({}, flat_profile(state, {0, 80, 100}));
    const Registers flowed = body.end;
    const Window since = window > kNow ? window - kNow : 0;
    body.end = registers_at(window - since + 1);
    body.end.export_wh += since * flowed.export_wh;
    body.end.generation_wh += since * flowed.generation_wh;
    ReadingHeader header;
    header.network = network.network();
    header.meter = meter;
    header.cluster = cluster;
    header.key_epoch = epoch_;
    header.window = window;
    header.sequence = sequence_of(window);
    header.salt = random_fixed<Salt>(network.random());
    const SignedReading reading =
        make_reading(header, body, network.data_key(meter, epoch_), network.key(meter));
    held[window].insert_or_assign(meter, OpenedReading{reading, body});
}

void OldCluster::send_all(Window window) {
    for (const MeterId& meter : state.meters_of(cluster, window))
        send(meter, window);
}

Settlement OldCluster::settle() const {
    const Window window = *state.next_window(cluster);
    const auto draft = accounts.draft(state, window, held);
    CHECK(draft);
    auto settlement =
        accounts.seal(state, window, *draft, TestNetwork::node(1), 0, 0, keys, network.random());
    CHECK(settlement);
    return std::move(*settlement);
}

std::vector<Transaction> OldCluster::group_of(const Settlement& settlement) const {
    std::vector<Transaction> transactions;
    for (const ListedReading& listed : listed_readings(settlement)) {
        const OpenedReading& opened = held.at(listed.window).at(listed.meter);
        transactions.push_back(make_reading_transaction(opened.reading));
    }
    transactions.push_back(certify(network, state, settlement));
    return transactions;
}

void OldCluster::move_on(const Settlement& settlement) {
    const std::vector<Transaction> group = group_of(settlement);
    const std::int64_t time_ms = state.grid().end_real_ms(settlement.window);
    PlainSignatureChecker signatures;
    const auto executed = execute_transactions(state, group, state.height + 1, time_ms, signatures);
    CHECK(executed);
    ++state.height;
    const auto listed = listed_of(settlement, held);
    CHECK(listed);
    CHECK(accounts.commit(state, settlement, *listed, time_ms, keys));
    settled = settlement;
    settled_at_ms = time_ms;
}

}  // namespace fairfeed::test
