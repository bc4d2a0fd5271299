#include "core/io/line_carrier.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include "core/io/clock.h"
#include "core/io/event_queue.h"
#include "core/io/line_frames.h"
#include "core/io/mqtt_multiplexer.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kTellMs = 200;  // between counts
constexpr std::size_t kBatch = 1024;
constexpr std::size_t kPiece = 256 * 1024;

class Carrier {
  public:
    explicit Carrier(int socket) : socket_(socket), writer_([this] { write(); }) {}
    ~Carrier() {
        ended_ = true;
        writer_.join();
        lines_.reset();
    }
    Carrier(const Carrier&) = delete;
    Carrier& operator=(const Carrier&) = delete;

    [[nodiscard]] Result<void, IoError> serve() {
        Bytes piece(kPiece);
        while (true) {
            const ssize_t got = ::read(socket_, piece.data(), piece.size());
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return {};  // the owner has ended
            reader_.feed(ByteView(piece).first(static_cast<std::size_t>(got)));
            while (true) {
                auto frame = reader_.next();
                if (!frame) return unexpected(IoError{frame.error()});
                if (!*frame) break;
                if (!take(**frame)) return unexpected(IoError{"a frame for no line"});
            }
        }
    }

  private:
    [[nodiscard]] bool take(LineFrame& frame) {
        if (frame.kind == LineFrameKind::add) {
            auto config = config_of(frame.text);
            if (!config || lines_) return false;
            configs_.push_back(std::move(*config));
            return true;
        }
        if (frame.kind == LineFrameKind::start) {
            if (lines_) return false;
            count_ = configs_.size();
            lines_ = std::make_unique<MqttMultiplexer>(std::exchange(configs_, {}), handlers());
            running_ = lines_.get();
            return true;
        }
        if (!lines_ || frame.line >= count_) return false;
        if (frame.kind == LineFrameKind::publish) {
            (void)lines_->publish(frame.line, frame.text, frame.bytes);  // counted if refused
        } else if (frame.kind == LineFrameKind::cut) {
            lines_->cut(frame.line, frame.number != 0);
        } else {
            return false;
        }
        return true;
    }

    MqttLineHandlers handlers() {
        MqttLineHandlers handlers;
        handlers.on_message = [this](std::size_t line, std::string_view topic, ByteView payload,
                                     bool retained) {
            say({LineFrameKind::message, static_cast<std::uint32_t>(line), retained ? 1U : 0U,
                 std::string(topic), to_bytes(payload)});
        };
        handlers.on_connection = [this](std::size_t line, bool up, std::string_view reason) {
            say({LineFrameKind::connection,
                 static_cast<std::uint32_t>(line),
                 up ? 1U : 0U,
                 std::string(reason),
                 {}});
        };
        handlers.on_denied = [this](std::size_t line, std::string_view topic, int code) {
            say({LineFrameKind::denied,
                 static_cast<std::uint32_t>(line),
                 static_cast<std::uint32_t>(code),
                 std::string(topic),
                 {}});
        };
        return handlers;
    }
    void say(LineFrame frame) { said_.push_always(std::move(frame)); }

    // Apart from the loop of the lines, because the owner may be slow to read.
    void write() {
        std::vector<MqttTraffic> told;
        const Clock clock;
        std::int64_t told_ms = clock.now().steady_ms;
        while (!ended_) {
            Bytes out;
            for (const LineFrame& frame : said_.pop_batch(kBatch, kTellMs))
                append_frame(frame, out);
            const std::int64_t now_ms = clock.now().steady_ms;
            const MqttLines* const lines = running_;
            if (lines != nullptr && now_ms - told_ms >= kTellMs) {
                told_ms = now_ms;
                told.resize(count_);
                for (std::size_t line = 0; line < told.size(); ++line)
                    tell_traffic(line, lines->traffic(line), told[line], out);
                append_frame({LineFrameKind::counts, 0, 0, {}, counts_bytes(lines->counts())}, out);
            }
            if (!write_all(out)) return;
        }
    }
    static void tell_traffic(std::size_t line, const MqttTraffic& now, MqttTraffic& told,
                             Bytes& out) {
        if (now == told) return;
        told = now;
        append_frame(
            {LineFrameKind::traffic, static_cast<std::uint32_t>(line), 0, {}, traffic_bytes(now)},
            out);
    }
    [[nodiscard]] bool write_all(ByteView bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno == EINTR) continue;
            if (sent < 0) return false;
            bytes = bytes.subspan(static_cast<std::size_t>(sent));
        }
        return true;
    }

    const int socket_;
    LineFrameReader reader_;
    std::vector<MqttConfig> configs_;
    std::unique_ptr<MqttMultiplexer> lines_;
    std::size_t count_ = 0;  // set before running_
    std::atomic<const MqttMultiplexer*> running_{nullptr};
    std::atomic<bool> ended_{false};
    EventQueue<LineFrame> said_{1};
    std::thread writer_;  // last, because it uses all of the above
};

}  // namespace

Result<void, IoError> carry_lines(int socket) {
    std::signal(SIGINT, SIG_IGN);
    std::signal(SIGTERM, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    return Carrier(socket).serve();
}

}  // namespace fairfeed
