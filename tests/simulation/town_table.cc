#include "tests/simulation/town_table.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace fairfeed::simulation {
namespace {

constexpr double kTolerance = 0.1;

constexpr std::string_view kBlocks =
    "at least: groups that are certified more than a second apart do not share a block. The rows "
    "below are computed for as many blocks as were counted";
constexpr std::string_view kWaiting =
    "at most: groups are not all certified at once, so the later ones wait for fewer blocks";
constexpr std::string_view kVotes =
    "at most: what comes after its block was decided is not verified";
constexpr std::string_view kCertificates =
    "at least: a COMMIT that comes before a node has decided by itself is verified as well";

using enum RowBound;
constexpr std::array<TownRowKind, 28> kRows{{
    {"meters", &TownNeeds::meters},
    {"nodes, one for each cluster", &TownNeeds::nodes},
    {"validators of a chain", &TownNeeds::validators},
    {"blocks of a chain", &TownNeeds::blocks, at_least, kBlocks},
    {"connections of a node's broker", &TownNeeds::connections},
    {"messages of meters", &TownNeeds::meter_messages},
    {"messages of committees", &TownNeeds::committee_messages},
    {"messages of blocks", &TownNeeds::block_messages},
    {"messages of groups that wait, at most", &TownNeeds::waiting_messages, at_most, kWaiting},
    {"messages while nothing happens", &TownNeeds::beacon_messages},
    {"bytes of meters", &TownNeeds::meter_bytes},
    {"bytes of committees", &TownNeeds::committee_bytes},
    {"bytes of blocks", &TownNeeds::block_bytes},
    {"bytes of groups that wait, at most", &TownNeeds::waiting_bytes, at_most, kWaiting},
    {"bytes while nothing happens", &TownNeeds::beacon_bytes},
    {"bytes in all", &TownNeeds::bytes},
    {"link, mean bit/s", &TownNeeds::link_bits_per_s},
    {"link from one node to one other, bytes", &TownNeeds::pair_bytes},
    {"verified: readings, batches, endorsements", &TownNeeds::groups_verified},
    {"verified: votes and proposals, at most", &TownNeeds::votes_verified, at_most, kVotes},
    {"verified: polkas, at most", &TownNeeds::polkas_verified, at_most, kVotes},
    {"verified: certificates, at least", &TownNeeds::certificates_verified, at_least,
     kCertificates},
    {"verified: STATUS", &TownNeeds::status_verified},
    {"signatures made", &TownNeeds::signatures_made},
    {"ledger, bytes", &TownNeeds::ledger_bytes},
    {"ledger, bytes a year", &TownNeeds::ledger_bytes_a_year},
    {"follower of all chains: bytes a day", &TownNeeds::followed_bytes_a_day},
    {"follower of all chains: signatures verified", &TownNeeds::followed},
}};
static_assert(sizeof(TownNeeds) == kRows.size() * sizeof(double));

std::string with_digits(double value, int digits) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.*f", digits, value);
    return text;
}

}  // namespace

std::span<const TownRowKind> town_rows() {
    return kRows;
}

bool TownRow::agrees() const {
    switch (kind.bound) {
        case RowBound::equal:
            return std::abs(counted - page) <= kTolerance * page;
        case RowBound::at_most:
            return counted <= (1 + kTolerance) * page;
        case RowBound::at_least:
            return counted >= (1 - kTolerance) * page;
    }
    return false;
}

std::vector<TownRow> compare_town(const TownPlan& plan, const TownTally& tally) {
    const PagePlan on_page = page_plan(plan, tally);
    TownNeeds page = page_needs(on_page);
    page.blocks = fewest_blocks(on_page);
    const TownNeeds counted = counted_needs(plan, tally);
    std::vector<TownRow> rows;
    for (const TownRowKind& kind : kRows)
        rows.push_back({kind, page.*kind.figure, counted.*kind.figure});
    return rows;
}

std::string town_figure(double value) {
    const bool is_whole = std::abs(value - std::round(value)) < 0.05;
    if (value < 100) return with_digits(value, is_whole ? 0 : 1);
    if (value < 9999.5) {
        const std::string digits = with_digits(value, 0);
        return digits.size() < 4 ? digits : digits.substr(0, 1) + ' ' + digits.substr(1);
    }
    for (const char unit : {'k', 'M', 'G', 'T'}) {
        value /= 1000;
        if (value >= 999.5 && unit != 'T') continue;
        const int places = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
        std::string digits = with_digits(value, places);
        if (places > 0) digits.erase(digits.find_last_not_of('0') + 1);
        if (digits.back() == '.') digits.pop_back();
        return digits + ' ' + unit;
    }
    return {};
}

}  // namespace fairfeed::simulation
