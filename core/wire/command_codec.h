// Bytes of a command to a meter: the content of a COMMAND on the chain, and the message in which a
// member of the meter's committee repeats it on `command/<meter>` (docs/protocol.md, "Commands").
#pragma once

#include "core/base/result.h"
#include "core/crypto/signing.h"
#include "core/model/certificate.h"
#include "core/model/meter_command.h"
#include "core/model/reject.h"
#include "core/wire/cbor.h"

namespace fairfeed {

// A map of 7 keys. Reading refuses orders and reasons that have no number; whether the fields fit
// together is fault_of's to say (meter_command.h).
void write_command(cbor::Writer& writer, const MeterCommand& command);
[[nodiscard]] MeterCommand read_command(cbor::Reader& reader);

}  // namespace fairfeed
