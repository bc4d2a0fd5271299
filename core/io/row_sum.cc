#include "core/io/row_sum.h"

namespace fairfeed {

void RowSum::fold(const Statement& row, const SummedTable& table) {
    Bytes bytes = to_bytes(as_bytes(table.name));
    for (int column = 0; column < table.columns; ++column) {
        const ByteView value = row.blob_at(column);
        for (unsigned shift = 0; shift < 32; shift += 8)
            bytes.push_back(static_cast<std::uint8_t>(value.size() >> shift));
        append(bytes, value);
    }
    const Digest digest = hash_(bytes);
    for (std::size_t i = 0; i < sum_.bytes.size(); ++i)
        sum_.bytes[i] ^= digest.bytes[i];
}

Result<void, IoError> RowSum::fold_all(Statement& bound, const SummedTable& table) {
    for (;;) {
        const auto row = bound.step();
        if (!row) return unexpected(row.error());
        if (!*row) break;
        fold(bound, table);
    }
    bound.release();
    return {};
}

}  // namespace fairfeed
