// Result<T, E>: a value or an error. The member names are those of std::expected, which the
// compiler of Debian 12 does not offer under C++20; replace this file by an alias once it does. E
// is data (an enum, a struct), never an exception: bad input must not unwind a room.
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "core/base/check.h"

namespace fairfeed {

template <class E>
class Unexpected {
  public:
    explicit Unexpected(E error) : error_(std::move(error)) {}
    E& error() { return error_; }

  private:
    E error_;
};

template <class E>
[[nodiscard]] Unexpected<std::decay_t<E>> unexpected(E&& error) {
    return Unexpected<std::decay_t<E>>(std::forward<E>(error));
}

template <class T, class E>
class [[nodiscard]] Result {
  public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: as expected
    template <class F>
    Result(Unexpected<F> failure) : state_(std::in_place_index<1>, std::move(failure.error())) {}

    [[nodiscard]] bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & {
        CHECK(has_value());
        return *std::get_if<0>(&state_);
    }
    const T& value() const& {
        CHECK(has_value());
        return *std::get_if<0>(&state_);
    }
    T&& value() && {
        CHECK(has_value());
        return std::move(*std::get_if<0>(&state_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const E& error() const {
        CHECK(!has_value());
        return *std::get_if<1>(&state_);
    }
    template <class U>
    T value_or(U&& fallback) const& {
        return has_value() ? value() : static_cast<T>(std::forward<U>(fallback));
    }

  private:
    std::variant<T, E> state_;
};

// The result of an action: success has no value.
template <class E>
class [[nodiscard]] Result<void, E> {
  public:
    Result() = default;
    template <class F>
    Result(Unexpected<F> failure) : error_(std::move(failure.error())) {}

    [[nodiscard]] bool has_value() const { return !error_.has_value(); }
    explicit operator bool() const { return has_value(); }
    const E& error() const {
        CHECK(error_.has_value());
        return *error_;
    }

  private:
    std::optional<E> error_;
};

}  // namespace fairfeed
