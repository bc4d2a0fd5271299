// Bytes of a SETTLEMENT's content and of its endorsements. Private to core/wire; the transaction
// codec wraps contents in COSE. Lines have a codec of their own (settlement_line_codec.h).
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"
#include "core/wire/cbor.h"

namespace fairfeed {

// Entries must ascend by meter (wrong_entries) and lines must match them one by one (wrong_lines).
[[nodiscard]] Bytes encode_settlement(const Settlement& settlement);
[[nodiscard]] Result<Settlement, Reject> decode_settlement(ByteView bytes);

[[nodiscard]] Bytes encode_endorsement_payload(const Endorsement& endorsement);
[[nodiscard]] Endorsement read_endorsement(cbor::Reader& reader);

}  // namespace fairfeed
