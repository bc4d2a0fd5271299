// The formulas of docs/scaling.md: what a plan needs by the sizes on that page. town_test holds the
// sizes and the page's own columns against the page. Pure.
#pragma once

#include <cstdint>

#include "tests/simulation/town_plan.h"
#include "tests/simulation/town_tally.h"

namespace fairfeed::simulation {

// The first table of the page, in bytes.
struct PageSizes {
    double envelope = 438;    // E
    double reading = 444;     // R
    double row = 241;         // L
    double settlement = 268;  // S
    double endorsed = 74;     // W
    double header = 237;      // H
    double voted = 74;        // V
    double certificate = 44;  // C
    double receipt = 131;
    double share = 141;
    double endorsement = 133;
    double vote = 124;
    double proposal = 125;
    double status = 159;
};

// What the page's second table is made from.
struct PagePlan {
    double meters = 900;    // c
    double clusters = 4;    // N, of one chain
    double validators = 4;  // n
    double chains = 1;
    double window_s = 14'400;  // T, real
    double committee = 4;      // k
    double endorsers = 3;      // e
    double blocks = 0;         // b; 0: as few as there can be
    double first_blocks = 0;   // of b: without a certificate of a parent
    double newest_ids = 0;     // in the COMMIT said again; 0: as many as in a mean block
};

// The rows of the second table, by its names, each of one node and one window unless it says
// otherwise; and rows of the counted table that the page's text computes.
struct TownNeeds {
    double meters = 0;      // of all chains
    double nodes = 0;       // of all chains
    double validators = 0;  // of a chain
    double blocks = 0;      // of a chain
    double connections = 0;
    double meter_messages = 0;
    double committee_messages = 0;
    double block_messages = 0;
    double waiting_messages = 0;  // at most
    double beacon_messages = 0;
    double meter_bytes = 0;
    double committee_bytes = 0;
    double block_bytes = 0;
    double waiting_bytes = 0;  // at most
    double beacon_bytes = 0;
    double bytes = 0;
    double link_bits_per_s = 0;
    double pair_bytes = 0;  // from one node to one other
    double groups_verified = 0;
    double votes_verified = 0;         // at most
    double polkas_verified = 0;        // at most
    double certificates_verified = 0;  // at least
    double status_verified = 0;
    double signatures_made = 0;
    double ledger_bytes = 0;
    double ledger_bytes_a_year = 0;
    double followed_bytes_a_day = 0;
    double followed = 0;
};

[[nodiscard]] double fewest_blocks(const PagePlan& plan);
[[nodiscard]] TownNeeds page_needs(const PagePlan& plan, const PageSizes& sizes = {});
// The same rows as they were counted.
[[nodiscard]] TownNeeds counted_needs(const TownPlan& plan, const TownTally& tally);
// The page's plan of a simulated town, with the number of blocks that were counted.
[[nodiscard]] PagePlan page_plan(const TownPlan& plan, const TownTally& tally);

}  // namespace fairfeed::simulation
