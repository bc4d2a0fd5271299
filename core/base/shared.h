// An immutable value that is shared instead of copied: for what is large and passes through many
// hands, as a block does. Thread rule: that of std::shared_ptr.
#pragma once

#include <memory>
#include <utility>

namespace fairfeed {

template <class T>
class Shared {
  public:
    Shared() : value_(std::make_shared<const T>()) {}
    Shared(T value) : value_(std::make_shared<const T>(std::move(value))) {}

    [[nodiscard]] const T& operator*() const { return *value_; }
    [[nodiscard]] const T* operator->() const { return value_.get(); }
    operator const T&() const { return *value_; }
    bool operator==(const Shared& other) const {
        return value_ == other.value_ || *value_ == *other.value_;
    }

  private:
    std::shared_ptr<const T> value_;  // never null; a moved-from object may only be destroyed
};

}  // namespace fairfeed
