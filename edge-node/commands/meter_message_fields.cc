// The fields of what a node tells a meter.
#include "core/base/utc_text.h"
#include "edge-node/commands/factor_text.h"
#include "edge-node/commands/figures.h"
#include "edge-node/commands/message_fields.h"

namespace fairfeed {

Fields fields_of(const Receipt& receipt) {
    return {{"meter", receipt.meter.str()},
            {"window", std::to_string(receipt.window)},
            {"sequence", std::to_string(receipt.sequence)},
            {"reading", short_hex(receipt.reading)}};
}

Fields fields_of(const Refusal& refusal) {
    return {{"meter", refusal.meter.str()},
            {"window", std::to_string(refusal.window)},
            {"sequence", std::to_string(refusal.sequence)},
            {"reason", refusal.reason}};
}

Fields fields_of(const ShareStatement& share) {
    Fields fields = {{"meter", share.meter.str()},
                     {"window", std::to_string(share.window)},
                     {"settlement", short_hex(share.settlement)},
                     {"MES", kw_text(share.mes_w) + " kW"},
                     {"in force from", utc_text(share.from_s) + " (grid)"}};
    if (!share.factors.empty()) fields.emplace_back("factors", factors_text(share.factors));
    return fields;
}

Fields fields_of(const MeterCommand& command) {
    Fields fields = {{"sequence", std::to_string(command.sequence)},
                     {"meter", command.meter.str()},
                     {"order", std::string(to_string(command.order))},
                     {"reason", std::string(to_string(command.reason))},
                     {"effective", "window " + std::to_string(command.effective)},
                     {"expires", "window " + std::to_string(command.expires)}};
    if (command.service_hours > 0)
        fields.emplace_back("hours", std::to_string(command.service_hours));
    return fields;
}

}  // namespace fairfeed
