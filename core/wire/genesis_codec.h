// Bytes of the GENESIS payload: the parameters of a network, its first keys, its timers. Private to
// core/wire; the transaction codec wraps them in COSE.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/model/network.h"
#include "core/model/reject.h"

namespace fairfeed {

// The GENESIS payload, whose SHA-256 is the network id. Parameters with a fault are out_of_range.
[[nodiscard]] Bytes encode_genesis_payload(const Genesis& genesis);
[[nodiscard]] Result<Genesis, Reject> decode_genesis_payload(ByteView bytes);

}  // namespace fairfeed
