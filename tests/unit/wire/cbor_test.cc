#include "core/wire/cbor.h"

#include <gtest/gtest.h>

#include "core/base/ids.h"

namespace fairfeed::cbor {
namespace {

Bytes hex(std::string_view digits) {
    return *from_hex(digits);
}

template <class Pull>
Fault fault_of(std::string_view digits, Pull pull) {
    const Bytes bytes = hex(digits);
    Reader reader(bytes);
    pull(reader);
    (void)reader.finish();
    return reader.fault();
}

Fault fault_of_item(std::string_view digits) {
    return fault_of(digits, [](Reader& reader) { (void)reader.item(); });
}

TEST(CborWriter, writes_the_shortest_integers) {
    const std::pair<std::int64_t, const char*> rows[] = {
        {0, "00"},
        {23, "17"},
        {24, "1818"},
        {255, "18ff"},
        {256, "190100"},
        {65535, "19ffff"},
        {65536, "1a00010000"},
        {4294967295, "1affffffff"},
        {4294967296, "1b0000000100000000"},
        {INT64_MAX, "1b7fffffffffffffff"},
        {-1, "20"},
        {-24, "37"},
        {-25, "3818"},
        {-256, "38ff"},
        {-257, "390100"},
        {INT64_MIN, "3b7fffffffffffffff"},
    };
    for (const auto& [value, expected] : rows) {
        Writer writer;
        writer.integer(value);
        EXPECT_EQ(to_hex(writer.result()), expected);
        Reader reader(writer.result());
        EXPECT_EQ(reader.integer(), value);
        EXPECT_TRUE(reader.finish());
    }
}

TEST(CborWriter, writes_every_kind) {
    Writer writer;
    writer.array(5);
    writer.bytes(hex("0102"));
    writer.text("ok");
    writer.boolean(true);
    writer.null();
    writer.map(1);
    writer.key(1);
    writer.unsigned_integer(UINT64_MAX);
    EXPECT_EQ(to_hex(writer.result()), "85420102626f6bf5f6a1011bffffffffffffffff");
    EXPECT_EQ(diagnostic(writer.result()),
              "[h'0102', \"ok\", true, null, {1: 18446744073709551615}]");
}

TEST(CborReader, refuses_what_is_not_shortest) {
    for (const char* digits :
         {"1800", "1817", "190000", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3800", "3900ff",
          "580100", "780161", "980100", "b8010000"}) {
        EXPECT_EQ(fault_of_item(digits), Fault::not_canonical) << digits;
    }
}

TEST(CborReader, refuses_indefinite_lengths) {
    for (const char* digits : {"5f4100ff", "7f6161ff", "9f00ff", "bf0000ff"}) {
        EXPECT_EQ(fault_of_item(digits), Fault::not_canonical) << digits;
    }
}

TEST(CborReader, refuses_tags_floats_and_simple_values) {
    for (const char* digits : {"c000", "d200", "d81800", "f90000", "fa00000000",
                               "fb0000000000000000", "f7", "f0", "f820", "ff", "1c", "fc"}) {
        EXPECT_EQ(fault_of_item(digits), Fault::malformed) << digits;
    }
}

TEST(CborReader, refuses_map_keys_that_do_not_ascend) {
    EXPECT_EQ(fault_of_item("a201000200"), Fault::none);
    EXPECT_EQ(fault_of_item("a202000100"), Fault::not_canonical);
    EXPECT_EQ(fault_of_item("a201000100"), Fault::not_canonical);
    EXPECT_EQ(fault_of_item("a1616100"), Fault::malformed);
    EXPECT_EQ(fault_of_item("a12000"), Fault::malformed);
}

TEST(CborReader, refuses_counts_that_the_rest_cannot_hold) {
    for (const char* digits : {"9bffffffffffffffff00", "9a7fffffff00", "bb7fffffffffffffff00",
                               "8200", "a101", "5bffffffffffffffff00", "4401"}) {
        EXPECT_EQ(fault_of_item(digits), Fault::truncated) << digits;
    }
}

TEST(CborReader, refuses_deep_nesting) {
    EXPECT_EQ(fault_of_item("8181818181818181818181818181818100"), Fault::none);
    std::string deep;
    for (int i = 0; i < 10'000; ++i)
        deep += "81";
    EXPECT_EQ(fault_of_item(deep + "00"), Fault::malformed);
}

TEST(CborReader, refuses_trailing_bytes) {
    EXPECT_EQ(fault_of_item("0000"), Fault::malformed);
}

TEST(CborReader, refuses_text_that_is_not_plain) {
    EXPECT_EQ(fault_of_item("6161"), Fault::none);
    for (const char* digits : {"6100", "611b", "61ff", "62c3a4", "617f"}) {
        EXPECT_EQ(fault_of_item(digits), Fault::malformed) << digits;
    }
}

TEST(CborReader, refuses_another_kind_than_asked_for) {
    EXPECT_EQ(fault_of("00", [](Reader& r) { (void)r.bytes(); }), Fault::malformed);
    EXPECT_EQ(fault_of("40", [](Reader& r) { (void)r.text(); }), Fault::malformed);
    EXPECT_EQ(fault_of("20", [](Reader& r) { (void)r.unsigned_integer(); }), Fault::malformed);
    EXPECT_EQ(fault_of("f6", [](Reader& r) { (void)r.boolean(); }), Fault::malformed);
    EXPECT_EQ(fault_of("a0", [](Reader& r) { (void)r.array(); }), Fault::malformed);
    EXPECT_EQ(fault_of("80", [](Reader& r) { (void)r.map(); }), Fault::malformed);
    EXPECT_EQ(fault_of("8100", [](Reader& r) { r.array_of(2); }), Fault::malformed);
    EXPECT_EQ(fault_of("1b8000000000000000", [](Reader& r) { (void)r.integer(); }),
              Fault::malformed);
    EXPECT_EQ(fault_of("3b8000000000000000", [](Reader& r) { (void)r.integer(); }),
              Fault::malformed);
    EXPECT_EQ(fault_of("05", [](Reader& r) { (void)r.unsigned_at_most(4); }), Fault::malformed);
    EXPECT_EQ(fault_of("414b", [](Reader& r) { (void)r.fixed<Digest>(); }), Fault::malformed);
    EXPECT_EQ(fault_of("6141", [](Reader& r) { (void)r.name<NodeId>(); }), Fault::malformed);
}

TEST(CborReader, the_first_fault_sticks_and_later_pulls_are_neutral) {
    const Bytes bytes = hex("1800");
    Reader reader(bytes);
    EXPECT_EQ(reader.unsigned_integer(), 0U);
    EXPECT_EQ(reader.integer(), 0);
    EXPECT_TRUE(reader.bytes().empty());
    EXPECT_TRUE(reader.text().empty());
    EXPECT_FALSE(reader.boolean());
    EXPECT_FALSE(reader.is_null());
    EXPECT_EQ(reader.array(), 0U);
    EXPECT_EQ(reader.map(), 0U);
    EXPECT_FALSE(reader.optional_key(0));
    EXPECT_TRUE(reader.item().empty());
    EXPECT_FALSE(reader.finish());
    EXPECT_EQ(reader.fault(), Fault::not_canonical);
}

TEST(CborReader, an_optional_key_is_taken_only_if_it_is_next) {
    const Bytes bytes = hex("a10500");
    Reader reader(bytes);
    EXPECT_EQ(reader.map(), 1U);
    EXPECT_FALSE(reader.optional_key(4));
    EXPECT_TRUE(reader.optional_key(5));
    EXPECT_EQ(reader.unsigned_integer(), 0U);
    EXPECT_TRUE(reader.finish());
}

TEST(CborReader, has_nothing_to_give_for_no_bytes) {
    Reader reader(ByteView{});
    EXPECT_EQ(reader.unsigned_integer(), 0U);
    EXPECT_EQ(reader.fault(), Fault::truncated);
}

TEST(CborDiagnostic, refuses_what_is_not_canonical) {
    EXPECT_EQ(diagnostic(hex("1800")), std::nullopt);
    EXPECT_EQ(diagnostic(hex("")), std::nullopt);
    EXPECT_EQ(diagnostic(hex("8201")), std::nullopt);
    EXPECT_EQ(diagnostic(hex("a202010102")), std::nullopt);
    EXPECT_EQ(diagnostic(hex("82a001")), "[{}, 1]");
}

}  // namespace
}  // namespace fairfeed::cbor
