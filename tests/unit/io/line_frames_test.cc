#include "core/io/line_frames.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

std::vector<LineFrame> samples() {
    return {{LineFrameKind::add, 0, 0, "{}", {}},
            {LineFrameKind::publish, 70'000, 0, "a/topic", to_bytes(as_bytes("payload"))},
            {LineFrameKind::connection, 3, 1, "", {}},
            {LineFrameKind::denied, 4'000'000'000, 135, "t", Bytes(100'000, 7)}};
}

Bytes stream_of(const std::vector<LineFrame>& frames) {
    Bytes stream;
    for (const LineFrame& frame : frames)
        append_frame(frame, stream);
    return stream;
}

TEST(LineFrames, come_off_the_stream_as_they_went_on_however_it_is_cut) {
    const std::vector<LineFrame> frames = samples();
    const Bytes stream = stream_of(frames);
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{7}, std::size_t{4096}, stream.size()}) {
        LineFrameReader reader;
        std::vector<LineFrame> read;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            reader.feed(ByteView(stream).subspan(at, std::min(piece, stream.size() - at)));
            if (piece == 1 && at % 1000 != 0 && at + 200 < stream.size() && at > 200) continue;
            while (true) {
                const auto frame = reader.next();
                ASSERT_TRUE(frame);
                if (!*frame) break;
                read.push_back(**frame);
            }
        }
        EXPECT_EQ(read, frames) << piece;
    }
}

TEST(LineFrames, a_stream_of_something_else_is_refused) {
    Bytes stream = stream_of(samples());
    for (const std::size_t damaged : {std::size_t{3}, std::size_t{4}, std::size_t{16}}) {
        Bytes other = stream;
        other[damaged] = 0xff;
        LineFrameReader reader;
        reader.feed(other);
        EXPECT_FALSE(reader.next()) << damaged;
    }
}

TEST(LineFrames, a_configuration_is_read_as_it_was_written) {
    MqttConfig config;
    config.host = "n1.local";
    config.port = 8883;
    config.client_id = "m-1";
    config.ca_file = "/a b/ca.crt";
    config.certificate_file = "/c.crt";
    config.key_file = "/k.key";
    config.subscriptions = {{"ff1/#", RetainHandling::never}, {"x"}};
    config.keep_alive_s = 30;
    config.redial_max_ms = 77;
    config.max_buffered = 5;
    const auto read = config_of(config_text(config));
    ASSERT_TRUE(read);
    EXPECT_EQ(config_text(*read), config_text(config));
    EXPECT_EQ(read->ca_file, config.ca_file);
    EXPECT_EQ(read->subscriptions.at(0).retained, RetainHandling::never);
    EXPECT_EQ(read->max_buffered, 5U);
}

TEST(LineFrames, half_a_configuration_is_none) {
    MqttConfig config;
    const std::string whole = config_text(config);
    ASSERT_TRUE(config_of(whole));
    EXPECT_FALSE(config_of("{}"));
    EXPECT_FALSE(config_of("nothing"));
    std::string high = whole;
    high.replace(high.find("\"port\":0"), 8, "\"port\":70000");
    EXPECT_FALSE(config_of(high));
}

TEST(LineFrames, counts_and_traffic_are_read_as_they_were_written) {
    const MqttLineCounts counts{1, 2, 3, 4, 5, 6, 7, 1ULL << 40U, UINT64_MAX};
    const auto read = counts_of(counts_bytes(counts));
    ASSERT_TRUE(read);
    EXPECT_EQ(counts_bytes(*read), counts_bytes(counts));
    EXPECT_EQ(read->bytes_sent, 1ULL << 40U);
    EXPECT_FALSE(counts_of({}));
    EXPECT_EQ(traffic_of(traffic_bytes({5, 1ULL << 50U})), (MqttTraffic{5, 1ULL << 50U}));
    EXPECT_FALSE(traffic_of(counts_bytes(counts)));
}

}  // namespace
}  // namespace fairfeed
