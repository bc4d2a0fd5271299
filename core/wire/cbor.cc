#include "core/wire/cbor.h"

#include <cbor/callbacks.h>
#include <cbor/encoding.h>
#include <cbor/streaming.h>

#include <algorithm>
#include <array>

#include "core/base/check.h"

namespace fairfeed::cbor {
enum class Kind : std::uint8_t {
    none,
    unsigned_integer,
    negative_integer,  // -1 - value
    bytes,
    text,
    array,
    map,
    boolean,
    null,
    indefinite,
    other,  // tags, floats, undefined
};

// One item's head as reported by libcbor's callbacks.
struct Head {
    Kind kind = Kind::none;
    std::uint64_t value = 0;  // or the number of items in a collection
    ByteView content{};       // of a string
    std::size_t length = 0;   // bytes of head and content
};

namespace {

constexpr int kMaxDepth = 16;
constexpr std::uint64_t kFirstLongHead = 24;  // a smaller number is its own head
constexpr std::uint8_t kNull = 0xf6;          // RFC 8949 3.3

template <Kind kKind, class Value>
void on_value(void* context, Value value) {
    auto& head = *static_cast<Head*>(context);
    head.kind = kKind;
    head.value = value;
}

template <Kind kKind>
void on_string(void* context, cbor_data data, std::size_t size) {
    auto& head = *static_cast<Head*>(context);
    head.kind = kKind;
    head.value = size;
    head.content = {data, size};
}

template <Kind kKind>
void on_simple(void* context) {
    static_cast<Head*>(context)->kind = kKind;
}

template <class Value>
void on_float(void* context, Value) {
    static_cast<Head*>(context)->kind = Kind::other;
}

constexpr cbor_callbacks kCallbacks = {
    .uint8 = on_value<Kind::unsigned_integer, std::uint8_t>,
    .uint16 = on_value<Kind::unsigned_integer, std::uint16_t>,
    .uint32 = on_value<Kind::unsigned_integer, std::uint32_t>,
    .uint64 = on_value<Kind::unsigned_integer, std::uint64_t>,
    .negint64 = on_value<Kind::negative_integer, std::uint64_t>,
    .negint32 = on_value<Kind::negative_integer, std::uint32_t>,
    .negint16 = on_value<Kind::negative_integer, std::uint16_t>,
    .negint8 = on_value<Kind::negative_integer, std::uint8_t>,
    .byte_string_start = on_simple<Kind::indefinite>,
    .byte_string = on_string<Kind::bytes>,
    .string = on_string<Kind::text>,
    .string_start = on_simple<Kind::indefinite>,
    .indef_array_start = on_simple<Kind::indefinite>,
    .array_start = on_value<Kind::array, std::size_t>,
    .indef_map_start = on_simple<Kind::indefinite>,
    .map_start = on_value<Kind::map, std::size_t>,
    .tag = on_value<Kind::other, std::uint64_t>,
    .float2 = on_float<float>,
    .float4 = on_float<float>,
    .float8 = on_float<double>,
    .undefined = on_simple<Kind::other>,
    .null = on_simple<Kind::null>,
    .boolean = on_value<Kind::boolean, bool>,
    .indef_break = on_simple<Kind::other>,
};

std::size_t shortest_head(Kind kind, std::uint64_t value) {
    if (kind == Kind::boolean || kind == Kind::null || value < 24) return 1;
    if (value <= UINT8_MAX) return 2;
    if (value <= UINT16_MAX) return 3;
    return value <= UINT32_MAX ? 5 : 9;
}

// Reads the head of the first item; returns the fault, if any.
Fault read_head(ByteView data, Head& head) {
    head = {};
    const cbor_decoder_result result =
        cbor_stream_decode(data.data(), data.size(), &kCallbacks, &head);
    if (result.status == CBOR_DECODER_NEDATA) return Fault::truncated;
    if (result.status != CBOR_DECODER_FINISHED || head.kind == Kind::none) return Fault::malformed;
    if (head.kind == Kind::indefinite) return Fault::not_canonical;
    if (head.kind == Kind::other) return Fault::malformed;
    head.length = result.read;
    const std::size_t head_bytes = result.read - head.content.size();
    if (head_bytes != shortest_head(head.kind, head.value)) return Fault::not_canonical;
    return Fault::none;
}

bool is_plain_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::uint64_t negated(std::int64_t value) {
    return ~static_cast<std::uint64_t>(value);  // -1 - value
}

// nullopt: the value does not fit a signed 64-bit integer.
std::optional<std::int64_t> integer_of(const Head& head) {
    if (head.value > INT64_MAX) return std::nullopt;
    const auto value = static_cast<std::int64_t>(head.value);
    return head.kind == Kind::negative_integer ? -1 - value : value;
}

}  // namespace

// Walks one item and everything in it, and writes diagnostic notation on request.
class Walker {
  public:
    Walker(Reader& reader, std::string* notation) : reader_(reader), notation_(notation) {}

    void item(int depth) {
        Head head;
        if (depth > kMaxDepth) return reader_.fail(Fault::malformed);
        if (!reader_.next(head)) return;
        switch (head.kind) {
            case Kind::array:
                return array(head.value, depth);
            case Kind::map:
                return map(head.value, depth);
            case Kind::text:
                if (!is_plain_text(as_text(head.content))) reader_.fail(Fault::malformed);
                break;
            case Kind::negative_integer:
                if (!integer_of(head)) reader_.fail(Fault::malformed);
                break;
            default:
                break;
        }
        if (notation_ && reader_.ok()) notation_->append(in_notation(head));
    }

  private:
    static std::string in_notation(const Head& head) {
        switch (head.kind) {
            case Kind::negative_integer:
                return std::to_string(*integer_of(head));
            case Kind::bytes:
                return "h'" + to_hex(head.content) + "'";
            case Kind::text:
                return "\"" + std::string(as_text(head.content)) + "\"";
            case Kind::boolean:
                return head.value != 0 ? "true" : "false";
            case Kind::null:
                return "null";
            default:
                return std::to_string(head.value);
        }
    }
    void say(std::string_view text) {
        if (notation_) notation_->append(text);
    }
    void array(std::uint64_t size, int depth) {
        say("[");
        for (std::uint64_t i = 0; i < size && reader_.ok(); ++i) {
            if (i > 0) say(", ");
            item(depth + 1);
        }
        say("]");
    }
    void map(std::uint64_t size, int depth) {
        say("{");
        std::uint64_t previous = 0;
        for (std::uint64_t i = 0; i < size && reader_.ok(); ++i) {
            const std::uint64_t key = reader_.unsigned_integer();
            if (i > 0 && key <= previous) reader_.fail(Fault::not_canonical);
            previous = key;
            if (i > 0) say(", ");
            if (notation_) say(std::to_string(key) + ": ");
            item(depth + 1);
        }
        say("}");
    }

    Reader& reader_;
    std::string* notation_;
};

void Writer::head(std::uint8_t major_type, std::uint64_t value) {
    const auto type = static_cast<std::uint8_t>(major_type << 5);
    if (value >= kFirstLongHead) return long_head(type, value);
    out_.push_back(static_cast<std::uint8_t>(type | value));
}

void Writer::long_head(std::uint8_t type, std::uint64_t value) {
    std::array<std::uint8_t, 9> head;
    const std::size_t size = cbor_encode_uint(value, head.data(), head.size());
    head[0] |= type;
    append(out_, ByteView(head).first(size));
}

void Writer::unsigned_integer(std::uint64_t value) {
    head(0, value);
}

void Writer::integer(std::int64_t value) {
    if (value >= 0) return head(0, static_cast<std::uint64_t>(value));
    head(1, negated(value));
}

void Writer::bytes(ByteView value) {
    head(2, value.size());
    append(out_, value);
}

void Writer::text(std::string_view value) {
    CHECK(is_plain_text(value));
    head(3, value.size());
    append(out_, as_bytes(value));
}

void Writer::boolean(bool value) {
    std::array<std::uint8_t, 1> head;
    append(out_, ByteView(head).first(cbor_encode_bool(value, head.data(), head.size())));
}

void Writer::null() {
    std::array<std::uint8_t, 1> head;
    append(out_, ByteView(head).first(cbor_encode_null(head.data(), head.size())));
}

void Writer::array(std::size_t size) {
    head(4, size);
}

void Writer::map(std::size_t size) {
    head(5, size);
}

bool Reader::next(Head& head) {
    if (!ok()) return false;
    const Fault fault = read_head(data_.subspan(offset_), head);
    if (fault != Fault::none) {
        fail(fault);
        return false;
    }
    offset_ += head.length;
    const std::size_t left = data_.size() - offset_;
    if (head.kind == Kind::array && head.value > left) fail(Fault::truncated);
    if (head.kind == Kind::map && head.value > left / 2) fail(Fault::truncated);
    return ok();
}

bool Reader::take(Head& head) {
    const Kind wanted = head.kind;
    if (!next(head)) return false;
    if (head.kind != wanted) fail(Fault::malformed);
    return ok();
}

bool Reader::skip(std::uint8_t byte) {
    if (!ok() || offset_ == data_.size() || data_[offset_] != byte) return false;
    ++offset_;
    return true;
}

std::uint64_t Reader::unsigned_integer() {
    Head head{.kind = Kind::unsigned_integer};
    return take(head) ? head.value : 0;
}

std::int64_t Reader::integer() {
    Head head;
    if (!next(head)) return 0;
    const bool whole = head.kind == Kind::unsigned_integer || head.kind == Kind::negative_integer;
    const auto value = whole ? integer_of(head) : std::nullopt;
    if (!value) fail(Fault::malformed);
    return value.value_or(0);
}

ByteView Reader::bytes() {
    Head head{.kind = Kind::bytes};
    return take(head) ? head.content : ByteView{};
}

std::string_view Reader::text() {
    Head head{.kind = Kind::text};
    if (!take(head)) return {};
    const std::string_view value = as_text(head.content);
    if (!is_plain_text(value)) fail(Fault::malformed);
    return ok() ? value : std::string_view{};
}

bool Reader::boolean() {
    Head head{.kind = Kind::boolean};
    return take(head) && head.value != 0;
}

bool Reader::is_null() {
    return skip(kNull);
}

std::size_t Reader::array() {
    Head head{.kind = Kind::array};
    return take(head) ? head.value : 0;
}

std::size_t Reader::map() {
    Head head{.kind = Kind::map};
    return take(head) ? head.value : 0;
}

void Reader::array_of(std::size_t size) {
    if (array() != size) fail(Fault::malformed);
}

void Reader::map_of(std::size_t size) {
    if (map() != size) fail(Fault::malformed);
}

void Reader::key(std::uint64_t expected) {
    if (expected < kFirstLongHead && skip(static_cast<std::uint8_t>(expected))) return;
    if (unsigned_integer() != expected) fail(Fault::malformed);
}

bool Reader::optional_key(std::uint64_t expected) {
    CHECK(expected < kFirstLongHead);
    return skip(static_cast<std::uint8_t>(expected));
}

std::uint64_t Reader::unsigned_at_most(std::uint64_t most) {
    const std::uint64_t value = unsigned_integer();
    if (value <= most) return value;
    fail(Fault::malformed);
    return 0;
}

ByteView Reader::item() {
    const std::size_t start = offset_;
    if (ok()) Walker(*this, nullptr).item(0);
    return ok() ? data_.subspan(start, offset_ - start) : ByteView{};
}

void Reader::fail(Fault fault) {
    if (fault_ == Fault::none) fault_ = fault;
}

bool Reader::finish() {
    if (offset_ != data_.size()) fail(Fault::malformed);
    return ok();
}

std::optional<std::string> diagnostic(ByteView data) {
    Reader reader(data);
    std::string notation;
    Walker(reader, &notation).item(0);
    if (!reader.finish()) return std::nullopt;
    return notation;
}

}  // namespace fairfeed::cbor
