#include "tests/bench/backtest.h"

#include <algorithm>

#include "core/contract/settlement.h"

namespace fairfeed::bench {

namespace {

struct HomeYear {
    std::int64_t available_wh = 0;
    std::int64_t curtailed_wh = 0;
};

double jain_of(const std::vector<double>& values) {
    double sum = 0;
    double squares = 0;
    for (const double value : values) {
        sum += value;
        squares += value * value;
    }
    return squares == 0 ? 1 : sum * sum / (static_cast<double>(values.size()) * squares);
}

ObservedWindow truth_of(const std::vector<Home>& homes, std::int64_t start_s, std::size_t first) {
    ObservedWindow window{start_s, {}};
    for (const Home& home : homes) {
        window.meters.push_back({home.meter, home.capacity_w, {}});
        for (std::size_t j = first; j < first + kQuartersPerWindow; ++j)
            window.meters.back().quarters.push_back({home.load_wh[j], home.available_wh[j]});
    }
    return window;
}

// The generation of an inverter that obeys its shares.
Profile lived(const ObservedMeter& truth, const WindowShares& shares, std::size_t meter) {
    Profile profile;
    for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
        const auto& [load_wh, available_wh] = truth.quarters[j];
        const auto cap_wh = quarter_cap_wh(shares[j][meter], j);
        const auto generated = std::min(available_wh, allowed_generation_wh(cap_wh, load_wh));
        profile.push_back({std::max<std::int64_t>(0, load_wh - generated),
                           std::max<std::int64_t>(0, generated - load_wh), generated});
    }
    return profile;
}

// The energies that the committee derives from readings and claim.
ObservedMeter seen(const ObservedMeter& truth, const WindowShares& shares, std::size_t meter,
                   std::int64_t start_s, const Profile& profile) {
    ShareSchedule schedule;
    std::int64_t claim_wh = 0;
    for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
        schedule.push_back(
            {shares[j][meter], start_s + static_cast<std::int64_t>(j) * kSecondsPerQuarter});
        claim_wh += truth.quarters[j].available_wh;
    }
    return {truth.meter, truth.capacity_w,
            quarter_energies(profile, schedule, truth.capacity_w, start_s, claim_wh)};
}

void count(Outcome& outcome, const ObservedWindow& truth, const std::vector<Profile>& profiles) {
    for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
        std::int64_t load_wh = 0;
        std::int64_t available_wh = 0;
        std::int64_t generated_wh = 0;
        for (std::size_t i = 0; i < profiles.size(); ++i) {
            load_wh += truth.meters[i].quarters[j].load_wh;
            available_wh += truth.meters[i].quarters[j].available_wh;
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
std::vector<HomeYear> live(const Street& street, const std::vector<Home>& homes,
                           const Choice& choice, Outcome& outcome) {
    const auto basis = make_basis(choice);
    std::vector<HomeYear> years(homes.size());
    for (std::size_t first = 0; first + kQuartersPerWindow <= street.quarters;
         first += kQuartersPerWindow) {
        const auto start_s = street.start_s + static_cast<std::int64_t>(first) * kSecondsPerQuarter;
        const ObservedWindow truth = truth_of(homes, start_s, first);
        const WindowShares shares = basis->shares_of(truth);
        ObservedWindow window{start_s, {}};
        std::vector<Profile> profiles;
        for (std::size_t i = 0; i < homes.size(); ++i) {
            profiles.push_back(lived(truth.meters[i], shares, i));
            window.meters.push_back(seen(truth.meters[i], shares, i, start_s, profiles.back()));
            for (std::size_t j = 0; j < kQuartersPerWindow; ++j) {
                const auto available_wh = truth.meters[i].quarters[j].available_wh;
                years[i].available_wh += available_wh;
                years[i].curtailed_wh += available_wh - profiles.back()[j].generation_wh;
            }
        }
        count(outcome, truth, profiles);
        basis->settled(window);
    }
    return years;
}

}  // namespace

Outcome lived_through(const Street& street, const Choice& choice) {
    Outcome outcome;
    std::vector<double> per_kw;
    double per_kw_within = 0;
    double of_generation_within = 0;
    for (const auto& homes : street.clusters) {
        const auto years = live(street, homes, choice, outcome);
        std::vector<double> per_kw_here;
        std::vector<double> of_generation;
        for (std::size_t i = 0; i < homes.size(); ++i) {
            const auto curtailed = static_cast<double>(years[i].curtailed_wh);
            per_kw_here.push_back(curtailed / static_cast<double>(homes[i].capacity_w));
            of_generation.push_back(
                curtailed / static_cast<double>(std::max<std::int64_t>(1, years[i].available_wh)));
        }
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
