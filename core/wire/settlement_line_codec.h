// Bytes and sealing of settlement lines and closing states. A line's key opens the line and yields
// the key of its closing state. The closing state's key yields no other key.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/sealing.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"

namespace fairfeed {

// Bytes of a line. The AAD of its seal binds meter, epoch, salt, cluster, window and version. The
// closing state is not part of these bytes; it is sealed beside the line.
[[nodiscard]] Bytes encode_settlement_line(const SettlementLine& line);
[[nodiscard]] Result<SettlementLine, Reject> decode_settlement_line(ByteView bytes);
[[nodiscard]] SymmetricKey line_key(const Settlement& settlement, const SealedLine& line,
                                    const SymmetricKey& data_key);
// Encoded sizes of an item in a closing state, without the head of its list.
[[nodiscard]] std::size_t encoded_size(const ShareInForce& share);
[[nodiscard]] std::size_t encoded_size(const std::vector<RegisterGap>& gaps);
// `settlement` needs only cluster, window, version and proposer.
[[nodiscard]] SealedLine seal_line(const Settlement& settlement, const SettlementLine& line,
                                   KeyEpoch epoch, const Salt& salt, const SymmetricKey& data_key);
[[nodiscard]] Bytes encode_closing(const MeterClosing& closing);
[[nodiscard]] Result<MeterClosing, Reject> decode_closing(ByteView bytes);
// The key that opens the closing state only; the line's key does not follow from it.
[[nodiscard]] SymmetricKey closing_key(const Settlement& settlement, const SealedLine& line,
                                       const SymmetricKey& line_key);
[[nodiscard]] Result<MeterClosing, Reject> open_closing(const Settlement& settlement,
                                                        const SealedLine& line,
                                                        const SymmetricKey& closing_key);
// Opens a line and its closing state. `message_key`: line_key. wrong_lines: the two disagree.
[[nodiscard]] Result<SettlementLine, Reject> open_line(const Settlement& settlement,
                                                       const SealedLine& line,
                                                       const SymmetricKey& message_key);

}  // namespace fairfeed
