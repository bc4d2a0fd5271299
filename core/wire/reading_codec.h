// Bytes of a reading (protocol 3): payload = [header map, Encrypt0 of the body], COSE_Sign1 by the
// meter with domain `reading`. The clear header is the AAD of the seal, so seal first, then sign.
#pragma once

#include "core/base/result.h"
#include "core/crypto/sealing.h"
#include "core/crypto/signing.h"
#include "core/model/reading.h"
#include "core/model/reject.h"

namespace fairfeed {

[[nodiscard]] Bytes encode_reading_body(const ReadingBody& body);
[[nodiscard]] Result<ReadingBody, Reject> decode_reading_body(ByteView bytes);

// Seals under the data key, signs, and returns the reading with its id and envelope.
[[nodiscard]] SignedReading make_reading(const ReadingHeader& header, const ReadingBody& body,
                                         const SymmetricKey& data_key, const Signer& meter);
// Parses the envelope, checks size, form and that kid == header.meter, but not the signature.
// `network` is the network's id: wrong_network if the header has another.
[[nodiscard]] Result<SignedReading, Reject> decode_reading(ByteView envelope,
                                                           const Digest& network);
[[nodiscard]] Result<void, Reject> verify_reading(const SignedReading& reading,
                                                  const Digest& network, const VerifyKey& meter);
// The key that opens this reading only.
[[nodiscard]] SymmetricKey reading_key(const ReadingHeader& header, const SymmetricKey& data_key);
[[nodiscard]] Result<ReadingBody, Reject> open_reading(const SignedReading& reading,
                                                       const SymmetricKey& message_key);

}  // namespace fairfeed
