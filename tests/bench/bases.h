// The bases that scripts/bench shares compares: each says where the shares of a window come from. A
// basis is asked for the shares of a window, and afterwards told the window's outcome as a
// committee would see it: of a curtailed meter's possible generation, only its claim is known.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/contract/forecast.h"
#include "tests/bench/street.h"

namespace fairfeed::bench {

constexpr std::int64_t kWindowSeconds = 14'400;
constexpr std::size_t kQuartersPerWindow = kWindowSeconds / kSecondsPerQuarter;

struct Choice {
    std::string basis;  // one of kBases
    ShareResolution resolution = ShareResolution::window;
    ShareRule rule = ShareRule::waterfill;
    // `expected`: the cost of a Wh curtailed for nothing. Other bases multiply available generation
    // by this margin before they compute shares.
    std::int64_t margin_ppm = kPpm;
    ForecastParameters forecast;  // of `expected`; rule, resolution and weight as above
};

inline const std::vector<std::string>& bases() {
    static const std::vector<std::string> kBases = {"previous_window", "same_window_yesterday",
                                                    "mean_of_past_days", "expected", "foresight"};
    return kBases;
}

// By quarter hour, the shares of every meter in the order of the homes, in W.
using WindowShares = std::vector<std::vector<std::int64_t>>;

class Basis {
  public:
    virtual ~Basis() = default;
    // `truth` is the coming window; only foresight may use it.
    virtual WindowShares shares_of(const ObservedWindow& truth) = 0;
    virtual void settled(const ObservedWindow& window) = 0;
};

[[nodiscard]] std::unique_ptr<Basis> make_basis(const Choice& choice);

}  // namespace fairfeed::bench
