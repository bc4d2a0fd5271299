#include "tests/simulation/town_command.h"

#include <CLI/CLI.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include "core/io/clock.h"
#include "tests/simulation/town_report.h"

namespace fairfeed::simulation {
namespace {

constexpr std::int64_t kShowMs = 200;
constexpr std::int64_t kBarColumns = 30;
constexpr std::size_t kMostTownClusters = 10'000;
constexpr std::size_t kMostJobs = 64;
constexpr Window kMostWindows = 100;
constexpr const char* kAbout =
    "Runs the regions of a town in virtual time: real nodes, committees and contracts, messages "
    "of real sizes, simulated cryptography. Prints the table of docs/scaling.md as the page "
    "computes it and as it was counted.";
constexpr const char* kExamples = R"(
Examples:
  simulate --town                               a thousand clusters of 20 meters
  simulate --town --clusters 16 --meters 5      some seconds
  simulate --town --clusters 63 --speed 1       one chain, a whole window: some minutes
  simulate --town --json town.json              the table and all counts in a file, too
  simulate --town --counts town.json            the same counts beside the page of today

Exit code 0: every row agrees with the page within 10 % or keeps a bound that it explains;
1: a row does not, or not everything was settled.)";

struct TownOrder {
    TownPlan plan;
    std::size_t jobs = std::max(1U, std::thread::hardware_concurrency());
    std::string counts;  // file of an earlier run; empty: run
    std::string json;    // file; "-": standard output instead of the table; empty: none
};

// On a terminal a bar, elsewhere a line for each chain.
class TownProgressBar {
  public:
    TownProgressBar(const TownPlan& plan, const Clock& clock)
        : plan_(plan), clock_(clock), began_ms_(clock.now().steady_ms) {}

    void show(const TownProgressReport& report) {
        const std::int64_t now_ms = clock_.now().steady_ms;
        const bool is_new_chain = report.chains_done != chains_done_;
        chains_done_ = report.chains_done;
        if (is_terminal_ ? !is_new_chain && now_ms - shown_ms_ < kShowMs : !is_new_chain) return;
        shown_ms_ = now_ms;
        const std::int64_t done = report.permille * kBarColumns / 1000;
        const std::string bar = std::string(static_cast<std::size_t>(done), '#') +
                                std::string(static_cast<std::size_t>(kBarColumns - done), '.');
        std::cerr << (is_terminal_ ? "\r[" + bar + "] " : "") << std::to_string(report.settled)
                  << " of " << std::to_string(plan_.all_clusters() * plan_.windows)
                  << " cluster windows settled, " << report.chains_done << " of " << plan_.chains()
                  << " chains done, " << (now_ms - began_ms_) / 1000 << " s"
                  << (is_terminal_ ? "  " : "\n") << std::flush;
    }
    void clear() const {
        if (is_terminal_) std::cerr << "\r\033[K";
    }

  private:
    const TownPlan& plan_;
    const Clock& clock_;
    std::int64_t began_ms_;
    std::int64_t shown_ms_ = 0;
    std::size_t chains_done_ = 0;
    bool is_terminal_ = isatty(STDERR_FILENO) == 1;
};

TownCost cost_since(std::int64_t began_ms, const Clock& clock) {
    rusage usage{};
    CHECK(getrusage(RUSAGE_CHILDREN, &usage) == 0);
    const auto ms_of = [](const timeval& time) {
        return std::int64_t{time.tv_sec} * 1000 + time.tv_usec / 1000;
    };
    return {clock.now().steady_ms - began_ms, ms_of(usage.ru_utime) + ms_of(usage.ru_stime),
            usage.ru_maxrss};
}

std::optional<KeptTown> run_now(const TownOrder& order) {
    const Clock clock(ClockTrust::operator_vouches);
    const std::int64_t began_ms = clock.now().steady_ms;
    TownProgressBar bar(order.plan, clock);
    TownRun run = run_town(order.plan, order.jobs,
                           [&](const TownProgressReport& report) { bar.show(report); });
    bar.clear();
    return KeptTown{order.plan, std::move(run), cost_since(began_ms, clock)};
}

// nullopt: it has said why.
std::optional<KeptTown> kept_in(const std::string& name) {
    std::ifstream file(name);
    std::stringstream text;
    text << file.rdbuf();
    const auto json = Json::parse(text.str());
    auto kept = json ? town_from(*json) : std::nullopt;
    if (!file || !kept) {
        std::cerr << name << ": holds no counts of a town; name a file that --town --json wrote\n";
        return std::nullopt;
    }
    return kept;
}

// The table goes to standard output, and JSON to the file, or to standard output alone.
int carry_out(const TownOrder& order) {
    const bool only_json = order.json == "-";
    std::ofstream file;
    if (!only_json && !order.json.empty()) {
        file.open(order.json);
        if (!file) {
            std::cerr << order.json << ": cannot be written; name a file in a directory that "
                      << "exists and is yours\n";
            return 1;
        }
    }
    if (!only_json && order.counts.empty()) std::cout << headline_of(order.plan) << std::endl;
    const auto town = order.counts.empty() ? run_now(order) : kept_in(order.counts);
    if (!town) return 1;
    if (!only_json && !order.counts.empty()) std::cout << headline_of(town->plan) << std::endl;
    const auto& [plan, run, cost] = *town;
    const std::vector<TownRow> rows = compare_town(plan, run.tally);
    const Json json = town_json(plan, run, rows, cost);
    std::cout << (only_json ? json.dump() + '\n' : town_text(plan, run, rows, cost));
    if (file.is_open() && !(file << json.dump(2) << '\n').flush()) {
        std::cerr << order.json << ": the disk took not all of it\n";
        return 1;
    }
    return is_sound(run, rows) ? 0 : 1;
}

}  // namespace

int town_main(int argc, char** argv) {
    CLI::App app(kAbout);
    app.footer(kExamples);
    TownOrder order;
    TownPlan& plan = order.plan;
    bool town = false;
    app.add_flag("--town", town, "runs a town")->required();
    app.add_option("--clusters", plan.clusters, "clusters, a node for each")
        ->check(CLI::Range(std::size_t{4}, kMostTownClusters))
        ->capture_default_str();
    app.add_option("--meters", plan.meters, "meters of each cluster")
        ->check(CLI::Range(std::size_t{1}, kMostTownMeters))
        ->capture_default_str();
    app.add_option("--nodes", plan.most_nodes, "nodes of a chain, at most")
        ->check(CLI::Range(std::size_t{4}, kMostNodesOfChain))
        ->capture_default_str();
    app.add_option("--windows", plan.windows, "windows that are settled and counted")
        ->check(CLI::Range(Window{1}, kMostWindows))
        ->capture_default_str();
    app.add_option("--speed", plan.speed,
                   "grid seconds per real second: a window of four hours lasts 14400 s / speed")
        ->check(CLI::Range(std::int64_t{1}, kMostTownSpeed))
        ->check([](const std::string& speed) {
            const bool divides = kTownWindowS % std::stoll(speed) == 0;
            return divides ? std::string() : "14400 is no multiple of " + speed + "; try 48";
        })
        ->capture_default_str();
    app.add_option("--seed", plan.seed, "of every delay and figure")->capture_default_str();
    app.add_option("--jobs", order.jobs, "processes that share the chains")
        ->check(CLI::Range(std::size_t{1}, kMostJobs))
        ->capture_default_str();
    app.add_option("--json", order.json,
                   "writes table and counts to this file; -: to standard output instead of text")
        ->expected(0, 1)
        ->default_str("-");
    app.add_option("--counts", order.counts,
                   "takes the counts from this file of an earlier --json, and runs nothing")
        ->check(CLI::ExistingFile);
    CLI11_PARSE(app, argc, argv);
    if (app.count("--json") > 0 && order.json.empty()) order.json = "-";
    return carry_out(order);
}

}  // namespace fairfeed::simulation
