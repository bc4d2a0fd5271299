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

// One item's head as libcbor's callbacks report it.
struct Head {
    Kind kind = Kind::none;
    std::uint64_t value = 0;  // or the size of a collection
    ByteView content{};       // of a string
    std::size_t length = 0;   // bytes of head and content
};

namespace {

constexpr int kMaxDepth = 16;
constexpr std::uint64_t kFirstLongHead = 24;  // a smaller number is its own head

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

// The head of the first item of data, and none or what is wrong with it.
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

// The kind of the next item; none if it has a fault.
Kind peek(const Reader& reader, ByteView data) {
    Head head;
    const bool sound = read_head(data.subspan(reader.offset()), head) == Fault::none;
    return sound ? head.kind : Kind::none;
}

bool is_plain_text(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::uint64_t negated(std::int64_t value) {
    return ~static_cast<std::uint64_t>(value);  // -1 - value
}

// Walks one item and everything in it; the heads are checked by the reader.
class Walker {
  public:
    Walker(Reader& reader, ByteView data, std::string* notation)
        : reader_(reader), data_(data), notation_(notation) {}

    void item(int depth) {
        if (depth > kMaxDepth) return reader_.fail(Fault::malformed);
        switch (peek(reader_, data_)) {
            case Kind::unsigned_integer:
                return say(std::to_string(reader_.unsigned_integer()));
            case Kind::negative_integer:
                return say(std::to_string(reader_.integer()));
            case Kind::bytes:
                return say_bytes(reader_.bytes());
            case Kind::text:
                return say("\"" + std::string(reader_.text()) + "\"");
            case Kind::boolean:
                return say(reader_.boolean() ? "true" : "false");
            case Kind::null:
                reader_.is_null();
                return say("null");
            case Kind::array:
                return array(depth);
            case Kind::map:
                return map(depth);
            case Kind::none:
            case Kind::indefinite:
            case Kind::other:
                (void)reader_.unsigned_integer();  // names the fault
                return;
        }
    }

  private:
    void say(std::string_view text) {
        if (notation_) notation_->append(text);
    }
    void say_bytes(ByteView bytes) {
        if (notation_) notation_->append("h'").append(to_hex(bytes)).append("'");
    }
    void array(int depth) {
        const std::size_t size = reader_.array();
        say("[");
        for (std::size_t i = 0; i < size && reader_.ok(); ++i) {
            if (i > 0) say(", ");
            item(depth + 1);
        }
        say("]");
    }
    void map(int depth) {
        const std::size_t size = reader_.map();
        say("{");
        std::uint64_t previous = 0;
        for (std::size_t i = 0; i < size && reader_.ok(); ++i) {
            const std::uint64_t key = reader_.unsigned_integer();
            if (i > 0 && key <= previous) reader_.fail(Fault::not_canonical);
            previous = key;
            if (i > 0) say(", ");
            say(std::to_string(key) + ": ");
            item(depth + 1);
        }
        say("}");
    }

    Reader& reader_;
    ByteView data_;
    std::string* notation_;
};

}  // namespace

void Writer::unsigned_integer(std::uint64_t value) {
    if (value < kFirstLongHead) return out_.push_back(static_cast<std::uint8_t>(value));
    std::array<std::uint8_t, 9> head;
    append(out_, ByteView(head).first(cbor_encode_uint(value, head.data(), head.size())));
}

void Writer::integer(std::int64_t value) {
    if (value >= 0) return unsigned_integer(static_cast<std::uint64_t>(value));
    std::array<std::uint8_t, 9> head;
    append(out_, ByteView(head).first(cbor_encode_negint(negated(value), head.data(), 9)));
}

void Writer::bytes(ByteView value) {
    std::array<std::uint8_t, 9> head;
    append(out_, ByteView(head).first(cbor_encode_bytestring_start(value.size(), head.data(), 9)));
    append(out_, value);
}

void Writer::text(std::string_view value) {
    CHECK(is_plain_text(value));
    std::array<std::uint8_t, 9> head;
    append(out_, ByteView(head).first(cbor_encode_string_start(value.size(), head.data(), 9)));
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
    std::array<std::uint8_t, 9> head;
    append(out_, ByteView(head).first(cbor_encode_array_start(size, head.data(), head.size())));
}

void Writer::map(std::size_t size) {
    std::array<std::uint8_t, 9> head;
    append(out_, ByteView(head).first(cbor_encode_map_start(size, head.data(), head.size())));
}

bool Reader::take(Head& head) {
    const Kind wanted = head.kind;
    if (!ok()) return false;
    const Fault fault = read_head(data_.subspan(offset_), head);
    if (fault != Fault::none || head.kind != wanted) {
        fail(fault != Fault::none ? fault : Fault::malformed);
        return false;
    }
    offset_ += head.length;
    return true;
}

std::uint64_t Reader::unsigned_integer() {
    Head head{.kind = Kind::unsigned_integer};
    return take(head) ? head.value : 0;
}

std::int64_t Reader::integer() {
    const bool negative = peek(*this, data_) == Kind::negative_integer;
    Head head{.kind = negative ? Kind::negative_integer : Kind::unsigned_integer};
    if (!take(head)) return 0;
    if (head.value > INT64_MAX) {
        fail(Fault::malformed);
        return 0;
    }
    const auto value = static_cast<std::int64_t>(head.value);
    return negative ? -1 - value : value;
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
    Head head{.kind = Kind::null};
    return ok() && peek(*this, data_) == Kind::null && take(head);
}

std::size_t Reader::array() {
    Head head{.kind = Kind::array};
    if (!take(head)) return 0;
    if (head.value > data_.size() - offset_) fail(Fault::truncated);
    return ok() ? head.value : 0;
}

std::size_t Reader::map() {
    Head head{.kind = Kind::map};
    if (!take(head)) return 0;
    if (head.value > (data_.size() - offset_) / 2) fail(Fault::truncated);
    return ok() ? head.value : 0;
}

void Reader::array_of(std::size_t size) {
    if (array() != size) fail(Fault::malformed);
}

void Reader::map_of(std::size_t size) {
    if (map() != size) fail(Fault::malformed);
}

void Reader::key(std::uint64_t expected) {
    if (unsigned_integer() != expected) fail(Fault::malformed);
}

bool Reader::optional_key(std::uint64_t expected) {
    Head head;
    if (!ok() || read_head(data_.subspan(offset_), head) != Fault::none) return false;
    if (head.kind != Kind::unsigned_integer || head.value != expected) return false;
    offset_ += head.length;
    return true;
}

std::uint64_t Reader::unsigned_at_most(std::uint64_t most) {
    const std::uint64_t value = unsigned_integer();
    if (value <= most) return value;
    fail(Fault::malformed);
    return 0;
}

ByteView Reader::item() {
    const std::size_t start = offset_;
    if (ok()) Walker(*this, data_, nullptr).item(0);
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
    Walker(reader, data, &notation).item(0);
    if (!reader.finish()) return std::nullopt;
    return notation;
}

}  // namespace fairfeed::cbor
