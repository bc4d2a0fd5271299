// Proof that one signer signed two messages of which an honest signer signs one (protocol 4,
// committee rules 3 and 5, chain rules A2 and R19). Both messages stand in it exactly as the
// culprit signed them, so its sender needs no credit and signs nothing. Plain data;
// wire/evidence_codec gives the bytes and defines which pairs are offences.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/model/certificate.h"

namespace fairfeed {

// Numbers are on the wire and never change.
enum class Offence : std::uint8_t {
    two_readings = 1,   // of a meter: one window or one sequence, different ids
    two_batches = 2,    // of a proposer: one cluster, window, slot and version
    two_votes = 3,      // of a validator: one type, height and round
    two_proposals = 4,  // of a validator: one height and round
};

// The place of the offence. Readings and batches have a cluster and a window; two readings that
// share only their sequence have two windows. Votes and proposals have a height and a round.
struct OffencePlace {
    ClusterId cluster;
    Window earlier = 0;
    Window window = 0;  // the later one; equal unless two readings share only their sequence
    Height height = 0;
    Round round = 0;
    bool operator==(const OffencePlace&) const = default;
};

struct Evidence {
    Offence offence = Offence::two_readings;
    std::string culprit;  // name of the meter or node that signed both
    Digest first_id;      // below second_id
    Digest second_id;
    Bytes first;  // signed envelopes
    Bytes second;
    OffencePlace place;
    bool operator==(const Evidence&) const = default;
};

}  // namespace fairfeed
