// A tariff in words: rates, bands with their hours, fixed charge and clock. Pure.
#pragma once

#include "core/model/tariff.h"
#include "edge-node/commands/message_fields.h"

namespace fairfeed {

[[nodiscard]] Fields tariff_fields(const Tariff& tariff);

}  // namespace fairfeed
