// A story as a Mermaid sequence diagram: arrows for statements, notes for events and for actions of
// one node alone. The durable side of a statement ("keeps its ..") is left to the text. If a
// diagram would have more than forty arrows, equal statements of several nodes at one moment become
// one note.
#pragma once

#include <string>

#include "tests/unit/scenarios/scenario_file.h"

namespace fairfeed::test {

constexpr int kMaxArrows = 40;

// The diagram without the fence around it; ends with a newline.
[[nodiscard]] std::string to_mermaid(const Scenario& scenario);

}  // namespace fairfeed::test
