// A sum over the rows of a database, kept in the database, that detects rows which were changed,
// added or removed behind the program's back. Writing a row adds its hash, deleting a row takes its
// hash out; the order does not matter. Single-threaded.
#pragma once

#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/io/sqlite.h"

namespace fairfeed {

struct SummedTable {
    std::string_view name;
    int columns = 0;
};

class RowSum {
  public:
    using Hash = Digest (*)(ByteView);  // passed in, because cryptography is another room's
    explicit RowSum(Hash hash) : hash_(hash) {}

    // Adds a row that is not in the sum, removes a row that is.
    void fold(const Statement& row, const SummedTable& table);
    // Runs the bound statement and folds every row it returns: an INSERT or DELETE with RETURNING
    // *, or a SELECT of the rows that are about to change.
    [[nodiscard]] Result<void, IoError> fold_all(Statement& bound, const SummedTable& table);

    [[nodiscard]] const Digest& value() const { return sum_; }
    void set(const Digest& sum) { sum_ = sum; }

  private:
    Hash hash_;
    Digest sum_;
};

}  // namespace fairfeed
