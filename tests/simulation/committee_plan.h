// Changes of committee in a plan, drawn with separate dice, so that seeds without changes keep
// their plans. Each committee has at most one liar, and never a liar alone, because what it
// certifies counts. Only the last committee of each cluster must be able to settle with its liar.
// Beyond f a committee may have any members.
#pragma once

#include "tests/simulation/plan.h"

namespace fairfeed::simulation {

// A quarter of the seeds with two nodes or more have changes.
[[nodiscard]] std::optional<Dice> dice_of_changes(std::uint64_t seed, std::size_t nodes);
// For a plan whose size is drawn: makes it long enough for changes, and draws the first members.
void draw_course_of_changes(Plan& plan, Dice& dice);
// For a plan whose course is drawn elsewhere.
void draw_changes(Plan& plan, Dice& dice);
// Whether these members can settle even with their liar, by the rules for committees.
[[nodiscard]] bool can_settle(const std::vector<std::size_t>& members, const Plan& plan);
[[nodiscard]] std::string describe_changes(const Plan& plan);

}  // namespace fairfeed::simulation
