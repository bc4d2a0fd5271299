#include "meter-sim/link_model.h"

#include <algorithm>

#include "meter-sim/variation.h"

namespace fairfeed {

LinkModel::LinkModel(std::uint64_t seed, std::string_view meter, std::string_view node,
                     std::int64_t start_ms)
    : seed_(mix_name(mix(mix_name(mix(seed), meter)), node)), start_ms_(start_ms) {}

bool LinkModel::draw(std::int64_t chance_ppm) {
    if (chance_ppm <= 0) return false;
    return pick(mix_number(seed_, ++draws_), 1, kPpm) <= chance_ppm;
}

std::vector<std::int64_t> LinkModel::pass(LinkWay way, const LinkConditions& conditions,
                                          std::int64_t now_ms) {
    if (draw(conditions.loss_ppm)) return {};
    std::int64_t& last_ms = last_ms_.at(static_cast<std::size_t>(way));
    std::vector<std::int64_t> arrivals;
    const std::size_t copies = draw(conditions.duplicate_ppm) ? 2 : 1;
    while (arrivals.size() < copies) {
        std::int64_t at_ms = now_ms + conditions.delay_ms;
        if (conditions.jitter_ms > 0)
            at_ms += pick(mix_number(seed_, ++draws_), 0, conditions.jitter_ms);
        last_ms = std::max(last_ms, at_ms);
        arrivals.push_back(last_ms);
    }
    return arrivals;
}

LinkModel::Span LinkModel::outage_of(const LinkOutages& outages, std::int64_t stretch) const {
    const std::uint64_t chance = mix_number(mix(seed_ ^ 1U), stretch);
    const std::int64_t from_ms =
        start_ms_ + stretch * outages.every_ms + pick(chance, 0, outages.every_ms - outages.for_ms);
    return {from_ms, from_ms + outages.for_ms};
}

bool LinkModel::is_out(const LinkOutages& outages, std::int64_t now_ms) const {
    if (outages.every_ms <= 0 || outages.for_ms <= 0 || now_ms < start_ms_) return false;
    const Span span = outage_of(outages, (now_ms - start_ms_) / outages.every_ms);
    return span.from_ms <= now_ms && now_ms < span.until_ms;
}

std::int64_t LinkModel::next_change_ms(const LinkOutages& outages, std::int64_t now_ms) const {
    if (outages.every_ms <= 0 || outages.for_ms <= 0) return INT64_MAX;
    const std::int64_t stretch = now_ms < start_ms_ ? 0 : (now_ms - start_ms_) / outages.every_ms;
    const Span span = outage_of(outages, stretch);
    if (now_ms < span.from_ms) return span.from_ms;
    if (now_ms < span.until_ms) return span.until_ms;
    return outage_of(outages, stretch + 1).from_ms;
}

}  // namespace fairfeed
