// The history lived through again, week by week: what would have been forecast with what was known
// then, against what came. Compares the models, the selection among them, and forecasts made every
// week with forecasts made every four weeks (paper A73). Pure, re-entrant.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/forecast/outlook.h"

namespace fairfeed::forecast {

constexpr std::int64_t kWeeksPerMonth = 4;

struct Plan {
    std::int64_t first_week_s = 0;  // some beginning of a week; all weeks are multiples away
    std::int64_t notice_s = 0;      // a forecast knows what had ended so long before its first week
    std::int64_t warm_up_weeks = 10;  // of history before the first week that is judged
};

// Of load, generation and gap: of windows, and of the sums of a week's known windows.
struct Scores {
    Errors windows;
    Errors weeks;
};
struct TrackRecord {
    Scores load;
    Scores generation;
    Scores gap;
};

// A model, or nullopt for the selection by back-tests.
using Contestant = std::optional<Model>;
constexpr std::array<Contestant, kModels.size() + 1> kContestants = {
    Model::last_week, Model::profile, Model::regression, std::nullopt};

struct Contest {
    Contestant contestant;
    TrackRecord clusters;                  // every cluster's windows count
    TrackRecord system;                    // of the sum of the clusters
    std::vector<std::int64_t> gap_mae_wh;  // of the system, by judged week
    // By model, how often it spoke for a cluster's load (generation).
    std::array<std::int64_t, kModels.size()> spoke_for_load{};
    std::array<std::int64_t, kModels.size()> spoke_for_generation{};
};

struct Backtest {
    std::vector<std::int64_t> weeks_s;                 // judged weeks, a multiple of four
    std::array<Contest, kContestants.size()> weekly;   // forecast anew each week
    std::array<Contest, kContestants.size()> monthly;  // forecast each four weeks
    std::optional<Outlook> example;  // of the system: the last judged week, selected, weekly
};

// No judged week: the history is too short. Clusters must be without objections; those without any
// history are left out.
[[nodiscard]] Backtest lived_through(const std::vector<ClusterSeries>& clusters,
                                     const Conditions& conditions, const Plan& plan);

// The sum of the clusters' energy by window; a hole where a cluster has one.
[[nodiscard]] ClusterSeries system_series(const std::vector<ClusterSeries>& clusters);

}  // namespace fairfeed::forecast
