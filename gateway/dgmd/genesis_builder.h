// Block 0 of a new network: GENESIS by the node with most meters, then DGMD's registrations, in the
// order NODE, COMMITTEE, METER, CAPACITY, KEY_GRANT, TARIFF, numbered from 1, all effective from
// window 0. As many officers approve the block as the threshold asks for. Pure; the caller passes
// keys and time.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/state/state.h"
#include "gateway/dgmd/lab_network.h"
#include "gateway/dgmd/network_keys.h"
#include "gateway/dgmd/network_plan.h"

namespace fairfeed {

struct FoundedNetwork {
    Bytes file;        // content of genesis.cbor
    ChainState state;  // what every node will hold after block 0
};

// Decodes the result as a node would, so that no genesis is written that nodes refuse. Error: one
// line with the node's reason.
[[nodiscard]] Result<FoundedNetwork, std::string> found_network(const LabNetwork& lab,
                                                                const NetworkPlan& plan,
                                                                const NetworkKeys& keys,
                                                                std::int64_t now_ms);

}  // namespace fairfeed
