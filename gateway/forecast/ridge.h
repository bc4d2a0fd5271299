// Ridge regression (A. E. Hoerl and R. W. Kennard, Technometrics 12(1), 1970): the coefficients
// that minimise sum (y - x b)^2 + penalty * sum d_j b_j^2, with d_j the sum of squares of column j,
// so that a column's unit does not matter. The one place that knows Eigen. Uses no vector
// instructions and no product whose order depends on the size of a cache: the same input gives the
// same bits on every machine with IEEE arithmetic. Re-entrant.
#pragma once

#include <cstddef>
#include <vector>

namespace fairfeed::forecast {

// What a ridge regression must know of some rows: sums of products. Sums of disjoint rows add up.
class RidgeSums {
  public:
    explicit RidgeSums(std::size_t columns);

    void add(const std::vector<double>& row, double target);  // row.size() == columns
    void add(const RidgeSums& more);                          // of the same columns
    [[nodiscard]] std::size_t rows() const { return rows_; }
    // As many as columns. Columns that are zero throughout get 0. penalty > 0.
    [[nodiscard]] std::vector<double> coefficients(double penalty) const;

  private:
    std::size_t columns_;
    std::size_t rows_ = 0;
    std::vector<double> products_;  // columns * columns, row by row: the lower triangle
    std::vector<double> moments_;   // with the target
};

}  // namespace fairfeed::forecast
