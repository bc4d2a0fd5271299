// The items of an ATTEST answer (R22), inside the array that message_codec opens and closes.
// Private to core/wire. Statements are carried in their signed envelopes, so they need no trusted
// sender; at most kMaxAttested of each kind.
#pragma once

#include "core/base/result.h"
#include "core/model/message.h"
#include "core/model/reject.h"
#include "core/wire/cbor.h"

namespace fairfeed {

constexpr std::size_t kMaxAttested = 8;

void write_attest_answer(cbor::Writer& writer, const AttestAnswer& answer);
// Reads the items after the kind, to the end of the message.
[[nodiscard]] Result<AttestAnswer, Reject> read_attest_answer(cbor::Reader& reader);

}  // namespace fairfeed
