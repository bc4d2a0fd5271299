// MqttLine: one identity's connection to one broker among those of an MqttMultiplexer: its plan of
// dialling, its broker's addresses, its outbox and, while it dials or is connected, its session.
// Makes its calls on the one thread of its loop. MqttClient does the same work over Paho.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/io/mosquitto_session.h"
#include "core/io/mqtt_config.h"
#include "core/io/mqtt_dial_plan.h"
#include "core/io/mqtt_lines.h"
#include "core/io/mqtt_outbox.h"
#include "core/io/mqtt_route.h"
#include "core/io/name_resolver.h"

namespace fairfeed {

// What a line uses of its loop.
class MqttLoop {
  public:
    virtual ~MqttLoop() = default;
    [[nodiscard]] virtual NameResolver& names() = 0;
    // The shared TLS settings of an authority. Error: its file cannot be read.
    [[nodiscard]] virtual Result<TlsClients*, std::string> tls(
        const std::filesystem::path& authority) = 0;
    // The certificate and key of this configuration; lines of one identity that dial at a time
    // share them.
    [[nodiscard]] virtual MosquittoSession::Identity identity(const MqttConfig& config) = 0;
    // A function for any thread, after which the loop calls the line's work().
    [[nodiscard]] virtual std::function<void()> waker(std::size_t line) = 0;
    // Few lines dial at a time, so that a broker finishes each handshake before its time is up.
    // false: not now; work() is called when it is this line's turn.
    [[nodiscard]] virtual bool take_turn_to_dial(std::size_t line) = 0;
    virtual void give_back_turn_to_dial() = 0;
    virtual void let_go(std::size_t line) = 0;  // one accepted message is done with
    virtual void count_traffic(std::size_t line, const MqttTraffic& more) = 0;
    [[nodiscard]] virtual const MqttLineHandlers& handlers() const = 0;
    [[nodiscard]] virtual MqttLineCounts& totals() = 0;
};

class MqttLine final : private MosquittoEvents {
  public:
    MqttLine(std::size_t number, MqttConfig config, MqttLoop& loop);

    // The message waits in the outbox until work() or serve(). false: the outbox is full.
    [[nodiscard]] bool accept(std::string_view topic, ByteView payload);
    void work(std::int64_t now_ms);
    void serve(std::uint32_t epoll_events, std::int64_t now_ms);
    void start_close(std::int64_t now_ms) { plan_.start_close(now_ms); }
    void cut(bool is_cut) { is_cut_ = is_cut; }  // takes effect in the next work()

    [[nodiscard]] bool is_closed() const { return plan_.is_closed(); }
    // When to call work() if nothing comes before; INT64_MAX: never.
    [[nodiscard]] std::int64_t due_ms() const;
    // Of the present session; socket -1: none. Another attempt may have the same socket.
    [[nodiscard]] int socket() const { return session_ ? session_->socket() : -1; }
    [[nodiscard]] std::uint32_t wanted() const { return session_->wanted(); }
    [[nodiscard]] std::uint64_t attempt() const { return plan_.attempt(); }

  private:
    void accepted() override;
    void subscribed(bool granted) override;
    void acknowledged(std::uint64_t number, int reason_code) override;
    void arrived(std::string_view topic, ByteView payload, bool retained) override;

    void perform(MqttDialPlan::Step step);
    void look_at_answer();
    void resolve();
    void unresolved();
    void dial();
    void send_waiting();
    void keep_alive();
    void take_end();
    void stay_cut();
    void drop_session();
    void count_bytes();
    void tell_connection(const std::string& reason, bool perhaps_ours = false);

    const std::size_t number_;
    const MqttConfig config_;
    MqttLoop& loop_;
    MqttDialPlan plan_;
    MqttRoute route_;
    const std::string ticket_;
    MqttOutbox outbox_;
    std::optional<MosquittoSession> session_;
    TlsBytes counted_;  // of the session
    std::int64_t now_ms_ = 0;
    std::int64_t keep_alive_ms_ = 0;  // the next look
    bool has_turn_ = false;
    bool is_cut_ = false;
    std::optional<bool> told_connected_;
};

}  // namespace fairfeed
