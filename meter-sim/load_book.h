// LoadBook: the course of a load test. Knows when each signed reading is due, which were sent,
// receipted and settled, and when one must be sent again (by the meter's own rules, PendingReading
// and RoundTrip). Believes the broker's ACL for who sent a receipt: signatures are left to
// `edge-node verify`, so that checking them does not slow the generator. Pure: times are passed in
// (steady milliseconds); one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/model/message.h"
#include "core/model/network.h"
#include "meter-sim/enrolment.h"
#include "meter-sim/meter.h"
#include "meter-sim/pending_reading.h"
#include "meter-sim/round_trip.h"

namespace fairfeed {

// p50, p99, p99.9 and the longest, by the nearest rank; zeros of nothing.
struct LoadTimes {
    std::int64_t p50_ms = 0;
    std::int64_t p99_ms = 0;
    std::int64_t p999_ms = 0;
    std::int64_t max_ms = 0;
    bool operator==(const LoadTimes&) const = default;
};
[[nodiscard]] LoadTimes load_times(std::vector<std::int64_t> each_ms);

struct LoadCounts {
    std::size_t readings = 0;   // planned
    std::size_t sent = 0;       // at least once
    std::size_t receipted = 0;  // enough members hold it
    std::size_t settled = 0;    // so many members say that its window is, that one is honest
    std::size_t publishes = 0;  // to members, repetitions included
    std::size_t duplicates = 0;
};

// A window's readings: how many were sent, and when. A time of what never happened is kNever.
struct LoadWindow {
    static constexpr std::int64_t kNever = -1;
    Window window = 0;
    std::size_t sent = 0;
    std::size_t receipted = 0;
    std::size_t settled = 0;
    std::int64_t first_sent_ms = kNever;  // steady
    std::int64_t last_receipt_ms = kNever;
    std::int64_t last_settled_ms = kNever;
    bool operator==(const LoadWindow&) const = default;
};

struct LoadTally {
    LoadCounts counts;
    std::vector<LoadWindow> windows;             // of which something was sent, in order
    std::map<std::string, std::size_t> refused;  // by reason
    LoadTimes to_receipt;                        // from the first publish
    LoadTimes to_settled;
    LoadTimes lag;  // from when a reading was due, and allowed, until the generator sent it
    bool held_back = false;  // by the limit of what may be in flight
    std::int64_t first_sent_ms = 0;
    std::int64_t last_receipt_ms = 0;
    std::int64_t last_settled_ms = 0;
};

class LoadBook {
  public:
    struct Publish {
        std::size_t meter = 0;
        NodeId member;
        std::shared_ptr<const Bytes> envelope;
    };

    // `in_flight`: readings that may wait for their receipts at once; further ones are sent when
    // one of these has its receipts.
    explicit LoadBook(const Timers& timers, std::size_t in_flight = SIZE_MAX)
        : timers_(timers), in_flight_(in_flight) {}
    // Returns the meter's number. `readings` with the steady time at which each is due.
    std::size_t add(Enrolment enrolment,
                    std::vector<std::pair<std::int64_t, KeptReading>> readings);

    // Before anything is sent: if the first reading is due earlier, all are due so much later that
    // it is due then. Returns by how much.
    [[nodiscard]] std::int64_t postpone(std::int64_t until_ms);
    // Before anything is sent: all are due at once, at this time or when the last would have been,
    // in the order of their windows. Returns by how much the first is due later.
    [[nodiscard]] std::int64_t gather(std::int64_t until_ms);
    // What must be sent now, at most `most` readings.
    [[nodiscard]] std::vector<Publish> due(std::int64_t now_ms, std::size_t most);
    // When due() has something again; INT64_MAX: never.
    [[nodiscard]] std::int64_t next_due_ms() const;

    void connected(std::size_t meter, const NodeId& member, bool up);
    void heard(const NodeId& member, std::size_t meter, const Receipt& receipt,
               std::int64_t now_ms);
    void heard(const NodeId& member, std::size_t meter, const ShareStatement& share,
               std::int64_t now_ms);
    void heard_refusal(const std::string& reason) { ++refused_[reason]; }

    [[nodiscard]] const LoadCounts& counts() const { return counts_; }
    [[nodiscard]] std::size_t connections() const { return connections_; }
    [[nodiscard]] bool is_done() const;
    [[nodiscard]] LoadTally tally() const;
    // What an outbox keeps of the sent readings: their first publish and their receipts.
    [[nodiscard]] std::vector<std::pair<MeterId, MeterEffect>> to_keep(std::int64_t real_ms) const;

  private:
    static constexpr std::int64_t kNotYet = LoadWindow::kNever;
    struct Item {
        PendingReading pending;
        std::int64_t due_ms;
        std::int64_t sent_ms = kNotYet;
        std::int64_t receipt_ms = kNotYet;
        std::int64_t settled_ms = kNotYet;
    };
    struct LoadedMeter {
        Enrolment enrolment;
        RoundTrip round_trip;
        std::vector<Item> items;  // by window, without a gap
        std::set<NodeId> connected;
        std::map<NodeId, Window> settled;  // what each member has said
        std::size_t first_unsettled = 0;
    };
    // When, and the meter's number and the item's place.
    using Agenda = std::set<std::pair<std::int64_t, std::pair<std::size_t, std::size_t>>>;
    [[nodiscard]] bool is_full() const { return counts_.sent - counts_.receipted >= in_flight_; }
    [[nodiscard]] const Agenda* next() const;
    void plan_fresh();
    void send(std::size_t number, std::size_t place, std::int64_t now_ms,
              std::vector<Publish>& publishes);
    [[nodiscard]] Item* find(LoadedMeter& meter, Window window);

    Timers timers_;
    std::vector<LoadedMeter> meters_;
    std::size_t in_flight_;
    Agenda fresh_;                         // never sent
    Agenda agenda_;                        // to be sent again
    std::int64_t allowed_ms_ = INT64_MIN;  // since then one more may be in flight
    bool held_back_ = false;
    LoadCounts counts_;
    std::size_t connections_ = 0;
    std::map<std::string, std::size_t> refused_;
};

}  // namespace fairfeed
