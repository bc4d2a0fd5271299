// MqttShards: MqttLines that several processes carry, for more lines than one process may have file
// descriptors. Each process (line_carrier.h) has as many lines as the limit allows; the callers
// notice nothing of it. If a process ends, its lines are lost like any connection, and it is
// started again.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/io/line_frames.h"
#include "core/io/mqtt_config.h"
#include "core/io/mqtt_lines.h"

namespace fairfeed {

// A program that serves carry_lines() on its standard input.
using LineCarrierCommand = std::vector<std::string>;

class MqttShards final : public MqttLines {
  public:
    // Starts ceil(lines / most_lines) processes.
    MqttShards(const std::vector<MqttConfig>& configs, MqttLineHandlers handlers,
               std::size_t most_lines, LineCarrierCommand command);
    ~MqttShards() override;  // ends all processes; takes at most about two seconds
    MqttShards(const MqttShards&) = delete;
    MqttShards& operator=(const MqttShards&) = delete;

    [[nodiscard]] bool publish(std::size_t line, std::string_view topic, ByteView payload) override;
    void cut(std::size_t line, bool is_cut) override;
    [[nodiscard]] MqttLineCounts counts() const override;
    [[nodiscard]] MqttTraffic traffic(std::size_t line) const override;
    [[nodiscard]] std::vector<pid_t> processes() const;

  private:
    struct Place {  // of a line
        bool up = false;
        bool is_cut = false;
        MqttTraffic before;  // of processes that have ended
        MqttTraffic now;
    };
    struct Shard {
        std::size_t first = 0;  // line
        std::size_t size = 0;
        pid_t process = -1;
        int socket = -1;
        std::int64_t start_ms = 0;  // steady: when to start it again
        Bytes unsent;
        std::size_t sent = 0;  // of `unsent`
        LineFrameReader reader;
        MqttLineCounts before;  // of its processes that have ended
        MqttLineCounts now;
    };

    void run();
    void wake() const;
    [[nodiscard]] Shard& shard_of(std::size_t line) { return *shards_[line / most_lines_]; }
    void post(Shard& shard, const LineFrame& frame);
    void start(Shard& shard);
    void start_due(std::int64_t now_ms);
    void write(Shard& shard);
    void read(Shard& shard);
    void take(Shard& shard, const LineFrame& frame);
    void tell_connection(std::size_t line, bool up, std::string_view reason);
    void lose(Shard& shard, const std::string& why);
    void end(Shard& shard);

    const MqttLineHandlers handlers_;
    const std::size_t most_lines_;
    const LineCarrierCommand command_;
    std::vector<std::string> configs_;  // as text
    const int wake_;                    // an eventfd

    mutable std::mutex mutex_;  // of everything below, never held during a call
    std::vector<Place> places_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::uint64_t refused_ = 0;
    bool closing_ = false;
    std::thread thread_;  // last, because it uses all of the above
};

// All lines in this process if its limit of file descriptors allows, else in as many as it demands.
[[nodiscard]] std::unique_ptr<MqttLines> make_lines(std::vector<MqttConfig> configs,
                                                    MqttLineHandlers handlers,
                                                    const LineCarrierCommand& command);

// "10000 connections are spread over 3 processes, because ..."; empty: one process carries them.
[[nodiscard]] std::string words_of_shards(std::size_t lines);

}  // namespace fairfeed
