// MqttDialPlan: the next step of an MqttClient's connection. Resolve the name, dial its addresses
// one after the other, subscribe, hang up, wait and retry with doubled delay, end. Pure: the caller
// passes times (steady milliseconds) and performs the steps. Owned by one MqttClient, under its
// lock. Reports of older attempts are ignored.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fairfeed {

struct MqttPatience {
    std::int64_t redial_min_ms = 0;
    std::int64_t redial_max_ms = 0;
    std::int64_t resolve_ms = 0;  // without an answer for so long: report, ask again
    std::int64_t dial_ms = 0;     // after so long without an answer the attempt is given up
    std::int64_t hang_up_ms = 0;  // the same for a disconnect
    std::int64_t drain_ms = 0;    // at the end, for sending accepted messages
    std::size_t subscriptions = 0;
};

class MqttDialPlan {
  public:
    enum class Step { none, resolve, unresolved, dial, subscribe, hang_up, end };

    explicit MqttDialPlan(const MqttPatience& patience)
        : patience_(patience), redial_ms_(patience.redial_min_ms) {}

    // The step to perform now; the plan records it as taken. `idle_outbox`: no message waits.
    [[nodiscard]] Step take_step(std::int64_t now_ms, bool idle_outbox);
    // When to call take_step() again if no event comes before; INT64_MAX: never.
    [[nodiscard]] std::int64_t due_ms() const;
    [[nodiscard]] std::uint64_t attempt() const { return attempt_; }

    // Results of the steps. true: the result belongs to the present attempt and changed something.
    bool resolved(std::size_t addresses, std::int64_t now_ms);  // 0: none are known
    void stop_waiting();  // the name has an answer, and it is no address
    bool dialled(std::uint64_t attempt, bool succeeded, std::int64_t now_ms);
    bool subscribed(std::uint64_t attempt, bool succeeded);
    bool lost(std::int64_t now_ms);
    bool hung_up(std::int64_t now_ms);
    void start_close(std::int64_t now_ms);

    [[nodiscard]] bool is_closing() const { return closing_; }
    [[nodiscard]] bool is_closed() const { return phase_ == Phase::closed; }
    [[nodiscard]] bool is_resolving() const { return phase_ == Phase::resolving; }
    // The next step is to dial, now.
    [[nodiscard]] bool is_ready_to_dial() const { return phase_ == Phase::resolved && !closing_; }
    // The index of the address being dialled among those of the last resolve().
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
