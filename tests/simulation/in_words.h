// A node's message as a line of a story: kind, place and block or batch. Bytes that do not decode
// are reported by their size. Pure.
#pragma once

#include <string>

#include "edge-node/effects/effects.h"

namespace fairfeed::simulation {

[[nodiscard]] std::string in_words(const Publish& said, const Digest& network);

}  // namespace fairfeed::simulation
