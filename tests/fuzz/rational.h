// Natural and Rational: non-negative numbers of any size, by schoolbook arithmetic on 32-bit limbs.
// They are the oracle for the contract's 128-bit arithmetic and share nothing with it, so they are
// slow and plain on purpose. Fractions are not reduced. Values; re-entrant.
#pragma once

#include <compare>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/units.h"

namespace fairfeed::fuzz {

class Natural {
  public:
    Natural() = default;
    Natural(Int128 value);  // NOLINT: numbers convert as numbers do; value >= 0

    friend Natural operator+(const Natural& a, const Natural& b);
    friend Natural operator-(const Natural& a, const Natural& b);  // a >= b
    friend Natural operator*(const Natural& a, const Natural& b);
    friend std::pair<Natural, Natural> divide(const Natural& a, const Natural& b);  // b > 0
    friend std::strong_ordering operator<=>(const Natural& a, const Natural& b);
    bool operator==(const Natural&) const = default;

    [[nodiscard]] std::int64_t small() const;  // CHECKs that it fits

  private:
    void trim();
    [[nodiscard]] bool bit(std::size_t index) const;
    void shift_in(bool low);  // doubles, and adds one if low

    std::vector<std::uint32_t> limbs_;  // least first, the last one not zero
};

class Rational {
  public:
    Rational(Natural whole = {}) : n_(std::move(whole)), d_(1) {}  // NOLINT
    Rational(Int128 whole) : Rational(Natural(whole)) {}           // NOLINT
    Rational(Natural n, Natural d) : n_(std::move(n)), d_(std::move(d)) {}

    friend Rational operator+(const Rational& a, const Rational& b);
    friend Rational operator-(const Rational& a, const Rational& b);  // a >= b
    friend Rational operator*(const Rational& a, const Rational& b);
    friend Rational operator/(const Rational& a, const Rational& b);  // b > 0
    friend std::strong_ordering operator<=>(const Rational& a, const Rational& b);
    friend bool operator==(const Rational& a, const Rational& b);

    [[nodiscard]] Natural floor() const;

  private:
    Natural n_;
    Natural d_;
};

}  // namespace fairfeed::fuzz
