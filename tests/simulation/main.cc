// simulate: runs whole networks of real nodes from seeds. One seed tells its story; a range tells
// what failed; the last line is a summary.
#include <CLI/CLI.hpp>

#include <iostream>

#include "core/io/clock.h"
#include "core/io/json.h"
#include "tests/simulation/simulation.h"

namespace fairfeed::simulation {
namespace {

struct Order {
    std::uint64_t seed = 0;
    bool one = false;
    std::uint64_t from = 1;
    std::uint64_t count = 1000;
    std::size_t nodes = 4;
    std::int64_t seconds = 0;  // 0: as many as count says
    bool json = false;
};

struct Totals {
    std::uint64_t seeds = 0;
    std::vector<std::uint64_t> failed;
    std::vector<std::int64_t> recovery_ms;
    Outcome sum;
    std::int64_t elapsed_ms = 0;

    void add(std::uint64_t seed, const Outcome& outcome) {
        ++seeds;
        if (!outcome.fault.empty()) failed.push_back(seed);
        recovery_ms.push_back(outcome.recovery_ms);
        sum.digest = sum.digest * 31 + outcome.digest;
        sum.virtual_ms += outcome.virtual_ms;
        sum.steps += outcome.steps;
        sum.messages += outcome.messages;
        sum.height += outcome.height;
        sum.receipted += outcome.receipted;
        sum.final_readings += outcome.final_readings;
        sum.estimated += outcome.estimated;
        sum.open += outcome.open;
        sum.longest_wait_ms = std::max(sum.longest_wait_ms, outcome.longest_wait_ms);
        for (const auto& [kind, times] : outcome.faults)
            sum.faults[kind] += times;
    }
    [[nodiscard]] std::int64_t recovery(std::size_t percent) {
        if (recovery_ms.empty()) return 0;
        std::sort(recovery_ms.begin(), recovery_ms.end());
        return recovery_ms[(recovery_ms.size() - 1) * percent / 100];
    }
};

std::string hex(std::uint64_t value) {
    Bytes bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(value >> shift));
    return to_hex(bytes);
}

Json to_json(const Order& order, Totals& totals) {
    Json faults = Json::object();
    for (const auto& [kind, times] : totals.sum.faults)
        faults.set(kind, times);
    Json failed = Json::array();
    for (const std::uint64_t seed : totals.failed)
        failed.push(seed);
    Json out = Json::object();
    out.set("seeds", totals.seeds).set("from", order.from).set("nodes", order.nodes);
    out.set("failed", std::move(failed)).set("elapsed_ms", totals.elapsed_ms);
    out.set("virtual_ms", totals.sum.virtual_ms).set("steps", totals.sum.steps);
    out.set("messages", totals.sum.messages).set("blocks", totals.sum.height);
    out.set("receipted", totals.sum.receipted).set("final", totals.sum.final_readings);
    out.set("estimated_late", totals.sum.estimated).set("open", totals.sum.open);
    out.set("recovery_ms_p50", totals.recovery(50)).set("recovery_ms_p99", totals.recovery(99));
    out.set("faults", std::move(faults)).set("digest", hex(totals.sum.digest));
    return out;
}

void print_summary(const Order& order, Totals& totals) {
    if (order.json) {
        std::cout << to_json(order, totals).dump() << '\n';
        return;
    }
    for (const auto& [kind, times] : totals.sum.faults)
        std::cout << "fault " << kind << ": " << times << '\n';
    const std::int64_t elapsed_ms = std::max<std::int64_t>(1, totals.elapsed_ms);
    std::cout << totals.seeds << " seeds, " << order.nodes << " nodes: " << totals.failed.size()
              << " failed; " << totals.seeds * 1000 / static_cast<std::uint64_t>(elapsed_ms)
              << " seeds/s; " << totals.sum.height << " blocks, " << totals.sum.receipted
              << " readings receipted: " << totals.sum.final_readings << " final, "
              << totals.sum.estimated << " late and estimated, " << totals.sum.open
              << " open; recovery p50 " << totals.recovery(50) << " ms, p99 " << totals.recovery(99)
              << " ms, longest wait for a block " << totals.sum.longest_wait_ms << " ms; digest "
              << hex(totals.sum.digest) << '\n';
}

int run(const Order& order) {
    const Clock clock(ClockTrust::operator_vouches);
    const std::int64_t began_ms = clock.now().steady_ms;
    Totals totals;
    Simulation::Journal journal;
    if (order.one) journal = [](const std::string& line) { std::cout << line << '\n'; };
    for (std::uint64_t seed = order.from; order.seconds > 0 || seed < order.from + order.count;
         ++seed) {
        totals.elapsed_ms = clock.now().steady_ms - began_ms;
        if (order.seconds > 0 && totals.elapsed_ms >= order.seconds * 1000) break;
        const Outcome outcome = simulate(seed, order.nodes, journal);
        totals.add(seed, outcome);
        if (!outcome.fault.empty() && !order.json) {
            std::cout << "seed " << seed << " with " << order.nodes << " nodes, at "
                      << outcome.virtual_ms << " ms: " << outcome.fault << std::endl;
        }
    }
    totals.elapsed_ms = clock.now().steady_ms - began_ms;
    print_summary(order, totals);
    return totals.failed.empty() ? 0 : 1;
}

}  // namespace
}  // namespace fairfeed::simulation

int main(int argc, char** argv) {
    using fairfeed::simulation::Order;
    CLI::App app("Runs networks of real nodes in virtual time, from seeds.");
    Order order;
    const auto* seed = app.add_option("seed", order.seed, "tell the story of this one seed");
    app.add_option("--from", order.from, "first seed of a range")->capture_default_str();
    app.add_option("--count", order.count, "seeds to run")->capture_default_str();
    app.add_option("--nodes", order.nodes, "nodes of the network, 1 to 31")
        ->check(CLI::Range(1, 31))
        ->capture_default_str();
    app.add_option("--seconds", order.seconds, "run seeds for so long, whatever --count says");
    app.add_flag("--json", order.json, "the summary as one JSON object");
    CLI11_PARSE(app, argc, argv);
    order.one = seed->count() > 0;
    if (order.one) {
        order.from = order.seed;
        order.count = 1;
        order.seconds = 0;
    }
    return fairfeed::simulation::run(order);
}
