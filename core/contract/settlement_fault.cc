// The words for what the contract refuses.
#include "core/base/check.h"
#include "core/contract/settlement.h"

namespace fairfeed {

std::string_view to_string(SettlementReason reason) {
    switch (reason) {
        case SettlementReason::window_not_whole_quarters:
            return "window_not_whole_quarters";
        case SettlementReason::meters_not_ascending:
            return "meters_not_ascending";
        case SettlementReason::duplicate_meter:
            return "duplicate_meter";
        case SettlementReason::reserved_name:
            return "reserved_name";
        case SettlementReason::negative:
            return "negative";
        case SettlementReason::overflow:
            return "overflow";
        case SettlementReason::remainder_out_of_range:
            return "remainder_out_of_range";
        case SettlementReason::profile_length:
            return "profile_length";
        case SettlementReason::shares_not_ascending:
            return "shares_not_ascending";
        case SettlementReason::export_above_generation:
            return "export_above_generation";
        case SettlementReason::generation_above_available:
            return "generation_above_available";
        case SettlementReason::credit_above_export:
            return "credit_above_export";
        case SettlementReason::bands_disagree:
            return "bands_disagree";
    }
    CHECK(false);
}

std::string describe(const SettlementFault& fault) {
    const std::string who = fault.meter.empty() ? "" : "meter " + fault.meter.str() + ": ";
    return who + std::string(fault.figure) + ": " + std::string(to_string(fault.reason));
}

}  // namespace fairfeed
