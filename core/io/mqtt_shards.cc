#include "core/io/mqtt_shards.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "core/base/check.h"
#include "core/io/clock.h"
#include "core/io/descriptors.h"
#include "core/io/log.h"
#include "core/io/mqtt_multiplexer.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMostUnsent = 64 * 1024 * 1024;  // to one process
constexpr std::int64_t kStartAgainMs = 1000;
constexpr std::int64_t kEndMs = 2000;
constexpr std::int64_t kLookMs = 20;  // while processes end
constexpr std::size_t kPiece = 256 * 1024;

MqttLineCounts sum(MqttLineCounts counts, const MqttLineCounts& more) {
    counts.accepted += more.accepted;
    counts.refused += more.refused;
    counts.acknowledged += more.acknowledged;
    counts.denied += more.denied;
    counts.received += more.received;
    counts.connects += more.connects;
    counts.up += more.up;
    counts.bytes_sent += more.bytes_sent;
    counts.bytes_received += more.bytes_received;
    return counts;
}

// -1: it could not be started. The process has the socket as its standard input, and the signals as
// a program expects them.
pid_t spawn(const LineCarrierCommand& command, int socket) {
    std::vector<std::string> words = command;
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    pid_t process = -1;
    const int code = ::posix_spawnp(&process, arguments.front(), &actions, &attributes,
                                    arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return code == 0 ? process : -1;
}

}  // namespace

MqttShards::MqttShards(const std::vector<MqttConfig>& configs, MqttLineHandlers handlers,
                       std::size_t most_lines, LineCarrierCommand command)
    : handlers_(std::move(handlers)),
      most_lines_(most_lines),
      command_(std::move(command)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      places_(configs.size()) {
    CHECK(wake_ >= 0 && most_lines_ > 0 && !command_.empty());
    for (const MqttConfig& config : configs)
        configs_.push_back(config_text(config));
    for (std::size_t first = 0; first < configs.size(); first += most_lines_) {
        shards_.push_back(std::make_unique<Shard>());
        shards_.back()->first = first;
        shards_.back()->size = std::min(most_lines_, configs.size() - first);
    }
    thread_ = std::thread([this] { run(); });
}

MqttShards::~MqttShards() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake();
    thread_.join();
    ::close(wake_);
}

void MqttShards::wake() const {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);  // a full counter wakes as well
}

// Under the lock.
void MqttShards::post(Shard& shard, const LineFrame& frame) {
    if (shard.socket >= 0) append_frame(frame, shard.unsent);
}

bool MqttShards::publish(std::size_t line, std::string_view topic, ByteView payload) {
    {
        const std::lock_guard lock(mutex_);
        CHECK(line < places_.size());
        Shard& shard = shard_of(line);
        if (shard.socket < 0 || shard.unsent.size() - shard.sent > kMostUnsent) {
            ++refused_;
            return false;
        }
        post(shard, {LineFrameKind::publish, static_cast<std::uint32_t>(line - shard.first), 0,
                     std::string(topic), to_bytes(payload)});
    }
    wake();
    return true;
}

void MqttShards::cut(std::size_t line, bool is_cut) {
    {
        const std::lock_guard lock(mutex_);
        CHECK(line < places_.size());
        Shard& shard = shard_of(line);
        places_[line].is_cut = is_cut;
        post(shard, {LineFrameKind::cut,
                     static_cast<std::uint32_t>(line - shard.first),
                     is_cut ? 1U : 0U,
                     {},
                     {}});
    }
    wake();
}

MqttLineCounts MqttShards::counts() const {
    const std::lock_guard lock(mutex_);
    MqttLineCounts counts;
    counts.refused = refused_;
    for (const auto& shard : shards_)
        counts = sum(sum(counts, shard->before), shard->now);
    return counts;
}

MqttTraffic MqttShards::traffic(std::size_t line) const {
    const std::lock_guard lock(mutex_);
    const Place& place = places_.at(line);
    return {place.before.sent + place.now.sent, place.before.received + place.now.received};
}

std::vector<pid_t> MqttShards::processes() const {
    const std::lock_guard lock(mutex_);
    std::vector<pid_t> out;
    for (const auto& shard : shards_)
        if (shard->process > 0) out.push_back(shard->process);
    return out;
}

void MqttShards::run() {
    const Clock clock;
    std::int64_t end_ms = INT64_MAX;
    while (true) {
        const std::int64_t now_ms = clock.now().steady_ms;
        std::vector<pollfd> polled{{wake_, POLLIN, 0}};
        std::vector<Shard*> whose{nullptr};
        {
            const std::lock_guard lock(mutex_);
            if (closing_ && end_ms == INT64_MAX) {
                end_ms = now_ms + kEndMs;
                for (const auto& shard : shards_)
                    if (shard->socket >= 0) ::shutdown(shard->socket, SHUT_WR);
            }
            if (!closing_) start_due(now_ms);
            for (const auto& shard : shards_) {
                if (shard->socket < 0) continue;
                const bool waits = !closing_ && shard->sent < shard->unsent.size();
                const int events = POLLIN | (waits ? POLLOUT : 0);
                polled.push_back({shard->socket, static_cast<short>(events), 0});
                whose.push_back(shard.get());
            }
        }
        const bool ending = end_ms != INT64_MAX;
        if (ending && (polled.size() == 1 || now_ms >= end_ms)) break;
        (void)::poll(polled.data(), polled.size(),
                     static_cast<int>(ending ? kLookMs : kStartAgainMs));
        std::uint64_t count = 0;
        (void)!::read(wake_, &count, sizeof count);
        for (std::size_t i = 1; i < polled.size(); ++i) {
            if ((polled[i].revents & POLLOUT) != 0) write(*whose[i]);
            if ((polled[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0) read(*whose[i]);
        }
    }
    for (const auto& shard : shards_)
        end(*shard);
}

// Under the lock.
void MqttShards::start_due(std::int64_t now_ms) {
    for (const auto& shard : shards_) {
        if (shard->socket >= 0 || now_ms < shard->start_ms) continue;
        shard->start_ms = now_ms + kStartAgainMs;
        start(*shard);
    }
}

void MqttShards::start(Shard& shard) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        log_error("no process for connections", kv("reason", "no socket for it"));
        return;
    }
    shard.process = spawn(command_, ends[1]);
    ::close(ends[1]);
    if (shard.process < 0 || ::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0) {
        ::close(ends[0]);
        log_error("no process for connections", kv("reason", "cannot start " + command_.front()));
        return;
    }
    shard.socket = ends[0];
    shard.unsent.clear();
    shard.sent = 0;
    shard.reader = {};
    for (std::size_t i = 0; i < shard.size; ++i)
        post(shard, {LineFrameKind::add, 0, 0, configs_[shard.first + i], {}});
    post(shard, {LineFrameKind::start, 0, 0, {}, {}});
    for (std::size_t i = 0; i < shard.size; ++i)
        if (places_[shard.first + i].is_cut)
            post(shard, {LineFrameKind::cut, static_cast<std::uint32_t>(i), 1, {}, {}});
}

void MqttShards::write(Shard& shard) {
    const std::lock_guard lock(mutex_);
    while (shard.socket >= 0 && shard.sent < shard.unsent.size()) {
        const ssize_t sent = ::send(shard.socket, shard.unsent.data() + shard.sent,
                                    shard.unsent.size() - shard.sent, MSG_NOSIGNAL);
        if (sent < 0) break;  // it is full, or over: then reading finds out
        shard.sent += static_cast<std::size_t>(sent);
    }
    if (shard.sent < std::min(kPiece, shard.unsent.size())) return;
    shard.unsent.erase(shard.unsent.begin(),
                       shard.unsent.begin() + static_cast<std::ptrdiff_t>(shard.sent));
    shard.sent = 0;
}

void MqttShards::read(Shard& shard) {
    std::vector<std::uint8_t> piece(kPiece);
    const ssize_t got = ::read(shard.socket, piece.data(), piece.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return lose(shard, "the process that carries this connection has ended");
    shard.reader.feed(ByteView(piece).first(static_cast<std::size_t>(got)));
    while (true) {
        const auto frame = shard.reader.next();
        if (!frame) return lose(shard, frame.error());
        if (!*frame) return;
        take(shard, **frame);
    }
}

void MqttShards::take(Shard& shard, const LineFrame& frame) {
    if (frame.kind == LineFrameKind::counts) {
        const auto counts = counts_of(frame.bytes);
        const std::lock_guard lock(mutex_);
        if (counts) shard.now = *counts;
        return;
    }
    if (frame.line >= shard.size) return;
    const std::size_t line = shard.first + frame.line;
    if (frame.kind == LineFrameKind::traffic) {
        const auto traffic = traffic_of(frame.bytes);
        const std::lock_guard lock(mutex_);
        if (traffic) places_[line].now = *traffic;
    } else if (frame.kind == LineFrameKind::message) {
        if (handlers_.on_message)
            handlers_.on_message(line, frame.text, frame.bytes, frame.number != 0);
    } else if (frame.kind == LineFrameKind::connection) {
        tell_connection(line, frame.number != 0, frame.text);
    } else if (frame.kind == LineFrameKind::denied) {
        if (handlers_.on_denied)
            handlers_.on_denied(line, frame.text, static_cast<int>(frame.number));
    }
}

void MqttShards::tell_connection(std::size_t line, bool up, std::string_view reason) {
    {
        const std::lock_guard lock(mutex_);
        places_[line].up = up;
    }
    if (handlers_.on_connection) handlers_.on_connection(line, up, reason);
}

void MqttShards::lose(Shard& shard, const std::string& why) {
    std::vector<std::size_t> lost;
    bool closing = false;
    {
        const std::lock_guard lock(mutex_);
        closing = closing_;
        for (std::size_t line = shard.first; line < shard.first + shard.size; ++line) {
            Place& place = places_[line];
            if (place.up) lost.push_back(line);
            place.before.sent += place.now.sent;
            place.before.received += place.now.received;
            place.now = {};
        }
        shard.now.up = 0;
        shard.before = sum(shard.before, shard.now);
        shard.now = {};
        shard.start_ms = Clock().now().steady_ms + kStartAgainMs;
    }
    end(shard);
    if (closing) return;
    log_error("a process for connections has ended", kv("lines", shard.size), kv("reason", why));
    for (const std::size_t line : lost)
        tell_connection(line, false, why);
}

// Also the end of a process that does not end by itself.
void MqttShards::end(Shard& shard) {
    const std::lock_guard lock(mutex_);
    if (shard.socket >= 0) ::close(shard.socket);
    shard.socket = -1;
    if (shard.process <= 0) return;
    ::kill(shard.process, SIGKILL);
    ::waitpid(shard.process, nullptr, 0);
    shard.process = -1;
}

std::unique_ptr<MqttLines> make_lines(std::vector<MqttConfig> configs, MqttLineHandlers handlers,
                                      const LineCarrierCommand& command) {
    const std::size_t room = descriptor_room(MqttMultiplexer::kDescriptorsPerLine);
    if (configs.size() <= room || room == 0)
        return std::make_unique<MqttMultiplexer>(std::move(configs), std::move(handlers));
    const std::size_t processes = (configs.size() + room - 1) / room;
    const std::size_t each = (configs.size() + processes - 1) / processes;
    return std::make_unique<MqttShards>(configs, std::move(handlers), each, command);
}

std::string words_of_shards(std::size_t lines) {
    const std::size_t room = descriptor_room(MqttMultiplexer::kDescriptorsPerLine);
    if (lines <= room || room == 0) return "";
    return std::to_string(lines) + " connections are spread over " +
           std::to_string((lines + room - 1) / room) + " processes, because the hard limit of " +
           "file descriptors allows " + std::to_string(room) + " in one";
}

}  // namespace fairfeed
