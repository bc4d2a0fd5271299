// `meter-sim carry`: not for people. Carries connections for another meter-sim, which has more of
// them than one process may have, on the socket that is its standard input.
#pragma once

#include <ostream>

namespace fairfeed {

// 0: the other process has ended or closed. 2: standard input is no such socket.
[[nodiscard]] int run_carry(std::ostream& err);

}  // namespace fairfeed
