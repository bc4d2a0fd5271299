#include "tests/fuzz/rational.h"

#include <algorithm>

#include "core/base/check.h"

namespace fairfeed::fuzz {
namespace {

constexpr unsigned kBits = 32;

}  // namespace

Natural::Natural(Int128 value) {
    CHECK(value >= 0);
    for (; value != 0; value >>= kBits)
        limbs_.push_back(static_cast<std::uint32_t>(value));
}

void Natural::trim() {
    while (!limbs_.empty() && limbs_.back() == 0)
        limbs_.pop_back();
}

bool Natural::bit(std::size_t index) const {
    return ((limbs_[index / kBits] >> (index % kBits)) & 1U) != 0;
}

void Natural::shift_in(bool low) {
    std::uint32_t carry = low ? 1 : 0;
    for (std::uint32_t& limb : limbs_)
        carry = std::exchange(limb, (limb << 1U) | carry) >> (kBits - 1);
    if (carry != 0) limbs_.push_back(carry);
}

std::int64_t Natural::small() const {
    CHECK(*this <= Natural(INT64_MAX));
    std::int64_t value = 0;
    for (std::size_t i = limbs_.size(); i-- > 0;)
        value = (value << kBits) | limbs_[i];
    return value;
}

Natural operator+(const Natural& a, const Natural& b) {
    Natural sum;
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < std::max(a.limbs_.size(), b.limbs_.size()); ++i) {
        if (i < a.limbs_.size()) carry += a.limbs_[i];
        if (i < b.limbs_.size()) carry += b.limbs_[i];
        sum.limbs_.push_back(static_cast<std::uint32_t>(carry));
        carry >>= kBits;
    }
    sum.limbs_.push_back(static_cast<std::uint32_t>(carry));
    sum.trim();
    return sum;
}

Natural operator-(const Natural& a, const Natural& b) {
    CHECK(a >= b);
    Natural rest;
    std::uint32_t borrow = 0;
    for (std::size_t i = 0; i < a.limbs_.size(); ++i) {
        const std::uint64_t taken = std::uint64_t{i < b.limbs_.size() ? b.limbs_[i] : 0} + borrow;
        borrow = a.limbs_[i] < taken ? 1 : 0;
        const std::uint64_t lent = std::uint64_t{borrow} << kBits;
        rest.limbs_.push_back(static_cast<std::uint32_t>(lent + a.limbs_[i] - taken));
    }
    rest.trim();
    return rest;
}

Natural operator*(const Natural& a, const Natural& b) {
    Natural product;
    product.limbs_.resize(a.limbs_.size() + b.limbs_.size());
    for (std::size_t i = 0; i < a.limbs_.size(); ++i) {
        std::uint64_t carry = 0;
        for (std::size_t j = 0; j < b.limbs_.size(); ++j) {
            carry += std::uint64_t{a.limbs_[i]} * b.limbs_[j] + product.limbs_[i + j];
            product.limbs_[i + j] = static_cast<std::uint32_t>(carry);
            carry >>= kBits;
        }
        product.limbs_[i + b.limbs_.size()] = static_cast<std::uint32_t>(carry);
    }
    product.trim();
    return product;
}

// Long division, one binary digit at a time.
std::pair<Natural, Natural> divide(const Natural& a, const Natural& b) {
    CHECK(b > Natural());
    Natural quotient;
    Natural rest;
    for (std::size_t i = a.limbs_.size() * kBits; i-- > 0;) {
        rest.shift_in(a.bit(i));
        const bool fits = rest >= b;
        if (fits) rest = rest - b;
        quotient.shift_in(fits);
    }
    return {quotient, rest};
}

std::strong_ordering operator<=>(const Natural& a, const Natural& b) {
    if (a.limbs_.size() != b.limbs_.size()) return a.limbs_.size() <=> b.limbs_.size();
    return std::lexicographical_compare_three_way(a.limbs_.rbegin(), a.limbs_.rend(),
                                                  b.limbs_.rbegin(), b.limbs_.rend());
}

Rational operator+(const Rational& a, const Rational& b) {
    if (a.d_ == b.d_) return {a.n_ + b.n_, a.d_};
    return {a.n_ * b.d_ + b.n_ * a.d_, a.d_ * b.d_};
}

Rational operator-(const Rational& a, const Rational& b) {
    if (a.d_ == b.d_) return {a.n_ - b.n_, a.d_};
    return {a.n_ * b.d_ - b.n_ * a.d_, a.d_ * b.d_};
}

Rational operator*(const Rational& a, const Rational& b) {
    return {a.n_ * b.n_, a.d_ * b.d_};
}

Rational operator/(const Rational& a, const Rational& b) {
    CHECK(b.n_ > Natural());
    return {a.n_ * b.d_, a.d_ * b.n_};
}

std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
    return a.n_ * b.d_ <=> b.n_ * a.d_;
}

bool operator==(const Rational& a, const Rational& b) {
    return (a <=> b) == std::strong_ordering::equal;
}

Natural Rational::floor() const {
    return divide(n_, d_).first;
}

}  // namespace fairfeed::fuzz
