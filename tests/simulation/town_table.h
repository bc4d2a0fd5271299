// The table of docs/scaling.md twice: as the page computes it and as a simulated town counted it.
// A row agrees within a tenth, or is a bound of which the row says why. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/town_page.h"

namespace fairfeed::simulation {

enum class RowBound { equal, at_most, at_least };

struct TownRowKind {
    std::string_view name;  // as on the page
    double TownNeeds::*figure;
    RowBound bound = RowBound::equal;
    std::string_view why = {};  // a bound: why the count may differ
};
// In the order of the page.
[[nodiscard]] std::span<const TownRowKind> town_rows();

struct TownRow {
    TownRowKind kind;
    double page = 0;
    double counted = 0;

    [[nodiscard]] double ratio() const { return page == 0 ? 0 : counted / page; }
    // Within 10 %; a bound only on the side that it bounds.
    [[nodiscard]] bool agrees() const;
};
[[nodiscard]] std::vector<TownRow> compare_town(const TownPlan& plan, const TownTally& tally);

// Three significant digits with k, M, G or T; below 10 000 whole, and below 100 with one decimal
// where it is not whole. As the page writes figures.
[[nodiscard]] std::string town_figure(double value);

}  // namespace fairfeed::simulation
