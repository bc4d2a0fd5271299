// What a node recovers at a restart, beside its ledger: inbox and safety record as the disk returns
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "edge-node/effects/effects.h"

namespace fairfeed {

// How far the safety record of this start can be trusted (R22, R23).
enum class SafetyTrust : std::uint8_t {
    sound,
    fresh,     // neither record nor ledger: nothing was ever signed, or the whole disk is gone
    lost,      // no record beside a ledger
    in_doubt,  // a record, but maybe not the newest
    accepted,  // an operator accepts the risk: continue with what there is
};

// Readings of the chain, in the order of their ids; nullopt: the ledger cannot give one of them.
using ReadingsOnChain =
    std::function<std::optional<std::vector<SignedReading>>(const std::vector<Digest>& ids)>;

// The recovered inbox and safety record.
struct RecoveredState {
    std::vector<Bytes> readings;
    std::vector<Transaction> batches;
    std::vector<PersistEndorsement> endorsements;
    std::vector<Block> blocks;
    Bytes safety_record;  // empty: nothing was ever signed
    // The promises of this node are unknown in windows up to these; with inbox_lost, in every
    // window that has ended. Then readings and blocks are what could be salvaged, and the other
    // members are empty.
    std::map<ClusterId, Window> doubts;
    bool inbox_lost = false;
    SafetyTrust safety = SafetyTrust::sound;
};

}  // namespace fairfeed
