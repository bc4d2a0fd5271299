// The bases that scripts/bench shares compares: each says where the shares of a window come from.
// The first three are the chain's, with its own plans, lags and moments of binding. The other two
// exist only here. A basis is told every window as a committee sees it: of a curtailed meter's
// possible generation, only its claim is known.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/contract/share_schedule.h"
#include "core/model/network.h"

namespace fairfeed::bench {

constexpr std::int64_t kWindowSeconds = 14'400;
constexpr std::size_t kQuartersPerWindow = kWindowSeconds / kSecondsPerQuarter;

struct Choice {
    std::string basis;  // one of bases()
    ShareResolution resolution = ShareResolution::window;
    ShareRule rule = ShareRule::waterfill;
    // `expected`: the cost of a Wh curtailed for nothing. Other bases multiply available generation
    // by this margin before they compute shares.
    std::int64_t margin_ppm = kPpm;
    ForecastWeights forecast = {};  // of `expected`; the weight as above
};

inline const std::vector<std::string>& bases() {
    static const std::vector<std::string> kBases = {"previous_window", "same_window_yesterday",
                                                    "mean_of_past_days", "expected", "foresight"};
    return kBases;
}

// The grid of the back-test: window 0 starts at start_s, and real time is grid time.
[[nodiscard]] NetworkParameters parameters_of(const Choice& choice, std::int64_t start_s);

// The shares, or powers and factors, of the window that starts at start_s.
struct ToldShares {
    PlannedShares plan;
    std::int64_t start_s = 0;
    std::int64_t from_s = 0;  // when they bind
};

// All meters of the cluster, ascending, with every quarter hour of a window.
using ObservedMeters = std::vector<ObservedMeter>;

class Basis {
  public:
    virtual ~Basis() = default;
    // What is told at the start of a window. `truth` is that window; only foresight may use it.
    virtual std::optional<ToldShares> before(Window window, const ObservedMeters& truth) = 0;
    // What the settlement of the window tells. Windows come in order, from 0.
    virtual std::optional<ToldShares> settled(Window window, const ObservedMeters& meters) = 0;
};

// The shares of the rule for this window, as the chain plans them from a settled window.
[[nodiscard]] PlannedShares planned_from(const NetworkParameters& parameters,
                                         const ObservedMeters& meters);

[[nodiscard]] std::unique_ptr<Basis> make_basis(const Choice& choice, std::int64_t start_s);

}  // namespace fairfeed::bench
