// Bytes of the content of transactions, without their envelopes. Private to core/wire: the
// transaction codec wraps contents in COSE and knows the domain of each kind. Decoders accept
// exactly one CBOR item and refuse everything that would not encode to the same bytes again.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"
#include "core/wire/cbor.h"

namespace fairfeed {

[[nodiscard]] TransactionKind kind_of(const TransactionContent& content);

// Contents of DGMD's kinds. The encoder CHECKs the content, the decoder the kind.
[[nodiscard]] Bytes encode_dgmd_content(const TransactionContent& content);
[[nodiscard]] Result<TransactionContent, Reject> decode_dgmd_content(TransactionKind kind,
                                                                     ByteView bytes);

// [[recipient, ephemeral key, ciphertext], ...], ascending by recipient, each once.
void write_grant_entries(cbor::Writer& writer, const std::vector<KeyGrantEntry>& entries);
[[nodiscard]] std::vector<KeyGrantEntry> read_grant_entries(cbor::Reader& reader);

// [east, north] in metres.
void write_location(cbor::Writer& writer, const Location& location);
[[nodiscard]] Location read_location(cbor::Reader& reader);

}  // namespace fairfeed
