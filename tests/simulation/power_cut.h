// What power cuts leave of a simulated node's disk. The disk keeps exactly what Storage promises:
// groups of writes are synced one after the other, so a later group never exists without an earlier
// one. A group interrupted by a power cut counts if all its sectors arrived, and otherwise never
// happened (a transaction without its commit, a slot whose CRC is wrong; tests/crash shows this on
// real files). Functions on plain values.
#pragma once

#include <string_view>
#include <vector>

#include "tests/support/dice.h"
#include "tests/support/model_disk.h"

namespace fairfeed::simulation {

using test::Dice;
using test::ModelDisk;

// The effect of a power cut on the group of writes in progress.
enum class PowerCut {
    clean,      // none had begun
    lost,       // begun, nothing arrived
    torn,       // the first sectors arrived
    reordered,  // some sectors arrived, some did not
};
constexpr std::size_t kPowerCuts = 4;
[[nodiscard]] std::string_view to_string(PowerCut cut);

// Whether the effect is a write, not a message.
[[nodiscard]] bool is_write(const Effect& effect);

// Power fails while this group of effects is written. True: all of it had arrived.
[[nodiscard]] bool strike(ModelDisk& disk, const std::vector<const Effect*>& together, PowerCut cut,
                          Dice& dice);
// For a disk that lied: each file is in its present state or in one of these earlier states.
void fall_back(ModelDisk& disk, const std::vector<ModelDisk>& earlier, Dice& dice);

// Groups of effects that happen together or not at all, in order: every effect alone, or, with
// writes_first, the writes as Storage groups them into syncs, then the messages.
[[nodiscard]] std::vector<std::vector<const Effect*>> steps_of(const Effects& turn,
                                                               bool writes_first);

}  // namespace fairfeed::simulation
