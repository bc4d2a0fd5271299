// simulate: runs whole networks of real nodes from seeds. One seed tells its story. A range tells
// the failed seeds and how to repeat them; its last line is a summary. Exit code 1: a run failed.
#include <CLI/CLI.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string_view>

#include "core/io/clock.h"
#include "tests/simulation/jobs.h"
#include "tests/simulation/totals.h"
#include "tests/simulation/town_command.h"

namespace fairfeed::simulation {
namespace {

constexpr std::int64_t kProgressMs = 500;
constexpr const char* kExamples = R"(
Examples:
  simulate 35                                the story of seed 35 with four nodes
  simulate 35 --nodes 7 --trace              the same with seven, every message
  simulate --from 1 --count 2000 --nodes 4   two thousand seeds
  simulate --seconds 600 --jobs 2 --json     ten minutes on two cores
  simulate --beyond --count 1000             more liars than tolerated: what is lost then
  simulate --town                            a town in virtual time beside docs/scaling.md

Exit code 0: every run kept its promises; 1: one did not; its report says how to run it again.)";

struct Order {
    std::uint64_t seed = 0;
    bool one = false;
    bool trace = false;
    std::uint64_t from = 1;
    std::uint64_t count = 1000;
    std::size_t nodes = 4;
    std::int64_t seconds = 0;  // 0: no limit; `count` decides
    std::uint64_t jobs = 1;
    bool beyond = false;
    bool json = false;

    [[nodiscard]] Liars liars() const { return beyond ? Liars::beyond : Liars::tolerated; }
};

struct Cost {
    std::int64_t wall_ms = 0;
    std::int64_t cpu_ms = 0;
};

std::int64_t ms_of(const timeval& time) {
    return std::int64_t{time.tv_sec} * 1000 + time.tv_usec / 1000;
}

std::int64_t cpu_ms() {
    std::int64_t sum = 0;
    for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage{};
        CHECK(getrusage(who, &usage) == 0);
        sum += ms_of(usage.ru_utime) + ms_of(usage.ru_stime);
    }
    return sum;
}

std::string hex(std::uint64_t value) {
    Bytes bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(value >> shift));
    return to_hex(bytes);
}

std::int64_t per_second(std::uint64_t seeds, std::int64_t ms) {
    return static_cast<std::int64_t>(seeds) * 1000 / std::max<std::int64_t>(1, ms);
}

// Prints everything that is needed to repeat the run.
void report(const Order& order, std::uint64_t seed, const Outcome& outcome) {
    std::cout << "seed " + std::to_string(seed) + ", " + std::to_string(order.nodes) +
                     " nodes, after " + std::to_string(outcome.virtual_ms) +
                     " ms: " + outcome.fault + "\n  " +
                     describe(draw_plan(seed, order.nodes, order.liars())) +
                     "\n  replay: simulate " + std::to_string(seed) + " --nodes " +
                     std::to_string(order.nodes) + (order.beyond ? " --beyond" : "") + " --trace\n"
              << std::flush;
}

void print_json(const Order& order, const Totals& totals, const Cost& cost) {
    Json faults = Json::object();
    for (const auto& [kind, times] : totals.faults)
        faults.set(kind, times);
    Json failed = Json::array();
    for (const std::uint64_t seed : totals.failed)
        failed.push(seed);
    Json out = Json::object();
    out.set("seeds", totals.seeds).set("from", order.from).set("nodes", order.nodes);
    out.set("failed", std::move(failed));
    out.set("elapsed_ms", cost.wall_ms).set("cpu_ms", cost.cpu_ms);
    out.set("seeds_per_second", per_second(totals.seeds, cost.wall_ms));
    out.set("seeds_per_cpu_second", per_second(totals.seeds, cost.cpu_ms));
    for (const auto& [name, value] : totals.sums)
        out.set(name, value);
    out.set("recovery_ms_p50", totals.recovery(50)).set("recovery_ms_p99", totals.recovery(99));
    out.set("longest_wait_ms", totals.longest_wait_ms);
    out.set("faults_injected", totals.faults_injected()).set("faults", std::move(faults));
    if (order.beyond) out.set("losses", losses_of(totals));
    out.set("digest", hex(totals.digest));
    std::cout << out.dump() << '\n';
}

void print_summary(const Order& order, const Totals& totals, const Cost& cost) {
    if (order.json) return print_json(order, totals, cost);
    for (const auto& [kind, times] : totals.faults)
        std::cout << "injected " << kind << ": " << times << '\n';
    for (const auto& [kind, loss] : totals.losses) {
        std::cout << "lost with too many liars, " << kind << ": " << loss.runs
                  << " runs, the first " << loss.first_seed << "; in " << loss.halted
                  << " honest nodes had stopped signing in the end\n";
    }
    const auto sum = [&](const char* name) {
        const auto found = totals.sums.find(name);
        return found == totals.sums.end() ? 0 : found->second;
    };
    std::cout << totals.seeds << " seeds, " << order.nodes << " nodes: " << totals.failed.size()
              << " failed; " << per_second(totals.seeds, cost.wall_ms) << " seeds/s ("
              << per_second(totals.seeds, cost.cpu_ms) << " per CPU second); "
              << totals.faults_injected() << " faults injected; " << sum("blocks") << " blocks, "
              << sum("receipted") << " readings receipted: " << sum("final") << " final, "
              << sum("late") << " late, " << sum("trued_up") << " trued up by registers, "
              << sum("estimated_late") << " late and estimated, " << sum("voided") << " void, "
              << sum("open") << " open; recovery p50 " << totals.recovery(50) << " ms, p99 "
              << totals.recovery(99) << " ms, longest wait for a block " << totals.longest_wait_ms
              << " ms; digest " << hex(totals.digest) << '\n';
}

// Runs every jobs-th seed, beginning with the job's own first one.
Totals run_share(const Order& order, std::uint64_t job, const Clock& clock) {
    const std::int64_t began_ms = clock.now().steady_ms;
    const bool shows_progress = job == 0 && !order.one && isatty(STDERR_FILENO) == 1;
    std::int64_t shown_ms = began_ms;
    Totals totals;
    Story story;
    story.in_detail = order.trace;
    if (order.one) story.tell = [](const std::string& line) { std::cout << line << '\n'; };
    for (std::uint64_t seed = order.from + job;
         order.seconds > 0 || seed < order.from + order.count; seed += order.jobs) {
        const std::int64_t now_ms = clock.now().steady_ms;
        if (order.seconds > 0 && now_ms - began_ms >= order.seconds * 1000) break;
        const Outcome outcome = simulate(seed, order.nodes, order.liars(), story);
        totals.add(seed, outcome);
        if (!outcome.fault.empty() && !order.json) report(order, seed, outcome);
        if (order.one && !outcome.lost.empty()) std::cout << "lost: " << outcome.lost << '\n';
        if (!shows_progress || now_ms - shown_ms < kProgressMs) continue;
        shown_ms = now_ms;
        std::cerr << '\r' << totals.seeds * order.jobs << " seeds, "
                  << per_second(totals.seeds * order.jobs, now_ms - began_ms) << " per second ";
    }
    if (shows_progress) std::cerr << '\r' << std::string(50, ' ') << '\r';
    return totals;
}

int run(const Order& order) {
    const Clock clock(ClockTrust::operator_vouches);
    const std::int64_t began_ms = clock.now().steady_ms;
    Totals totals;
    bool complete = true;
    if (order.jobs == 1) {
        totals = run_share(order, 0, clock);
    } else {
        complete = run_jobs(
            order.jobs,
            [&](std::size_t job, const Tell& tell) { tell(to_line(run_share(order, job, clock))); },
            [&](std::size_t, const std::string& line) { totals.merge(from_line(line)); });
    }
    if (!complete) std::cout << "a job ended before it was done: its seeds are missing below\n";
    print_summary(order, totals, {clock.now().steady_ms - began_ms, cpu_ms()});
    return complete && totals.failed.empty() ? 0 : 1;
}

}  // namespace
}  // namespace fairfeed::simulation

int main(int argc, char** argv) {
    using namespace std::string_view_literals;
    const bool is_town =
        std::any_of(argv + 1, argv + argc, [](const char* word) { return word == "--town"sv; });
    if (is_town) return fairfeed::simulation::town_main(argc, argv);
    using fairfeed::simulation::Order;
    CLI::App app("Runs networks of real nodes in virtual time, from seeds.");
    app.footer(fairfeed::simulation::kExamples);
    Order order;
    const auto* seed = app.add_option("seed", order.seed, "tell the story of this one seed");
    app.add_option("--from", order.from, "first seed of a range")->capture_default_str();
    app.add_option("--count", order.count, "seeds to run")->capture_default_str();
    app.add_option("--nodes", order.nodes, "nodes of the network, 1 to 31")
        ->check(CLI::Range(1, 31))
        ->capture_default_str();
    app.add_option("--seconds", order.seconds, "run seeds for so long, whatever --count says")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--jobs", order.jobs, "processes that share the seeds")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    bool town = false;  // true: town_main() reads the command line
    app.add_flag("--town", town, "a thousand clusters, counted: see --town --help");
    app.add_flag("--trace", order.trace, "with a seed: every message");
    app.add_flag("--beyond", order.beyond, "more liars than the network tolerates");
    app.add_flag("--json", order.json, "the summary as one JSON object");
    CLI11_PARSE(app, argc, argv);
    order.one = seed->count() > 0;
    if (order.one) {
        order.from = order.seed;
        order.count = 1;
        order.seconds = 0;
        order.jobs = 1;
    }
    return fairfeed::simulation::run(order);
}
