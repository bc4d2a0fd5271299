#include "tests/bench/backtest.h"

#include <algorithm>

#include "core/contract/settlement.h"
#include "tests/bench/shares_in_force.h"

namespace fairfeed::bench {

namespace {

double jain_of(const std::vector<double>& values) {
    double sum = 0;
    double squares = 0;
    for (const double value : values) {
        sum += value;
        squares += value * value;
    }
    return squares == 0 ? 1 : sum * sum / (static_cast<double>(values.size()) * squares);
}

ObservedMeters truth_of(const std::vector<Home>& homes, std::size_t first) {
    ObservedMeters meters;
    for (const Home& home : homes) {
        meters.push_back({home.meter, home.capacity_w, {}});
        for (std::size_t j = first; j < first + kQuartersPerWindow; ++j)
            meters.back().quarters.push_back({{home.load_wh[j], home.available_wh[j]}, {}});
    }
    return meters;
}

// The generation of an inverter that obeys its shares.
Profile lived(const ObservedMeter& truth, const ShareSchedule& shares, std::int64_t start_s) {
    Profile profile;
    for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
        const QuarterEnergy& could = truth.quarters[j];
        const auto load_wh = could.load_wh;
        const auto at_s = start_s + static_cast<std::int64_t>(j) * kSecondsPerQuarter;
        const auto cap_wh = quarter_cap_wh(binding_share_w(shares, truth.capacity_w, at_s), j);
        const auto generated = std::min(could.available_wh, allowed_generation_wh(cap_wh, load_wh));
        profile.push_back({std::max<std::int64_t>(0, load_wh - generated),
                           std::max<std::int64_t>(0, generated - load_wh), generated});
    }
    return profile;
}

// The energies that the committee derives from readings and claim.
ObservedMeter seen(const ObservedMeter& truth, const ShareSchedule& shares, std::int64_t start_s,
                   const Profile& profile) {
    std::int64_t claim_wh = 0;
    for (const QuarterEnergy& quarter : truth.quarters)
        claim_wh += quarter.available_wh;
    return {truth.meter, truth.capacity_w,
            quarter_energies(profile, shares, truth.capacity_w, start_s, claim_wh)};
}

void count(Outcome& outcome, const ObservedMeters& truth, const std::vector<Profile>& profiles) {
    for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
        std::int64_t load_wh = 0;
        std::int64_t available_wh = 0;
        std::int64_t generated_wh = 0;
        for (std::size_t i = 0; i < profiles.size(); ++i) {
            load_wh += truth[i].quarters[j].load_wh;
            available_wh += truth[i].quarters[j].available_wh;
            generated_wh += profiles[i][j].generation_wh;
        }
        outcome.available_wh += available_wh;
        outcome.surplus_wh += std::max<std::int64_t>(0, available_wh - load_wh);
        outcome.left_wh += std::max<std::int64_t>(0, generated_wh - load_wh);
        outcome.needless_wh +=
            std::max<std::int64_t>(0, std::min(available_wh, load_wh) - generated_wh);
    }
}

// Simulates the windows of one cluster, one after another.
std::vector<HomeOutcome> live(const Street& street, const std::vector<Home>& homes,
                              const Choice& choice, Outcome& outcome) {
    const auto basis = make_basis(choice, street.start_s);
    SharesInForce in_force(choice.resolution, homes.size());
    std::vector<HomeOutcome> out;
    for (const Home& home : homes)
        out.push_back({home.meter, home.capacity_w, 0, 0});
    for (Window window = 0; (window + 1) * kQuartersPerWindow <= street.quarters; ++window) {
        const auto start_s = street.start_s + window * kWindowSeconds;
        const ObservedMeters truth = truth_of(homes, window * kQuartersPerWindow);
        if (const auto told = basis->before(window, truth)) in_force.take(*told);
        const std::vector<ShareSchedule> shares = in_force.of_window(start_s);
        ObservedMeters meters;
        std::vector<Profile> profiles;
        for (std::size_t i = 0; i < homes.size(); ++i) {
            profiles.push_back(lived(truth[i], shares[i], start_s));
            meters.push_back(seen(truth[i], shares[i], start_s, profiles.back()));
            for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
                const auto available_wh = truth[i].quarters[j].available_wh;
                out[i].available_wh += available_wh;
                out[i].curtailed_wh += available_wh - profiles.back()[j].generation_wh;
            }
        }
        count(outcome, truth, profiles);
        if (const auto told = basis->settled(window, meters)) in_force.take(*told);
    }
    return out;
}

}  // namespace

Outcome lived_through(const Street& street, const Choice& choice) {
    Outcome outcome;
    std::vector<double> per_kw;
    double per_kw_within = 0;
    double of_generation_within = 0;
    for (const auto& homes : street.clusters) {
        const auto lived_homes = live(street, homes, choice, outcome);
        std::vector<double> per_kw_here;
        std::vector<double> of_generation;
        for (const HomeOutcome& home : lived_homes) {
            const auto curtailed = static_cast<double>(home.curtailed_wh);
            per_kw_here.push_back(curtailed / static_cast<double>(home.capacity_w));
            of_generation.push_back(
                curtailed / static_cast<double>(std::max<std::int64_t>(1, home.available_wh)));
        }
        outcome.homes.insert(outcome.homes.end(), lived_homes.begin(), lived_homes.end());
        per_kw.insert(per_kw.end(), per_kw_here.begin(), per_kw_here.end());
        per_kw_within += jain_of(per_kw_here);
        of_generation_within += jain_of(of_generation);
    }
    const auto clusters = static_cast<double>(street.clusters.size());
    outcome.jain_per_kw = jain_of(per_kw);
    outcome.jain_per_kw_within = per_kw_within / clusters;
    outcome.jain_of_generation_within = of_generation_within / clusters;
    return outcome;
}

}  // namespace fairfeed::bench
