// The models of one series: what each of them says about a week, knowing only what was known at a
// given moment. The regression learns what the profile missed in earlier weeks: it is fitted anew
// for every forecast, on forecasts of the past made with the same lead. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/forecast/features.h"
#include "gateway/forecast/ridge.h"

namespace fairfeed::forecast {

// From the plainest to the most elaborate.
enum class Model : std::uint8_t { last_week, profile, regression };
constexpr std::array kModels = {Model::last_week, Model::profile, Model::regression};
[[nodiscard]] std::string_view name_of(Model model);

// Wh of every window of the week, by model. A model that has too little history to say anything is
// empty: `profile` needs one known window, `last_week` a week of history, `regression` two. No
// window gets more than twice the largest known one.
using Sayings = std::array<std::vector<std::int64_t>, kModels.size()>;

class SeriesModels {
  public:
    explicit SeriesModels(FeatureTable table) : table_(std::move(table)) {}

    // The week from `from_s` on, as of `known_s` <= from_s.
    [[nodiscard]] const Sayings& week(std::int64_t from_s, std::int64_t known_s);

  private:
    struct Lesson {  // one week of the past, with what was known before it
        RidgeSums sums;
        std::optional<WeekOfFeatures> seen;
    };
    using Key = std::pair<std::int64_t, std::int64_t>;  // from_s, known_s
    const Lesson& lesson(std::int64_t from_s, std::int64_t known_s);
    [[nodiscard]] std::optional<std::vector<double>> learned(std::int64_t from_s,
                                                             std::int64_t known_s);

    FeatureTable table_;
    std::map<Key, Lesson> lessons_;
    std::map<Key, Sayings> said_;
};

}  // namespace fairfeed::forecast
