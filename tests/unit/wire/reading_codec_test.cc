#include "core/wire/reading_codec.h"

#include <gtest/gtest.h>

#include "core/model/network.h"
#include "core/wire/cbor.h"
#include "core/wire/cose.h"
#include "tests/unit/wire/samples.h"

namespace fairfeed {
namespace {

const SigningKey& meter_key() {
    static const SigningKey key = SigningKey::generate();
    return key;
}
VerifyKey verify_key() {
    return *VerifyKey::from_point(meter_key().public_key());
}
SignedReading reading() {
    return make_reading(samples::reading_header(), samples::reading_body(), samples::data_key(),
                        meter_key());
}
Reject refusal(ByteView envelope, const Digest& network = samples::network()) {
    const auto decoded = decode_reading(envelope, network);
    return decoded ? Reject::already_committed : decoded.error();
}
// The envelope of a payload, signed by the sample meter's name.
Bytes wrap(ByteView payload, std::string_view kid = "meter-1") {
    return cose::sign1(cose::Domain::reading, samples::network(), kid, payload, meter_key());
}
Bytes payload_of(const SignedReading& reading) {
    return to_bytes(cose::parse_sign1(reading.envelope)->payload);
}

TEST(Reading, survives_the_way_from_the_meter_to_a_member) {
    const SignedReading sent = reading();
    const auto received = decode_reading(sent.envelope, samples::network());
    ASSERT_TRUE(received);
    EXPECT_EQ(*received, sent);
    EXPECT_TRUE(verify_reading(*received, samples::network(), verify_key()));
    const auto body = open_reading(*received, reading_key(received->header, samples::data_key()));
    ASSERT_TRUE(body);
    EXPECT_EQ(*body, samples::reading_body());
}

TEST(Reading, body_has_both_optional_figures_either_or_none) {
    for (const bool with_available : {false, true}) {
        for (const bool with_command : {false, true}) {
            ReadingBody body = samples::reading_body(with_available);
            if (with_command) body.executed_command = 41;
            const auto read = decode_reading_body(encode_reading_body(body));
            ASSERT_TRUE(read);
            EXPECT_EQ(*read, body);
        }
    }
}

TEST(Reading, has_one_id_however_often_it_is_signed) {
    const SignedReading first = reading();
    const SignedReading second = reading();
    EXPECT_NE(first.envelope, second.envelope);
    EXPECT_EQ(first.id, second.id);
}

TEST(Reading, an_altered_signature_or_a_high_s_is_refused) {
    SignedReading altered = reading();
    altered.envelope.back() ^= 1;
    EXPECT_EQ(verify_reading(altered, samples::network(), verify_key()).error(),
              Reject::wrong_signature);
    const SignedReading good = reading();
    const auto message = cose::parse_sign1(good.envelope);
    SignedReading high = good;
    high.envelope = cose::assemble_sign1("meter-1", message->payload, flip_s(message->signature));
    EXPECT_EQ(verify_reading(high, samples::network(), verify_key()).error(), Reject::high_s);
    EXPECT_EQ(verify_reading(good, samples::digest("other"), verify_key()).error(),
              Reject::wrong_signature);
}

TEST(Reading, is_refused_with_a_reason) {
    EXPECT_EQ(refusal(Bytes(kMaxReadingBytes)), Reject::oversized);
    EXPECT_EQ(refusal({}), Reject::truncated);
    EXPECT_EQ(refusal(reading().envelope, samples::digest("other")), Reject::wrong_network);
    EXPECT_EQ(refusal(wrap(payload_of(reading()), "meter-2")), Reject::malformed);
    ReadingHeader header = samples::reading_header();
    header.version = 2;
    const SignedReading newer =
        make_reading(header, samples::reading_body(), samples::data_key(), meter_key());
    EXPECT_EQ(refusal(newer.envelope), Reject::unsupported_version);
}

TEST(Reading, another_cipher_is_refused_by_name_without_any_key) {
    Bytes payload = payload_of(reading());
    const Bytes header = *from_hex("43a10101");
    const auto at = std::search(payload.begin(), payload.end(), header.begin(), header.end());
    ASSERT_NE(at, payload.end());
    *(at + 3) = 0x03;
    EXPECT_EQ(refusal(wrap(payload)), Reject::unsupported_algorithm);
}

TEST(Reading, opens_with_its_own_key_only) {
    const SignedReading sent = reading();
    SymmetricKey other = samples::data_key();
    other.bytes[0] ^= 1;
    EXPECT_EQ(open_reading(sent, reading_key(sent.header, other)).error(), Reject::cannot_open);
    EXPECT_EQ(open_reading(sent, samples::data_key()).error(), Reject::cannot_open);
    SignedReading moved = sent;
    moved.header.window += 1;
    EXPECT_EQ(open_reading(moved, reading_key(moved.header, samples::data_key())).error(),
              Reject::cannot_open);
}

TEST(Reading, each_salt_makes_another_key) {
    ReadingHeader header = samples::reading_header();
    const SymmetricKey first = reading_key(header, samples::data_key());
    header.salt = samples::salt(0x12);
    EXPECT_NE(first, reading_key(header, samples::data_key()));
    header = samples::reading_header();
    header.meter = MeterId("meter-2");
    EXPECT_NE(first, reading_key(header, samples::data_key()));
}

// The largest header: names of 32 characters and every counter at its end.
ReadingHeader widest_header() {
    const std::string name(32, 'm');
    return {.version = 1,
            .network = samples::network(),
            .meter = MeterId(name),
            .cluster = ClusterId(name),
            .key_epoch = UINT32_MAX,
            .window = UINT32_MAX,
            .sequence = UINT64_MAX,
            .previous = samples::digest("previous"),
            .salt = samples::salt(0xff)};
}
ReadingBody widest_body(std::size_t quarters, std::int64_t quarter_wh) {
    const std::int64_t most = INT64_MAX;
    ReadingBody body;
    body.end = {most, most, most};
    body.profile.assign(quarters, {quarter_wh, quarter_wh, quarter_wh});
    body.available_wh = most;
    for (std::int64_t* value :
         {&body.peak_demand_w, &body.peak_demand_at_s, &body.peak_generation_w,
          &body.peak_generation_at_s, &body.average_demand_w, &body.day_import_wh,
          &body.day_export_wh, &body.month_import_wh, &body.month_export_wh, &body.voltage_mv,
          &body.current_ma, &body.frequency_mhz, &body.power_factor_milli, &body.share_w}) {
        *value = most;
    }
    body.flags = UINT32_MAX;
    return body;
}

TEST(ReadingSize, sixteen_quarters_fit_whatever_their_values) {
    const SignedReading widest =
        make_reading(widest_header(), widest_body(16, INT64_MAX), samples::data_key(), meter_key());
    EXPECT_LT(widest.envelope.size(), kMaxReadingBytes);
    EXPECT_TRUE(decode_reading(widest.envelope, samples::network()));
}

TEST(ReadingSize, the_longest_window_fits_with_values_below_2_to_the_32) {
    const SignedReading widest =
        make_reading(widest_header(), widest_body(kMaxWindowQuarters, UINT32_MAX),
                     samples::data_key(), meter_key());
    EXPECT_LT(widest.envelope.size(), kMaxReadingBytes);
    EXPECT_TRUE(decode_reading(widest.envelope, samples::network()));
}

TEST(ReadingSize, a_whole_day_of_quarters_would_not_fit_and_is_refused_as_a_parameter) {
    EXPECT_GT(encode_reading_body(widest_body(96, 65'535)).size(), kMaxReadingBytes - 340);
    NetworkParameters parameters = samples::genesis().parameters;
    parameters.window_seconds = 86'400;
    EXPECT_TRUE(fault_of(parameters).has_value());
}

TEST(ReadingBody, refuses_profiles_that_are_not_whole_quarters) {
    ReadingBody body = samples::reading_body();
    body.profile = {{1, 2, 3}};
    Bytes bytes = encode_reading_body(body);
    const Bytes profile = *from_hex("0283010203");
    const auto at = std::search(bytes.begin(), bytes.end(), profile.begin(), profile.end());
    ASSERT_NE(at, bytes.end());
    *(at + 1) = 0x82;
    bytes.erase(at + 2);
    EXPECT_EQ(decode_reading_body(bytes).error(), Reject::malformed);
}

}  // namespace
}  // namespace fairfeed
