// What was counted while a town settled its windows: sums over nodes, windows and chains. A message
// counts at its sender and at everybody who hears it. A plain value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace fairfeed::simulation {

struct TownTally {
    std::uint64_t meter_messages = 0;  // READING, RECEIPT, SHARE: those of one node and its meters
    std::uint64_t meter_bytes = 0;
    std::uint64_t committee_messages = 0;  // BATCH, ENDORSEMENT, TRANSACTIONS
    std::uint64_t committee_bytes = 0;
    std::uint64_t block_messages = 0;  // PROPOSAL, votes, POLKA, COMMIT; STATUS of a new block
    std::uint64_t block_bytes = 0;
    std::uint64_t beacon_messages = 0;  // STATUS said again
    std::uint64_t beacon_bytes = 0;
    std::uint64_t waiting_messages = 0;  // HAVE; what committees say again
    std::uint64_t waiting_bytes = 0;
    std::uint64_t other_messages = 0;  // REQUEST, ANSWER, OBJECTION, votes said again
    std::uint64_t other_bytes = 0;
    std::uint64_t groups_verified = 0;        // signatures of READINGs, batches and endorsements
    std::uint64_t votes_verified = 0;         // of votes and proposals
    std::uint64_t polkas_verified = 0;        // of votes in POLKAs
    std::uint64_t certificates_verified = 0;  // of votes in COMMITs and in blocks
    std::uint64_t status_verified = 0;
    std::uint64_t others_verified = 0;
    std::uint64_t signatures_made = 0;  // by nodes
    std::uint64_t connections = 0;      // at the brokers of all nodes
    std::uint64_t blocks = 0;           // of all chains, as the rest
    std::uint64_t ledger_bytes = 0;     // one copy of each chain
    std::uint64_t readings = 0;         // settled
    std::uint64_t settlements = 0;
    std::uint64_t followed = 0;       // signatures that somebody verifies who follows all chains
    std::uint64_t commits_again = 0;  // COMMITs said once more; block_messages has them, too
    std::uint64_t listed_again = 0;   // ids in them
    std::uint64_t last_block_ms = 0;  // after the last window's end, summed over chains
    std::uint64_t steps = 0;          // of nodes, from the boot on

    void add(const TownTally& other);
    bool operator==(const TownTally&) const = default;
};

using TownCount = std::pair<std::string_view, std::uint64_t TownTally::*>;
constexpr std::size_t kTownCounts = 29;
// Every member with its name.
[[nodiscard]] const std::array<TownCount, kTownCounts>& town_counts();

// One line of text, to be sent from one process to another; from_line CHECKs its input.
[[nodiscard]] std::string town_line(const TownTally& tally);
[[nodiscard]] TownTally town_tally_from(const std::string& line);

}  // namespace fairfeed::simulation
