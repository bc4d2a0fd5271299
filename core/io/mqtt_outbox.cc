#include "core/io/mqtt_outbox.h"

#include <utility>

#include "core/base/check.h"

namespace fairfeed {

bool MqttOutbox::accept(std::string_view topic, ByteView payload, bool retain, Delivery delivery) {
    if (size() >= max_buffered_) return false;
    put_back(MqttMessage{next_number_++, std::string(topic), to_bytes(payload), retain, delivery});
    return true;
}

MqttOutbox::Send MqttOutbox::send_next() {
    CHECK(may_send());
    const std::uint64_t number = next_number_++;
    auto next = waiting_.extract(waiting_.begin());
    return {number, &in_flight_.emplace(number, std::move(next.mapped())).first->second};
}

std::optional<MqttMessage> MqttOutbox::complete(std::uint64_t number) {
    auto found = in_flight_.extract(number);
    if (found.empty()) return std::nullopt;
    return std::move(found.mapped());
}

void MqttOutbox::put_back(MqttMessage message) {
    const std::uint64_t order = message.order;
    waiting_.emplace(order, std::move(message));
}

void MqttOutbox::put_all_back() {
    for (auto& [number, message] : in_flight_)
        put_back(std::move(message));
    in_flight_.clear();
}

}  // namespace fairfeed
