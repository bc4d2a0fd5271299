#include "tests/bench/shares_in_force.h"

#include "core/base/check.h"
#include "core/contract/share_history.h"

namespace fairfeed::bench {

void SharesInForce::take(const ToldShares& told) {
    CHECK(told.plan.powers.size() == powers_.size());
    for (std::size_t i = 0; i < powers_.size(); ++i)
        powers_[i].push_back({told.plan.powers[i].mes_w, told.from_s});
    if (resolution_ == ShareResolution::quarter)
        add_factors(factors_, told.plan.factors, told.start_s, told.from_s);
}

std::vector<ShareSchedule> SharesInForce::of_window(std::int64_t start_s) {
    forget_factors(factors_, start_s);
    Factors bound;
    if (resolution_ == ShareResolution::quarter)
        bound = factors_in_force(factors_, start_s, kQuartersPerWindow);
    std::vector<ShareSchedule> out;
    for (ShareSchedule& powers : powers_) {
        powers = kept_shares(powers, {{start_s, INT64_MAX}}, kMaxShares * kShareBytes);
        out.push_back(in_quarters(powers, bound, start_s));
    }
    return out;
}

}  // namespace fairfeed::bench
