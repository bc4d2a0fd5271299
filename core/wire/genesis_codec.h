// Bytes of the GENESIS payload: parameters of the network, first keys, timers, officers. Private to
// core/wire; the transaction codec wraps the payload in COSE.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/model/network.h"
#include "core/model/reject.h"

namespace fairfeed {

// SHA-256 of the GENESIS payload is the network id. Parameters or an office with a fault are
// out_of_range.
[[nodiscard]] Bytes encode_genesis_payload(const Genesis& genesis);
[[nodiscard]] Result<Genesis, Reject> decode_genesis_payload(ByteView bytes);

}  // namespace fairfeed
