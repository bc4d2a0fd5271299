// What can happen in a simulated world, to whom, and with which message. Plain values.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/bytes.h"
#include "core/wire/topics.h"

namespace fairfeed::simulation {

// A message in transit, shared by all its recipients.
struct Publication {
    std::size_t from = 0;  // node
    Topic topic;
    std::string topic_text;
    Bytes message;
};

enum class What : std::uint8_t {
    packet,        // to a host
    meter_packet,  // to a meter
    wake,          // a host's timer
    boot,          // a host
    connect,       // a host to its own broker
    measure,       // a meter, a window
    told,          // a meter: the number of DGMD's decrees that it knows
    send,          // a meter, a window: send the reading again
    cut_begins,    // of the plan
    cut_ends,
    broker_dies,
    broker_returns,
    clock_changes,
    blackout,
    utility,  // DGMD checks whether its notices are in the chain
    calm,
    check,     // liveness: whether the run is complete
    idle_end,  // nothing has happened for a while, as required
};

struct Happening {
    What what = What::wake;
    std::size_t who = 0;    // host or meter
    std::uint64_t tag = 0;  // boot number of a host, window, index in the plan
    bool retained = false;
    std::shared_ptr<const Publication> publication;
};

}  // namespace fairfeed::simulation
