#include "tests/simulation/town_page.h"

#include <algorithm>
#include <cmath>

namespace fairfeed::simulation {
namespace {

constexpr double kBlockTransactions = 1000;
constexpr double kBeaconS = 10;     // rebroadcast_cap of the preset field
constexpr double kBlockS = 1.1;     // from one full block to the next: fill and three hops
constexpr double kWindowsADay = 6;  // of four hours
constexpr double kListedId = 34;    // a digest with its head

double quorum_of(double validators) {
    return std::ceil((validators + std::floor((validators - 1) / 3) + 1) / 2);
}

// How often a group is announced that waits so long for its block: after 1, 2, 4, 8, 16, 26, 36 s
// ..
double announcements_in(double wait_s) {
    double times = 0;
    double pause_s = 1;
    for (double at_s = 1; at_s <= wait_s; at_s += pause_s) {
        if (++times > 1) pause_s = std::min(2 * pause_s, kBeaconS);
    }
    return times;
}

// The mean over groups that are all certified at the beginning and then enter block after block.
double mean_announcements(double blocks) {
    double sum = 0;
    for (double block = 1; block <= blocks; ++block)
        sum += announcements_in(block * kBlockS);
    return sum / blocks;
}

}  // namespace

double fewest_blocks(const PagePlan& plan) {
    return std::ceil(plan.clusters / std::floor(kBlockTransactions / (plan.meters + 1)));
}

TownNeeds page_needs(const PagePlan& plan, const PageSizes& sizes) {
    const double c = plan.meters, k = plan.committee, e = plan.endorsers;
    const double clusters = plan.clusters, n = plan.validators, window_s = plan.window_s;
    const double b = plan.blocks > 0 ? plan.blocks : fewest_blocks(plan);
    const double q = quorum_of(n);
    const double certificate = sizes.certificate + q * sizes.voted;
    const double settlement = sizes.settlement + c * sizes.row;
    const double group = c * sizes.reading + settlement + e * sizes.endorsed;
    const double ids = clusters * (c + 1) / b;
    const double outline = sizes.header + kListedId * ids + certificate;
    const double newest_ids = plan.newest_ids > 0 ? plan.newest_ids : ids;
    const double newest = sizes.header + kListedId * newest_ids + certificate;
    const double without_parent = plan.first_blocks * certificate;
    const bool newest_is_first = plan.first_blocks >= b;

    TownNeeds needs;
    needs.meters = c * clusters * plan.chains;
    needs.nodes = clusters * plan.chains;
    needs.validators = n;
    needs.blocks = b;
    needs.connections = k * c + clusters;
    needs.meter_messages = 3 * k * c;
    needs.meter_bytes = k * c * (sizes.envelope + sizes.receipt + sizes.share);
    needs.committee_messages = clusters * (1 + k + 1);
    needs.committee_bytes = clusters * (settlement + k * sizes.endorsement + group);
    needs.block_messages = b * (1 + 5 * n) + n;
    needs.block_bytes = b * (sizes.proposal + outline +
                             n * (2 * sizes.vote + sizes.status + 2 * (outline + certificate))) -
                        without_parent * (1 + 2 * n) +
                        n * (newest + (newest_is_first ? 0 : certificate));
    const double announced = clusters * mean_announcements(fewest_blocks(plan));
    needs.waiting_messages = announced * (k + 1);
    needs.waiting_bytes = announced * (k * sizes.endorsement + kListedId * (c + 1));
    const double beacons = std::max(0.0, window_s - b * kBlockS) / kBeaconS;
    needs.beacon_messages = n * beacons;
    needs.beacon_bytes = n * beacons * sizes.status;
    needs.bytes = needs.meter_bytes + needs.committee_bytes + needs.block_bytes +
                  needs.waiting_bytes + needs.beacon_bytes;
    needs.link_bits_per_s = 8 * needs.bytes / window_s;
    needs.pair_bytes = (needs.bytes - needs.meter_bytes) / clusters;
    needs.groups_verified = clusters * (c + 1 + e) + 2 * (k - 1);
    needs.votes_verified = b * (2 * n + 1);
    needs.polkas_verified = b * n * q;
    needs.certificates_verified = (b - plan.first_blocks) * q;
    needs.status_verified = (n - 1) * (b + beacons);
    needs.signatures_made = 2 * k * c + k + 1 + 3 * b + beacons;
    needs.ledger_bytes = clusters * group + b * (sizes.header + 2 * certificate) - without_parent;
    needs.ledger_bytes_a_year = needs.ledger_bytes * kWindowsADay * 365;
    needs.followed_bytes_a_day = plan.chains * needs.ledger_bytes * kWindowsADay;
    needs.followed = plan.chains * (clusters * (c + 1 + e) + (2 * b - plan.first_blocks) * q);
    return needs;
}

TownNeeds counted_needs(const TownPlan& plan, const TownTally& tally) {
    const double windows = plan.windows;
    const auto chains = static_cast<double>(plan.chains());
    const auto nodes = static_cast<double>(plan.all_clusters());
    const auto of_node = [&](std::uint64_t sum) {
        return static_cast<double>(sum) / nodes / windows;
    };
    const auto of_chain = [&](std::uint64_t sum) {
        return static_cast<double>(sum) / chains / windows;
    };
    TownNeeds counted;
    counted.meters = static_cast<double>(tally.readings) / windows;
    counted.nodes = static_cast<double>(tally.settlements) / windows;
    counted.validators = nodes / chains;
    counted.blocks = of_chain(tally.blocks);
    counted.connections = static_cast<double>(tally.connections) / nodes;
    counted.meter_messages = of_node(tally.meter_messages);
    counted.meter_bytes = of_node(tally.meter_bytes);
    counted.committee_messages = of_node(tally.committee_messages);
    counted.committee_bytes = of_node(tally.committee_bytes);
    counted.block_messages = of_node(tally.block_messages);
    counted.block_bytes = of_node(tally.block_bytes);
    counted.beacon_messages = of_node(tally.beacon_messages);
    counted.beacon_bytes = of_node(tally.beacon_bytes);
    counted.waiting_messages = of_node(tally.waiting_messages);
    counted.waiting_bytes = of_node(tally.waiting_bytes);
    counted.bytes = of_node(tally.meter_bytes + tally.committee_bytes + tally.block_bytes +
                            tally.waiting_bytes + tally.beacon_bytes + tally.other_bytes);
    counted.link_bits_per_s = 8 * counted.bytes / static_cast<double>(plan.window_s());
    counted.pair_bytes = (counted.bytes - counted.meter_bytes) / (nodes / chains);
    counted.groups_verified = of_node(tally.groups_verified);
    counted.votes_verified = of_node(tally.votes_verified);
    counted.polkas_verified = of_node(tally.polkas_verified);
    counted.certificates_verified = of_node(tally.certificates_verified);
    counted.status_verified = of_node(tally.status_verified);
    counted.signatures_made = of_node(tally.signatures_made);
    counted.ledger_bytes = of_chain(tally.ledger_bytes);
    counted.ledger_bytes_a_year = counted.ledger_bytes * kWindowsADay * 365;
    counted.followed_bytes_a_day = static_cast<double>(tally.ledger_bytes) / windows * kWindowsADay;
    counted.followed = static_cast<double>(tally.followed) / windows;
    return counted;
}

PagePlan page_plan(const TownPlan& plan, const TownTally& tally) {
    PagePlan page;
    page.meters = static_cast<double>(plan.meters);
    page.clusters = static_cast<double>(plan.clusters_of_chain());
    page.validators = page.clusters;
    page.chains = static_cast<double>(plan.chains());
    page.window_s = static_cast<double>(plan.window_s());
    page.committee = std::min(4.0, page.clusters);
    page.endorsers = std::min(3.0, page.clusters);
    page.blocks = static_cast<double>(tally.blocks) / page.chains / plan.windows;
    page.first_blocks = 1.0 / plan.windows;
    page.newest_ids = static_cast<double>(tally.listed_again) /
                      static_cast<double>(std::max<std::uint64_t>(1, tally.commits_again));
    return page;
}

}  // namespace fairfeed::simulation
