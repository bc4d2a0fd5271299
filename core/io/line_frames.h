// What passes between an MqttShards and the processes that carry its lines, on a stream: frames of
// a length and its bytes. Both ends are of one build, so the layout has no version. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/io/mqtt_config.h"
#include "core/io/mqtt_lines.h"

namespace fairfeed {

enum class LineFrameKind : std::uint8_t {
    // To the carrier.
    add,      // the next line; text: its configuration
    start,    // all lines are added
    publish,  // text: topic; bytes: payload
    cut,      // number: 1, or 0 for mended
    // From the carrier.
    message,     // text: topic; bytes: payload; number: 1 if retained
    connection,  // number: 1 if up; text: reason
    denied,      // text: topic; number: reason code
    counts,      // of all its lines; bytes
    traffic,     // of one line; bytes
};

struct LineFrame {
    LineFrameKind kind = LineFrameKind::start;
    std::uint32_t line = 0;  // as the carrier numbers them
    std::uint32_t number = 0;
    std::string text;
    Bytes bytes;
    bool operator==(const LineFrame&) const = default;
};

void append_frame(const LineFrame& frame, Bytes& out);

// Takes whole frames off a stream that arrives in pieces.
class LineFrameReader {
  public:
    void feed(ByteView piece);
    // nullopt: no whole frame yet. Error: the stream is not of this kind.
    [[nodiscard]] Result<std::optional<LineFrame>, std::string> next();

  private:
    Bytes stream_;
    std::size_t read_ = 0;
};

[[nodiscard]] std::string config_text(const MqttConfig& config);
[[nodiscard]] std::optional<MqttConfig> config_of(std::string_view text);

[[nodiscard]] Bytes counts_bytes(const MqttLineCounts& counts);
[[nodiscard]] std::optional<MqttLineCounts> counts_of(ByteView bytes);
[[nodiscard]] Bytes traffic_bytes(const MqttTraffic& traffic);
[[nodiscard]] std::optional<MqttTraffic> traffic_of(ByteView bytes);

}  // namespace fairfeed
