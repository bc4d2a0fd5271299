// CBOR with core deterministic encoding (RFC 8949 4.2): shortest integers, definite lengths,
// integer map keys ascending. The writer can produce nothing else; the reader refuses everything
// else, so decode(x) either fails or encode(decode(x)) == x. Heads longer than one byte are coded
// by libcbor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace fairfeed::cbor {

class Writer {
  public:
    Writer() { out_.reserve(kUsual); }
    void unsigned_integer(std::uint64_t value);
    void integer(std::int64_t value);
    void bytes(ByteView value);
    void text(std::string_view value);
    void boolean(bool value);
    void null();
    void array(std::size_t size);
    // The caller writes size pairs with keys ascending in unsigned order.
    void map(std::size_t size);
    void key(std::uint64_t key) { unsigned_integer(key); }
    void raw(ByteView encoded) { append(out_, encoded); }  // an item already encoded
    [[nodiscard]] const Bytes& result() const { return out_; }
    [[nodiscard]] Bytes take() { return std::move(out_); }

  private:
    void head(std::uint8_t major_type, std::uint64_t value);  // RFC 8949 3
    void long_head(std::uint8_t type, std::uint64_t value);
    static constexpr std::size_t kUsual = 256;  // bytes; most items are smaller
    Bytes out_;
};

enum class Fault : std::uint8_t { none, truncated, not_canonical, malformed };

struct Head;  // of one item; known to cbor.cc only

// Pulls items in order. The first fault sticks: later pulls return neutral values, so a decoder
// reads straight through and asks fault() once, at the end.
class Reader {
  public:
    explicit Reader(ByteView data) : data_(data) {}

    std::uint64_t unsigned_integer();
    std::int64_t integer();
    ByteView bytes();  // a view into the data
    std::string_view text();
    bool boolean();
    bool is_null();       // true: a null was consumed; false: nothing was
    std::size_t array();  // number of items; bounded by what the rest of the data can hold
    std::size_t map();
    void array_of(std::size_t size);  // exactly this many
    void map_of(std::size_t size);
    void key(std::uint64_t expected);  // the next key must be `expected`
    // Takes the next key if it is `key`, below 24: optional entries.
    bool optional_key(std::uint64_t expected);
    template <class Fixed>
    Fixed fixed() {
        const auto value = Fixed::from(bytes());
        if (!value) fail(Fault::malformed);
        return value.value_or(Fixed{});
    }
    template <class Name>
    Name name() {
        const auto value = Name::parse(text());
        if (!value) fail(Fault::malformed);
        return value.value_or(Name{});
    }
    // An unsigned integer that must be at most `most`.
    std::uint64_t unsigned_at_most(std::uint64_t most);
    ByteView item();  // the bytes of one whole item of any kind, checked for canonical form
    void fail(Fault fault);
    [[nodiscard]] Fault fault() const { return fault_; }
    [[nodiscard]] bool ok() const { return fault_ == Fault::none; }
    // True if no fault occurred and nothing is left.
    [[nodiscard]] bool finish();
    [[nodiscard]] std::size_t offset() const { return offset_; }

  private:
    friend class Walker;
    // Takes the next item's head, of any kind, and the content of a string.
    bool next(Head& head);
    // Takes the next item's head if it has the kind of `head`.
    bool take(Head& head);
    // Skips the next item if it consists of this byte.
    bool skip(std::uint8_t byte);
    ByteView data_;
    std::size_t offset_ = 0;
    Fault fault_ = Fault::none;
};

// Diagnostic notation (RFC 8949 8) of canonical CBOR; byte strings as h'..'. For people.
[[nodiscard]] std::optional<std::string> diagnostic(ByteView data);

}  // namespace fairfeed::cbor
