#include "edge-node/commands/factor_text.h"

#include <algorithm>

#include "core/contract/share_schedule.h"
#include "edge-node/commands/figures.h"

namespace fairfeed {

std::string clock_text(std::int64_t seconds) {
    constexpr std::size_t kDate = std::string_view("2016-08-08 ").size();
    constexpr std::size_t kClock = std::string_view("08:15").size();
    return utc_text(seconds).substr(kDate, kClock);
}

std::string factor_text(std::int64_t factor_ppm) {
    return factor_ppm == kUncurtailedPpm ? "-" : percent_text(factor_ppm);
}

std::string factors_text(const Factors& factors) {
    std::string text;
    for (auto run = factors.begin(); run != factors.end();) {
        const auto end =
            std::find_if(run, factors.end(), [&](std::int64_t each) { return each != *run; });
        if (!text.empty()) text += ", ";
        if (end - run > 1) text += std::to_string(end - run) + " x ";
        text += factor_text(*run);
        run = end;
    }
    return text;
}

Json whole_numbers_json(const std::vector<std::int64_t>& numbers) {
    Json out = Json::array();
    for (const std::int64_t number : numbers)
        out.push(number);
    return out;
}

std::vector<std::int64_t> shares_by_quarter_w(std::int64_t power_w, std::int64_t capacity_w,
                                              const Factors& factors) {
    const std::int64_t within_w = std::clamp<std::int64_t>(power_w, 0, kNoShareW);
    std::vector<std::int64_t> out;
    for (const std::int64_t factor_ppm : factors)
        out.push_back(std::min(capacity_w, scheduled_share_w(within_w, factor_ppm)));
    return out;
}

std::string basis_text(const NetworkParameters& parameters, ShareBasis basis) {
    const std::string name(to_string(basis));
    return basis == parameters.basis ? name : name + " (the forecast has no history yet)";
}

void print_factors(const NetworkParameters& parameters, Window settled, const Factors& bound,
                   const Factors& planned, std::ostream& out) {
    if (bound.empty() && planned.empty()) return;
    const auto text_of = [](const Factors& factors, std::size_t j) {
        return j < factors.size() ? factor_text(factors[j]) : "";
    };
    const GridClock grid(parameters);
    const Window target = share_is_for(parameters, settled);
    Table table("lrlr");
    table.add({"window " + std::to_string(settled), "bound", "  window " + std::to_string(target),
               "planned"});
    for (std::size_t j = 0; j < std::max(bound.size(), planned.size()); ++j) {
        const auto after_s = static_cast<std::int64_t>(j) * kSecondsPerQuarter;
        table.add({clock_text(grid.start_s(settled) + after_s), text_of(bound, j),
                   "  " + clock_text(grid.start_s(target) + after_s), text_of(planned, j)});
    }
    out << "Factors by the quarter hour: a share is the meter's power times the factor; '-': "
           "nobody "
           "is curtailed.\n";
    table.print(out);
}

}  // namespace fairfeed
