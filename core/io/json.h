// Json: a small ordered tree for --json output, proofs and reports: object, array, 64-bit integer,
// text, bool, null. There are no fractions, as nowhere in agreed data. A plain value; copying
// copies the tree. Keys keep the order in which they were set, so output is stable and diffable.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/result.h"

namespace fairfeed {

class Json {
  public:
    using Array = std::vector<Json>;
    using Object = std::vector<std::pair<std::string, Json>>;

    Json() = default;                   // null
    template <std::same_as<bool> Bool>  // a template, because a pointer would convert to bool
    Json(Bool value) : value_(value) {}
    Json(std::string text) : value_(std::move(text)) {}
    Json(std::string_view text) : value_(std::string(text)) {}
    Json(const char* text) : value_(std::string(text)) {}
    template <std::integral Integer>
    requires(!std::same_as<Integer, bool>) Json(Integer value) : value_(to_int(value)) {}
    [[nodiscard]] static Json object() { return Json(Value(Object())); }
    [[nodiscard]] static Json array() { return Json(Value(Array())); }

    // Adds or replaces a member; the value must be an object. Chains.
    Json& set(std::string_view key, Json value);
    // Appends to an array. Chains.
    Json& push(Json value);

    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    [[nodiscard]] const bool* as_bool() const { return std::get_if<bool>(&value_); }
    [[nodiscard]] const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&value_); }
    [[nodiscard]] const std::string* as_text() const { return std::get_if<std::string>(&value_); }
    [[nodiscard]] const Array* as_array() const { return std::get_if<Array>(&value_); }
    [[nodiscard]] const Object* as_object() const { return std::get_if<Object>(&value_); }
    // The member of that name; null if it is missing or this is no object.
    [[nodiscard]] const Json* find(std::string_view key) const;
    // Like find(), but returns a null value instead of a null pointer: for reading paths.
    [[nodiscard]] const Json& at(std::string_view key) const;
    [[nodiscard]] const Json& at(std::size_t index) const;

    bool operator==(const Json&) const = default;

    // indent < 0: one line. Bytes that are not UTF-8 become U+FFFD.
    [[nodiscard]] std::string dump(int indent = -1) const;
    // Error: one line with the byte position. Fractions, integers beyond 64 bits, duplicate keys
    // and nesting deeper than 64 are refused.
    [[nodiscard]] static Result<Json, std::string> parse(std::string_view text);

  private:
    using Value = std::variant<std::monostate, bool, std::int64_t, std::string, Array, Object>;
    explicit Json(Value value) : value_(std::move(value)) {}
    template <class Integer>
    static std::int64_t to_int(Integer value) {
        CHECK(std::in_range<std::int64_t>(value));
        return static_cast<std::int64_t>(value);
    }
    Value value_;
};

}  // namespace fairfeed
