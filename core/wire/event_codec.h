// Bytes of EVENT (protocol 4): a map, COSE_Sign1 by the meter with domain `event`; kid is the
// payload's meter. The same envelope travels on the meter's topic and stands in a block.
#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/meter_alarm.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"

namespace fairfeed {

constexpr std::size_t kMaxEventBytes = 1024;

[[nodiscard]] std::string_view to_string(AlarmType type);

// `meter` signs for event.meter on event.network.
[[nodiscard]] Transaction make_event(const MeterAlarm& event, const Signer& meter);
// Checks size, form, version, network and signer's name, not the signature.
[[nodiscard]] Result<Transaction, Reject> decode_event(ByteView envelope, const Digest& network);

}  // namespace fairfeed
