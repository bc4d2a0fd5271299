// MqttDialPlan: what the connection of an MqttClient does next. Resolve the name, dial its
// addresses one after the other, subscribe, hang up, wait and try again with doubled delay, end.
// Pure: times are handed in (steady milliseconds), nothing is called. Owned by one MqttClient,
// under its lock. Reports of older attempts change nothing.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fairfeed {

struct MqttPatience {
    std::int64_t redial_min_ms = 0;
    std::int64_t redial_max_ms = 0;
    std::int64_t resolve_ms = 0;  // a name that nobody answers for so long is told, and asked again
    std::int64_t dial_ms = 0;     // an attempt that says nothing for so long is given up
    std::int64_t hang_up_ms = 0;  // the same for a disconnect
    std::int64_t drain_ms = 0;    // at the end, for handing over what was accepted
    std::size_t subscriptions = 0;
};

class MqttDialPlan {
  public:
    enum class Step { none, resolve, unresolved, dial, subscribe, hang_up, end };

    explicit MqttDialPlan(const MqttPatience& patience)
        : patience_(patience), redial_ms_(patience.redial_min_ms) {}

    // What to do now; taking the step is noted. `idle_outbox`: nothing waits for the broker.
    [[nodiscard]] Step take_step(std::int64_t now_ms, bool idle_outbox);
    // When to ask again if nothing happens before; INT64_MAX: never.
    [[nodiscard]] std::int64_t due_ms() const;
    [[nodiscard]] std::uint64_t attempt() const { return attempt_; }

    // What came of the steps. true: it was about the present attempt and changed something.
    bool resolved(std::size_t addresses, std::int64_t now_ms);  // 0: none are known
    void stop_waiting();  // for an answer to the name: there is one, and it is no address
    bool dialled(std::uint64_t attempt, bool succeeded, std::int64_t now_ms);
    bool subscribed(std::uint64_t attempt, bool succeeded);
    bool lost(std::int64_t now_ms);
    bool hung_up(std::int64_t now_ms);
    void start_close(std::int64_t now_ms);

    [[nodiscard]] bool is_closing() const { return closing_; }
    [[nodiscard]] bool is_closed() const { return phase_ == Phase::closed; }
    [[nodiscard]] bool is_resolving() const { return phase_ == Phase::resolving; }
    // Of those of the last resolve(), which one is dialled.
    [[nodiscard]] std::size_t address() const { return address_; }
    [[nodiscard]] bool may_publish() const { return phase_ == Phase::connected; }
    // Connected, and every subscription acknowledged.
    [[nodiscard]] bool is_reachable() const { return reachable_; }

  private:
    enum class Phase { idle, resolving, resolved, dialling, connected, hanging_up, closed };
    [[nodiscard]] Step next_step(std::int64_t now_ms, bool idle_outbox) const;
    void give_up_address(std::int64_t now_ms);
    void go_idle(std::int64_t dial_at_ms);
    void double_delay();

    MqttPatience patience_;
    Phase phase_ = Phase::idle;
    bool closing_ = false;
    bool subscribe_wanted_ = false;
    bool hang_up_wanted_ = false;
    bool reachable_ = false;
    std::uint64_t attempt_ = 0;
    std::size_t addresses_ = 0;
    std::size_t address_ = 0;
    std::size_t subscriptions_open_ = 0;
    std::int64_t due_ms_ = 0;  // idle: try then; closing: hang up; else: give up
    std::int64_t redial_ms_;
};

}  // namespace fairfeed
