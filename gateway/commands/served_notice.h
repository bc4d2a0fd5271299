// A notice that `gateway submit` leaves with the running service, which has DGMD's connections:
// waits until the service's ledger, every block of which is verified, has it.
#pragma once

#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/units.h"
#include "core/model/transaction.h"
#include "gateway/config/gateway_config.h"

namespace fairfeed {

// The service of this configuration runs on this machine.
[[nodiscard]] bool is_served(const GatewayConfig& config);

// The height of the block that has the notice; nullopt: none in that time. Error: the notice cannot
// be left there, or the ledger cannot be read.
[[nodiscard]] Result<std::optional<Height>, std::string> submit_to_service(
    const GatewayConfig& config, const Digest& network, const Transaction& notice,
    std::int64_t most_ms);

}  // namespace fairfeed
