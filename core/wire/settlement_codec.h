// Bytes of a SETTLEMENT and of its endorsements. The envelope of a SETTLEMENT is [signed head,
// rows]. The proposer signs the head, which covers the rows by the root of a Merkle tree (RFC
// 9162 2.1). So an envelope with some of the rows, each with its path, proves these rows by itself
// (core/proof). A row is a meter's entry and line, or a late reading behind all the meters. What is
// sealed in a line has a codec of its own (settlement_line_codec.h).
#pragma once

#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/model/reject.h"
#include "core/model/transaction.h"
#include "core/wire/cbor.h"

namespace fairfeed {

// What the proposer signs, decoded.
struct SettlementHead {
    Settlement content;  // without entries, lines and late readings
    std::uint32_t meters = 0;
    std::uint32_t late = 0;
    Digest rows_root;  // of the meters' rows and the late readings behind them
};

// One row for each entry and its line, then one for each late reading. CHECKs that each entry has a
// line.
[[nodiscard]] std::vector<Bytes> encode_settlement_rows(const Settlement& settlement);
[[nodiscard]] Bytes encode_settlement_head(const Settlement& settlement, const Digest& rows_root);
[[nodiscard]] Result<SettlementHead, Reject> decode_settlement_head(ByteView payload);

[[nodiscard]] Bytes join_settlement(ByteView signed_head, std::span<const Bytes> rows);
struct SettlementEnvelope {
    ByteView signed_head;  // COSE_Sign1; a view into the envelope, as the rows are
    std::vector<ByteView> rows;
};
// too_many_transactions: more rows than any block has transactions.
[[nodiscard]] Result<SettlementEnvelope, Reject> split_settlement(ByteView envelope);

// Appends what the row says to the settlement.
[[nodiscard]] Result<void, Reject> read_settlement_row(ByteView row, bool is_late,
                                                       Settlement& settlement);
// The whole settlement. Entries must ascend by meter, late readings by meter, then window
// (wrong_entries). wrong_root: these are not the rows of the head.
[[nodiscard]] Result<Settlement, Reject> with_rows(SettlementHead head,
                                                   std::span<const ByteView> rows);

[[nodiscard]] Bytes encode_endorsement_payload(const Endorsement& endorsement);
[[nodiscard]] Endorsement read_endorsement(cbor::Reader& reader);

}  // namespace fairfeed
