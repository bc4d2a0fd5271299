#include "core/wire/cbor.h"

#include <cbor/callbacks.h>
#include <cbor/encoding.h>
#include <cbor/streaming.h>

#include <algorithm>
#include <array>

#include "core/base/check.h"

namespace fairfeed::cbor {
namespace {

constexpr int kMaxDepth = 16;

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
    ByteView content;         // of a string
    std::size_t length = 0;   // bytes of head and content
};

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

// Walks one item and everything in it; the heads are checked by the reader.
class Walker {
  public:
    Walker(Reader& reader, ByteView data, std::string* notation)
        : reader_(reader), data_(data), notation_(notation) {}

    void item(int depth) {
        Head head;
        const Fault fault = read_head(data_.subspan(reader_.offset()), head);
        if (fault != Fault::none || depth > kMaxDepth) {
            reader_.fail(fault != Fault::none ? fault : Fault::malformed);
            return;
        }
        switch (head.kind) {
            case Kind::unsigned_integer:
                say(std::to_string(reader_.unsigned_integer()));
                return;
            case Kind::negative_integer:
                say(std::to_string(reader_.integer()));
                return;
            case Kind::bytes:
                say("h'" + (notation_ ? to_hex(reader_.bytes()) : skip_bytes()) + "'");
                return;
            case Kind::text:
                say("\"" + std::string(reader_.text()) + "\"");
                return;
            case Kind::boolean:
                say(reader_.boolean() ? "true" : "false");
                return;
            case Kind::null:
                reader_.is_null();
                say("null");
                return;
            case Kind::array:
                array(depth);
                return;
            case Kind::map:
                map(depth);
                return;
            case Kind::none:
            case Kind::indefinite:
            case Kind::other:
                reader_.fail(Fault::malformed);
                return;
        }
    }

  private:
    void say(std::string_view text) {
        if (notation_) notation_->append(text);
    }
    std::string skip_bytes() {
        (void)reader_.bytes();
        return {};
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

namespace {

// The next item if it is of this kind: its head, with the reader's place moved past it by `skip`.
bool take(ByteView rest, Kind kind, Head& head, Fault& fault) {
    fault = read_head(rest, head);
    if (fault == Fault::none && head.kind != kind) fault = Fault::malformed;
    return fault == Fault::none;
}

}  // namespace

std::uint64_t Reader::unsigned_integer() {
    Head head;
    Fault fault = fault_;
    if (!ok() || !take(data_.subspan(offset_), Kind::unsigned_integer, head, fault)) {
        fail(fault);
        return 0;
    }
    offset_ += head.length;
    return head.value;
}

std::int64_t Reader::integer() {
    Head head;
    const Fault fault = ok() ? read_head(data_.subspan(offset_), head) : fault_;
    const bool negative = head.kind == Kind::negative_integer;
    if (fault != Fault::none || (!negative && head.kind != Kind::unsigned_integer) ||
        head.value > INT64_MAX) {
        fail(fault != Fault::none ? fault : Fault::malformed);
        return 0;
    }
    offset_ += head.length;
    const auto value = static_cast<std::int64_t>(head.value);
    return negative ? -1 - value : value;
}

ByteView Reader::bytes() {
    Head head;
    Fault fault = fault_;
    if (!ok() || !take(data_.subspan(offset_), Kind::bytes, head, fault)) {
        fail(fault);
        return {};
    }
    offset_ += head.length;
    return head.content;
}

std::string_view Reader::text() {
    Head head;
    Fault fault = fault_;
    if (!ok() || !take(data_.subspan(offset_), Kind::text, head, fault)) {
        fail(fault);
        return {};
    }
    const std::string_view value = as_text(head.content);
    if (!is_plain_text(value)) {
        fail(Fault::malformed);
        return {};
    }
    offset_ += head.length;
    return value;
}

bool Reader::boolean() {
    Head head;
    Fault fault = fault_;
    if (!ok() || !take(data_.subspan(offset_), Kind::boolean, head, fault)) {
        fail(fault);
        return false;
    }
    offset_ += head.length;
    return head.value != 0;
}

bool Reader::is_null() {
    Head head;
    Fault fault = fault_;
    if (!ok() || !take(data_.subspan(offset_), Kind::null, head, fault)) return false;
    offset_ += head.length;
    return true;
}

std::size_t Reader::array() {
    Head head;
    Fault fault = fault_;
    if (!ok() || !take(data_.subspan(offset_), Kind::array, head, fault)) {
        fail(fault);
        return 0;
    }
    offset_ += head.length;
    if (head.value > data_.size() - offset_) {
        fail(Fault::truncated);
        return 0;
    }
    return head.value;
}

std::size_t Reader::map() {
    Head head;
    Fault fault = fault_;
    if (!ok() || !take(data_.subspan(offset_), Kind::map, head, fault)) {
        fail(fault);
        return 0;
    }
    offset_ += head.length;
    if (head.value > (data_.size() - offset_) / 2) {
        fail(Fault::truncated);
        return 0;
    }
    return head.value;
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
    Fault fault = fault_;
    if (!ok() || !take(data_.subspan(offset_), Kind::unsigned_integer, head, fault)) return false;
    if (head.value != expected) return false;
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
