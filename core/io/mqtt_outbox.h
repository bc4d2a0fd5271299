// MqttOutbox: the messages that an MqttClient has accepted and the broker has not acknowledged,
// bounded and in the order of acceptance. A message is either waiting, or in flight under the
// number of its last send; completions of older sends are ignored. Bookkeeping only: no lock, no
// time, no network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"

namespace fairfeed {

// acknowledged: QoS 1, sent again until the broker has it. unacknowledged: QoS 0, for a message
// that its receiver asks for again; it spares broker, sender and receiver two packets each.
enum class Delivery { acknowledged, unacknowledged };

struct MqttMessage {
    std::uint64_t order = 0;  // of acceptance: a message sent again keeps its place
    std::string topic;
    Bytes payload;
    bool retain = false;
    Delivery delivery = Delivery::acknowledged;
};

class MqttOutbox {
  public:
    MqttOutbox(std::size_t max_in_flight, std::size_t max_buffered)
        : max_in_flight_(max_in_flight), max_buffered_(max_buffered) {}

    // false: full, message not accepted.
    [[nodiscard]] bool accept(std::string_view topic, ByteView payload, bool retain,
                              Delivery delivery = Delivery::acknowledged);
    [[nodiscard]] bool may_send() const {
        return !waiting_.empty() && in_flight_.size() < max_in_flight_;
    }
    struct Send {
        std::uint64_t number = 0;
        const MqttMessage* message = nullptr;  // valid until the completion of this number
    };
    [[nodiscard]] Send send_next();  // may_send() must hold
    // Removes a message that was acknowledged or refused for good. nullopt: the send is an old one.
    [[nodiscard]] std::optional<MqttMessage> complete(std::uint64_t number);
    void put_back(MqttMessage message);
    void put_all_back();  // after the connection is lost

    [[nodiscard]] bool empty() const { return waiting_.empty() && in_flight_.empty(); }
    [[nodiscard]] std::size_t size() const { return waiting_.size() + in_flight_.size(); }

  private:
    std::size_t max_in_flight_;
    std::size_t max_buffered_;
    std::uint64_t next_number_ = 1;
    std::map<std::uint64_t, MqttMessage> waiting_;    // by order
    std::map<std::uint64_t, MqttMessage> in_flight_;  // by the number of the send
};

}  // namespace fairfeed
