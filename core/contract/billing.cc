#include "core/contract/billing.h"

#include "core/base/units.h"

namespace fairfeed {

std::optional<Billed> carry(std::int64_t remainder, Int128 thousandths) {
    if (remainder < 0 || remainder >= kRemainderLimit) return std::nullopt;
    thousandths += remainder;
    if (const auto whole = narrow(thousandths)) {  // nearly always; 128 bits divide far slower
        const std::int64_t rest = *whole % kRemainderLimit;
        const std::int64_t quotient = *whole / kRemainderLimit;  // toward zero
        return rest < 0 ? Billed{quotient - 1, rest + kRemainderLimit} : Billed{quotient, rest};
    }
    const auto amount = narrow(floor_div(thousandths, kRemainderLimit));
    if (!amount) return std::nullopt;
    return Billed{*amount, static_cast<std::int64_t>(floor_mod(thousandths, kRemainderLimit))};
}

}  // namespace fairfeed
