// What a node knows from before a restart, beside its ledger: the inbox and the safety record, as
// the disk gives them back.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "edge-node/effects/effects.h"

namespace fairfeed {

// What the safety record of this start is worth (R22, R23).
enum class SafetyTrust : std::uint8_t {
    sound,
    fresh,     // neither record nor ledger: nothing was ever signed, or the whole disk is gone
    lost,      // no record beside a ledger
    in_doubt,  // a record, but maybe not the newest
    accepted,  // a person says: go on with what there is
};

// What a node remembers from before a restart, beside the ledger.
struct RecoveredState {
    std::vector<Bytes> readings;
    std::vector<Transaction> batches;
    std::vector<PersistEndorsement> endorsements;
    std::vector<Block> blocks;
    Bytes safety_record;  // empty: nothing was ever signed
    // What was promised in windows up to these is not known; nor, with inbox_lost, in any that has
    // ended. Then readings and blocks are what could be salvaged, and nothing else is there.
    std::map<ClusterId, Window> doubts;
    bool inbox_lost = false;
    SafetyTrust safety = SafetyTrust::sound;
};

}  // namespace fairfeed
