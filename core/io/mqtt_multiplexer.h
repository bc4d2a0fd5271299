// MqttMultiplexer: MqttLines on libmosquitto, all in one epoll loop on one thread. A turn of the
// loop costs what has happened in it, however many lines there are; Paho's lists grow with them.
// Each line takes one file descriptor.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/io/mqtt_line.h"
#include "core/io/mqtt_lines.h"
#include "core/io/name_resolver.h"

namespace fairfeed {

class MqttMultiplexer final : public MqttLines, private MqttLoop {
  public:
    static constexpr std::size_t kDescriptorsPerLine = 1;

    // Starts dialling at once. A broker that is not running yet is no error.
    MqttMultiplexer(std::vector<MqttConfig> configs, MqttLineHandlers handlers,
                    NameResolver::Lookup lookup = NameResolver::look_up);
    ~MqttMultiplexer() override;  // disconnects all lines; takes at most about one second
    MqttMultiplexer(const MqttMultiplexer&) = delete;
    MqttMultiplexer& operator=(const MqttMultiplexer&) = delete;

    [[nodiscard]] bool publish(std::size_t line, std::string_view topic, ByteView payload) override;
    void cut(std::size_t line, bool is_cut) override;
    [[nodiscard]] MqttLineCounts counts() const override;
    [[nodiscard]] MqttTraffic traffic(std::size_t line) const override;

  private:
    struct Place {  // of a line in the loop
        std::unique_ptr<MqttLine> line;
        std::size_t max_buffered = 0;
        std::atomic<std::size_t> buffered{0};      // accepted and not acknowledged
        std::atomic<std::uint64_t> bytes_sent{0};  // of MQTT packets
        std::atomic<std::uint64_t> bytes_received{0};
        std::int64_t due_ms = INT64_MAX;
        bool watched = false;  // by epoll, for the attempt and the events below
        std::uint64_t attempt = 0;
        std::uint32_t events = 0;
        bool waits_to_dial = false;
    };
    struct Post {
        std::size_t line = 0;
        std::string topic;
        Bytes payload;
    };
    struct Cut {
        std::size_t line = 0;
        bool is_cut = false;
    };
    // The certificate of an authority may be replaced in its place.
    struct Authority {
        std::unique_ptr<TlsClients> clients;
        std::filesystem::file_time_type written;
    };

    // Likewise these files: they are read again for whoever dials when nobody else does.
    struct LoadedIdentity {
        std::weak_ptr<const TlsCredentials> credentials;
        std::filesystem::file_time_type certificate_written;
        std::filesystem::file_time_type key_written;
    };

    [[nodiscard]] NameResolver& names() override { return names_; }
    [[nodiscard]] Result<TlsClients*, std::string> tls(
        const std::filesystem::path& authority) override;
    [[nodiscard]] MosquittoSession::Identity identity(const MqttConfig& config) override;
    [[nodiscard]] std::function<void()> waker(std::size_t line) override;
    [[nodiscard]] bool take_turn_to_dial(std::size_t line) override;
    void give_back_turn_to_dial() override;
    void wake_next_to_dial();
    void let_go(std::size_t line) override { --places_[line].buffered; }
    void count_traffic(std::size_t line, const MqttTraffic& more) override;
    [[nodiscard]] const MqttLineHandlers& handlers() const override { return handlers_; }
    [[nodiscard]] MqttLineCounts& totals() override { return totals_; }

    void run();
    void wake();
    void take_posts(std::int64_t now_ms);
    void work_due(std::int64_t now_ms);
    void serve(std::uint64_t whom, std::uint32_t events, std::int64_t now_ms);
    void settle(std::size_t line);  // what epoll and the timers shall do for it
    void watch(std::size_t line);
    void schedule(std::size_t line, std::int64_t at_ms);
    [[nodiscard]] int wait_ms(std::int64_t now_ms) const;
    [[nodiscard]] bool is_over(std::int64_t now_ms) const;
    void show_counts();

    const MqttLineHandlers handlers_;
    const int epoll_;
    const int wake_;  // an eventfd
    std::map<std::filesystem::path, Authority> authorities_;
    std::vector<std::unique_ptr<TlsClients>> replaced_;  // sessions may still refer to them
    std::map<std::pair<std::filesystem::path, std::filesystem::path>, LoadedIdentity> identities_;
    NameResolver names_;
    std::vector<Place> places_;
    std::set<std::pair<std::int64_t, std::size_t>> timers_;  // steady ms, line
    std::size_t dialling_ = 0;
    std::deque<std::size_t> wait_to_dial_;
    MqttLineCounts totals_;
    std::int64_t end_ms_ = INT64_MAX;  // when closing: to stop without an answer

    mutable std::mutex mutex_;  // of what other threads touch, never held during a call
    std::vector<Post> posts_;
    std::vector<Cut> cuts_;
    std::vector<std::size_t> woken_;
    bool closing_ = false;
    MqttLineCounts shown_;
    std::thread thread_;  // last, because it uses all of the above
};

}  // namespace fairfeed
