// simulate --town: runs a town, and prints the table of docs/scaling.md as computed and as counted.
#pragma once

namespace fairfeed::simulation {

// 0: page and count agree; 1: they do not, or something was not settled; else a wrong command line.
[[nodiscard]] int town_main(int argc, char** argv);

}  // namespace fairfeed::simulation
