// Bytes of settlement lines and closing states, how they are sealed, and who opens them: a line by
// its own key, which leads to its closing state's; from that one nothing leads back.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/crypto/sealing.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"

namespace fairfeed {

// Lines of a settlement: AAD binds meter, epoch, salt, cluster, window and version. The closing
// state is no part of a line's own bytes; it stands sealed beside it.
[[nodiscard]] Bytes encode_settlement_line(const SettlementLine& line);
[[nodiscard]] Result<SettlementLine, Reject> decode_settlement_line(ByteView bytes);
[[nodiscard]] SymmetricKey line_key(const Settlement& settlement, const SealedLine& line,
                                    const SymmetricKey& data_key);
// Bytes that these have in a closing state, without the head of their list.
[[nodiscard]] std::size_t encoded_size(const ShareInForce& share);
[[nodiscard]] std::size_t encoded_size(const std::vector<RegisterGap>& gaps);
// `settlement` needs cluster, window, version and proposer only.
[[nodiscard]] SealedLine seal_line(const Settlement& settlement, const SettlementLine& line,
                                   KeyEpoch epoch, const Salt& salt, const SymmetricKey& data_key);
[[nodiscard]] Bytes encode_closing(const MeterClosing& closing);
[[nodiscard]] Result<MeterClosing, Reject> decode_closing(ByteView bytes);
// Opens the closing state and nothing else; nothing leads from it to the line's key.
[[nodiscard]] SymmetricKey closing_key(const Settlement& settlement, const SealedLine& line,
                                       const SymmetricKey& line_key);
[[nodiscard]] Result<MeterClosing, Reject> open_closing(const Settlement& settlement,
                                                        const SealedLine& line,
                                                        const SymmetricKey& closing_key);
// With its closing state. `message_key`: line_key. wrong_lines: the two disagree.
[[nodiscard]] Result<SettlementLine, Reject> open_line(const Settlement& settlement,
                                                       const SealedLine& line,
                                                       const SymmetricKey& message_key);

}  // namespace fairfeed
