// A story as a Mermaid sequence diagram: arrows for what is said, notes for what happens to
// somebody and what somebody does alone. What is only the durable side of a statement ("keeps its
// ..") is left to the text; statements that several make at one moment become one note where a
// diagram would have more than forty arrows.
#pragma once

#include <string>

#include "tests/unit/scenarios/scenario_file.h"

namespace fairfeed::test {

constexpr int kMaxArrows = 40;

// Without the fence around it; ends with a newline.
[[nodiscard]] std::string to_mermaid(const Scenario& scenario);

}  // namespace fairfeed::test
