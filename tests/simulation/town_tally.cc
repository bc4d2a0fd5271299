#include "tests/simulation/town_tally.h"

#include <sstream>

#include "core/base/check.h"

namespace fairfeed::simulation {

const std::array<TownCount, kTownCounts>& town_counts() {
    static const std::array<TownCount, kTownCounts> counts{{
        {"meter_messages", &TownTally::meter_messages},
        {"meter_bytes", &TownTally::meter_bytes},
        {"committee_messages", &TownTally::committee_messages},
        {"committee_bytes", &TownTally::committee_bytes},
        {"block_messages", &TownTally::block_messages},
        {"block_bytes", &TownTally::block_bytes},
        {"beacon_messages", &TownTally::beacon_messages},
        {"beacon_bytes", &TownTally::beacon_bytes},
        {"waiting_messages", &TownTally::waiting_messages},
        {"waiting_bytes", &TownTally::waiting_bytes},
        {"other_messages", &TownTally::other_messages},
        {"other_bytes", &TownTally::other_bytes},
        {"groups_verified", &TownTally::groups_verified},
        {"votes_verified", &TownTally::votes_verified},
        {"polkas_verified", &TownTally::polkas_verified},
        {"certificates_verified", &TownTally::certificates_verified},
        {"status_verified", &TownTally::status_verified},
        {"others_verified", &TownTally::others_verified},
        {"signatures_made", &TownTally::signatures_made},
        {"connections", &TownTally::connections},
        {"blocks", &TownTally::blocks},
        {"ledger_bytes", &TownTally::ledger_bytes},
        {"readings", &TownTally::readings},
        {"settlements", &TownTally::settlements},
        {"followed", &TownTally::followed},
        {"commits_again", &TownTally::commits_again},
        {"listed_again", &TownTally::listed_again},
        {"last_block_ms", &TownTally::last_block_ms},
        {"steps", &TownTally::steps},
    }};
    static_assert(sizeof(TownTally) == kTownCounts * sizeof(std::uint64_t));
    return counts;
}

void TownTally::add(const TownTally& other) {
    for (const auto& [name, count] : town_counts())
        this->*count += other.*count;
}

std::string town_line(const TownTally& tally) {
    std::string line;
    for (const auto& [name, count] : town_counts())
        line += std::to_string(tally.*count) + ' ';
    return line;
}

TownTally town_tally_from(const std::string& line) {
    std::istringstream in(line);
    TownTally tally;
    for (const auto& [name, count] : town_counts())
        in >> tally.*count;
    CHECK(!in.fail());
    return tally;
}

}  // namespace fairfeed::simulation
