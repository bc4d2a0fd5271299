// A sum over the rows of a database that is kept in it: rows that change by themselves, go or come
// back are found out. A row's hash is added when the row is written and taken out when it goes; the
// order does not matter. Single-threaded.
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
    using Hash = Digest (*)(ByteView);  // cryptography is another room's
    explicit RowSum(Hash hash) : hash_(hash) {}

    // Adds a row that is not in the sum, takes out one that is.
    void fold(const Statement& row, const SummedTable& table);
    // Runs what is bound and folds every row it gives: an INSERT or DELETE with RETURNING *, or a
    // SELECT of what is about to change.
    [[nodiscard]] Result<void, IoError> fold_all(Statement& bound, const SummedTable& table);

    [[nodiscard]] const Digest& value() const { return sum_; }
    void set(const Digest& sum) { sum_ = sum; }

  private:
    Hash hash_;
    Digest sum_;
};

}  // namespace fairfeed
