#include "tests/simulation/town.h"

#include <algorithm>
#include <numeric>
#include <sstream>

#include "core/base/check.h"
#include "tests/simulation/jobs.h"
#include "tests/simulation/town_chain.h"

namespace fairfeed::simulation {
namespace {

// Of a chain's work, what its blocks cost; the rest is the time in which nothing happens.
constexpr std::uint64_t kBlocksPermille = 650;
constexpr std::uint64_t kWhole = 1000;

// The lines that a process tells: the kind and the number of the chain come first.
constexpr const char* kProgress = "progress";
constexpr const char* kDone = "done";
constexpr const char* kFault = "fault";

std::uint64_t permille_of(const TownPlan& plan, std::uint64_t settled, std::int64_t virtual_ms) {
    const std::uint64_t all = plan.clusters_of_chain() * plan.windows;
    const std::uint64_t all_ms =
        static_cast<std::uint64_t>(plan.window_s()) * 1000 * (std::uint64_t{plan.windows} + 1);
    return settled * kBlocksPermille / all +
           static_cast<std::uint64_t>(virtual_ms) * (kWhole - kBlocksPermille) / all_ms;
}

void run_chain(const TownPlan& plan, std::size_t number, const Tell& tell) {
    const std::string chain = ' ' + std::to_string(number) + ' ';
    std::uint64_t told = 0;
    const auto progress = [&](std::uint64_t settled, std::int64_t virtual_ms) {
        const std::uint64_t permille = permille_of(plan, settled, virtual_ms);
        if (permille == told) return;
        told = permille;
        tell(kProgress + chain + std::to_string(settled) + ' ' + std::to_string(permille));
    };
    const TownOutcome outcome = TownChain(plan, number).run(progress);
    if (!outcome.fault.empty()) tell(kFault + chain + outcome.fault);
    tell(kDone + chain + town_line(outcome.tally));
}

// What the processes have told so far.
struct Heard {
    explicit Heard(std::size_t chains) : settled(chains, 0), permille(chains, 0) {}

    void line(const std::string& text) {
        std::istringstream in(text);
        std::string kind;
        std::size_t chain = 0;
        in >> kind >> chain;
        CHECK(!in.fail() && chain < settled.size());
        if (kind == kProgress) {
            in >> settled[chain] >> permille[chain];
            return;
        }
        std::string rest;
        std::getline(in >> std::ws, rest);
        if (kind == kFault) {
            run.faults.push_back("region " + std::to_string(chain + 1) + ": " + rest);
            return;
        }
        const TownTally tally = town_tally_from(rest);
        settled[chain] = tally.settlements;
        permille[chain] = kWhole;
        run.tally.add(tally);
        ++done;
    }
    [[nodiscard]] TownProgressReport report() const {
        const auto sum = [](const std::vector<std::uint64_t>& all) {
            return std::accumulate(all.begin(), all.end(), std::uint64_t{0});
        };
        return {done, sum(settled), static_cast<std::int64_t>(sum(permille) / permille.size())};
    }

    TownRun run;
    std::size_t done = 0;
    std::vector<std::uint64_t> settled;  // by chain
    std::vector<std::uint64_t> permille;
};

}  // namespace

TownRun run_town(const TownPlan& plan, std::size_t jobs, const TownWatcher& watch) {
    const std::size_t chains = plan.chains();
    jobs = std::min(jobs, chains);
    Heard heard(chains);
    const bool complete = run_jobs(
        jobs,
        [&](std::size_t job, const Tell& tell) {
            for (std::size_t chain = job; chain < chains; chain += jobs)
                run_chain(plan, chain, tell);
        },
        [&](std::size_t, const std::string& line) {
            heard.line(line);
            watch(heard.report());
        });
    if (!complete || heard.done < chains)
        heard.run.faults.push_back("a process ended before its chains were settled");
    return heard.run;
}

}  // namespace fairfeed::simulation
