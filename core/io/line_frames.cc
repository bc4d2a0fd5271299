#include "core/io/line_frames.h"

#include <array>
#include <limits>
#include <utility>

#include "core/io/json.h"

namespace fairfeed {
namespace {

constexpr std::size_t kHead = 4 + 1 + 4 + 4 + 4;  // length, kind, line, number, text's length
constexpr std::uint32_t kMostBytes = 64 * 1024 * 1024;
constexpr auto kLastKind = static_cast<std::uint8_t>(LineFrameKind::traffic);

void put(std::uint64_t value, std::size_t size, Bytes& out) {
    for (std::size_t i = 0; i < size; ++i)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint64_t get(ByteView bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value |= std::uint64_t{bytes[at + i]} << (8 * i);
    return value;
}

std::uint32_t get32(ByteView bytes, std::size_t at) {
    return static_cast<std::uint32_t>(get(bytes, at, 4));
}

constexpr std::array kCounts = {
    &MqttLineCounts::accepted, &MqttLineCounts::refused,    &MqttLineCounts::acknowledged,
    &MqttLineCounts::denied,   &MqttLineCounts::received,   &MqttLineCounts::connects,
    &MqttLineCounts::up,       &MqttLineCounts::bytes_sent, &MqttLineCounts::bytes_received};

// Members of a configuration that are numbers.
template <class Config, class Visit>
void visit_numbers(Config& config, Visit visit) {
    visit("port", config.port);
    visit("keep_alive_s", config.keep_alive_s);
    visit("connect_timeout_s", config.connect_timeout_s);
    visit("redial_min_ms", config.redial_min_ms);
    visit("redial_max_ms", config.redial_max_ms);
    visit("max_in_flight", config.max_in_flight);
    visit("max_buffered", config.max_buffered);
}

template <class Config, class Visit>
void visit_texts(Config& config, Visit visit) {
    visit("host", config.host);
    visit("client_id", config.client_id);
    visit("ca_file", config.ca_file);
    visit("certificate_file", config.certificate_file);
    visit("key_file", config.key_file);
}

}  // namespace

void append_frame(const LineFrame& frame, Bytes& out) {
    const std::size_t size = kHead - 4 + frame.text.size() + frame.bytes.size();
    CHECK(size <= kMostBytes);
    put(size, 4, out);
    put(static_cast<std::uint8_t>(frame.kind), 1, out);
    put(frame.line, 4, out);
    put(frame.number, 4, out);
    put(frame.text.size(), 4, out);
    append(out, as_bytes(frame.text));
    append(out, frame.bytes);
}

void LineFrameReader::feed(ByteView piece) {
    stream_.erase(stream_.begin(), stream_.begin() + static_cast<std::ptrdiff_t>(read_));
    read_ = 0;
    append(stream_, piece);
}

Result<std::optional<LineFrame>, std::string> LineFrameReader::next() {
    const ByteView rest = ByteView(stream_).subspan(read_);
    if (rest.size() < kHead) return std::optional<LineFrame>();
    const std::size_t size = get32(rest, 0);
    const std::size_t text = get32(rest, kHead - 4);
    if (size > kMostBytes || size < kHead - 4 || text > size - (kHead - 4) || rest[4] > kLastKind)
        return unexpected(std::string("not a stream of lines"));
    if (rest.size() < 4 + size) return std::optional<LineFrame>();
    LineFrame frame;
    frame.kind = static_cast<LineFrameKind>(rest[4]);
    frame.line = get32(rest, 5);
    frame.number = get32(rest, 9);
    frame.text = as_text(rest.subspan(kHead, text));
    frame.bytes = to_bytes(rest.subspan(kHead + text, 4 + size - kHead - text));
    read_ += 4 + size;
    return std::optional(std::move(frame));
}

std::string config_text(const MqttConfig& config) {
    Json json = Json::object();
    visit_texts(config, [&](const char* name, const auto& value) {
        json.set(name, std::filesystem::path(value).string());
    });
    visit_numbers(config, [&](const char* name, const auto& value) { json.set(name, value); });
    Json subscriptions = Json::array();
    for (const MqttSubscription& each : config.subscriptions)
        subscriptions.push(Json::object()
                               .set("filter", each.filter)
                               .set("retained", static_cast<int>(each.retained)));
    return json.set("subscriptions", std::move(subscriptions)).dump();
}

std::optional<MqttConfig> config_of(std::string_view text) {
    const auto json = Json::parse(text);
    if (!json) return std::nullopt;
    MqttConfig config;
    bool whole = true;
    visit_texts(config, [&](const char* name, auto& value) {
        const std::string* found = json->at(name).as_text();
        whole = whole && found != nullptr;
        if (found != nullptr) value = *found;
    });
    visit_numbers(config, [&](const char* name, auto& value) {
        using Number = std::remove_reference_t<decltype(value)>;
        const std::int64_t* found = json->at(name).as_int();
        whole = whole && found != nullptr && std::in_range<Number>(*found);
        if (whole) value = static_cast<Number>(*found);
    });
    const Json::Array* subscriptions = json->at("subscriptions").as_array();
    if (!whole || subscriptions == nullptr) return std::nullopt;
    for (const Json& each : *subscriptions) {
        const std::string* filter = each.at("filter").as_text();
        const std::int64_t* retained = each.at("retained").as_int();
        if (filter == nullptr || retained == nullptr || *retained < 0 || *retained > 2)
            return std::nullopt;
        config.subscriptions.push_back({*filter, static_cast<RetainHandling>(*retained)});
    }
    return config;
}

Bytes counts_bytes(const MqttLineCounts& counts) {
    Bytes out;
    for (const auto member : kCounts)
        put(counts.*member, 8, out);
    return out;
}

std::optional<MqttLineCounts> counts_of(ByteView bytes) {
    if (bytes.size() != 8 * kCounts.size()) return std::nullopt;
    MqttLineCounts counts;
    for (std::size_t i = 0; i < kCounts.size(); ++i)
        counts.*kCounts.at(i) = get(bytes, 8 * i, 8);
    return counts;
}

Bytes traffic_bytes(const MqttTraffic& traffic) {
    Bytes out;
    put(traffic.sent, 8, out);
    put(traffic.received, 8, out);
    return out;
}

std::optional<MqttTraffic> traffic_of(ByteView bytes) {
    if (bytes.size() != 16) return std::nullopt;
    return MqttTraffic{get(bytes, 0, 8), get(bytes, 8, 8)};
}

}  // namespace fairfeed
