#include "gateway/forecast/ridge.h"

#define EIGEN_DONT_VECTORIZE
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"

namespace fairfeed::forecast {

namespace {

// A column whose sum of squares is so small beside the largest is nothing but rounding, such as the
// sine of whole turns. It gets the coefficient 0.
constexpr double kNothing = 1e-18;

}  // namespace

RidgeSums::RidgeSums(std::size_t columns)
    : columns_(columns), products_(columns * columns), moments_(columns) {}

void RidgeSums::add(const std::vector<double>& row, double target) {
    CHECK(row.size() == columns_);
    for (std::size_t i = 0; i < columns_; ++i) {
        for (std::size_t j = 0; j <= i; ++j)
            products_[i * columns_ + j] += row[i] * row[j];
        moments_[i] += row[i] * target;
    }
    ++rows_;
}

void RidgeSums::add(const RidgeSums& more) {
    CHECK(more.columns_ == columns_);
    for (std::size_t i = 0; i < products_.size(); ++i)
        products_[i] += more.products_[i];
    for (std::size_t i = 0; i < moments_.size(); ++i)
        moments_[i] += more.moments_[i];
    rows_ += more.rows_;
}

std::vector<double> RidgeSums::coefficients(double penalty) const {
    CHECK(penalty > 0);
    const auto size = static_cast<Eigen::Index>(columns_);
    double most = 0;
    for (std::size_t i = 0; i < columns_; ++i)
        most = std::max(most, products_[i * (columns_ + 1)]);
    const double least = most * kNothing;
    Eigen::VectorXd unit(
        size);  // the length of each column, so that the matrix has a diagonal of 1
    for (Eigen::Index i = 0; i < size; ++i) {
        const double squares = products_[static_cast<std::size_t>(i * (size + 1))];
        unit(i) = squares > least ? std::sqrt(squares) : std::numeric_limits<double>::infinity();
    }
    Eigen::MatrixXd normal(size, size);
    Eigen::VectorXd right(size);
    for (Eigen::Index i = 0; i < size; ++i) {
        for (Eigen::Index j = 0; j < i; ++j)
            normal(i, j) = products_[static_cast<std::size_t>(i * size + j)] / unit(i) / unit(j);
        normal(i, i) = 1 + penalty;
        right(i) = moments_[static_cast<std::size_t>(i)] / unit(i);
    }
    const Eigen::VectorXd solved = normal.selfadjointView<Eigen::Lower>().ldlt().solve(right);
    std::vector<double> coefficients(columns_);
    for (Eigen::Index i = 0; i < size; ++i)
        coefficients[static_cast<std::size_t>(i)] = solved(i) / unit(i);
    return coefficients;
}

}  // namespace fairfeed::forecast
