// Changes of committee in a plan: drawn with dice of their own, so that the seeds without any stay
// as they are. Each committee has one liar at most, and never alone, because what it certifies
// counts; but only the last one of each cluster must be able to settle with it. Beyond f anybody
// may be in it.
#pragma once

#include "tests/simulation/plan.h"

namespace fairfeed::simulation {

// A quarter of the seeds of two nodes and more.
[[nodiscard]] std::optional<Dice> dice_of_changes(std::uint64_t seed, std::size_t nodes);
// Of a plan whose size is drawn: long enough for changes, and how many members there are before.
void draw_course_of_changes(Plan& plan, Dice& dice);
// Of a plan that is drawn otherwise.
void draw_changes(Plan& plan, Dice& dice);
// Also with a liar in it, as far as the rules for committees promise.
[[nodiscard]] bool can_settle(const std::vector<std::size_t>& members, const Plan& plan);
[[nodiscard]] std::string describe_changes(const Plan& plan);

}  // namespace fairfeed::simulation
