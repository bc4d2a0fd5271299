// Turns off Nagle's algorithm on this process's TCP connections to one remote port. Paho C 1.3.12
// offers no option for this and hides its sockets, and a QoS 1 exchange of small packets would wait
// 40 ms for a delayed acknowledgement on every hop. Other sockets are left alone. Any thread; cost
// grows with the number of open descriptors, so call it once per connect.
#pragma once

#include <cstdint>

namespace fairfeed {

void send_without_delay(std::uint16_t remote_port);

}  // namespace fairfeed
