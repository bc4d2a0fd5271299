#include "core/io/mqtt_multiplexer.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "core/base/check.h"
#include "core/io/mqtt_dialer.h"

namespace fairfeed {
namespace {

constexpr std::size_t kMostDialling = 64;  // a broker's listening socket holds a hundred
constexpr std::int64_t kCloseMs = 1000;
constexpr std::int64_t kLongestWaitMs = 1000;
constexpr std::uint64_t kWakeUp = UINT64_MAX;  // of epoll's events: not a line, but wake_

// A line in the lower half; in the upper one its attempt, because an event may be of an older one.
std::uint64_t whom(std::size_t line, std::uint64_t attempt) {
    return (attempt << 32U) | static_cast<std::uint32_t>(line);
}

}  // namespace

MqttMultiplexer::MqttMultiplexer(std::vector<MqttConfig> configs, MqttLineHandlers handlers,
                                 NameResolver::Lookup lookup)
    : handlers_(std::move(handlers)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      names_(std::move(lookup)),
      places_(configs.size()) {
    CHECK(epoll_ >= 0 && wake_ >= 0);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = kWakeUp;
    CHECK(::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
    for (std::size_t i = 0; i < configs.size(); ++i) {
        places_[i].max_buffered = configs[i].max_buffered;
        places_[i].line =
            std::make_unique<MqttLine>(i, std::move(configs[i]), static_cast<MqttLoop&>(*this));
        schedule(i, 0);
    }
    thread_ = std::thread([this] { run(); });
}

MqttMultiplexer::~MqttMultiplexer() {
    names_.silence();
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    wake();
    thread_.join();
    places_.clear();
    ::close(wake_);
    ::close(epoll_);
}

bool MqttMultiplexer::publish(std::size_t line, std::string_view topic, ByteView payload) {
    bool first = false;
    {
        const std::lock_guard lock(mutex_);
        Place& place = places_.at(line);
        if (closing_ || place.buffered >= place.max_buffered) {
            ++shown_.refused;
            return false;
        }
        ++place.buffered;
        ++shown_.accepted;
        first = posts_.empty();
        posts_.push_back({line, std::string(topic), to_bytes(payload)});
    }
    if (first) wake();
    return true;
}

void MqttMultiplexer::cut(std::size_t line, bool is_cut) {
    {
        const std::lock_guard lock(mutex_);
        cuts_.push_back({line, is_cut});
    }
    wake();
}

MqttTraffic MqttMultiplexer::traffic(std::size_t line) const {
    const Place& place = places_.at(line);
    return {place.bytes_sent.load(std::memory_order_relaxed),
            place.bytes_received.load(std::memory_order_relaxed)};
}

void MqttMultiplexer::count_traffic(std::size_t line, const MqttTraffic& more) {
    places_[line].bytes_sent.fetch_add(more.sent, std::memory_order_relaxed);
    places_[line].bytes_received.fetch_add(more.received, std::memory_order_relaxed);
}

MqttLineCounts MqttMultiplexer::counts() const {
    const std::lock_guard lock(mutex_);
    return shown_;
}

void MqttMultiplexer::show_counts() {
    const std::lock_guard lock(mutex_);
    totals_.accepted = shown_.accepted;  // those two are counted by publish()
    totals_.refused = shown_.refused;
    shown_ = totals_;
}

void MqttMultiplexer::wake() {
    const std::uint64_t one = 1;
    (void)!::write(wake_, &one, sizeof one);  // a full counter wakes as well
}

std::function<void()> MqttMultiplexer::waker(std::size_t line) {
    return [this, line] {
        {
            const std::lock_guard lock(mutex_);
            woken_.push_back(line);
        }
        wake();
    };
}

Result<TlsClients*, std::string> MqttMultiplexer::tls(const std::filesystem::path& authority) {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(authority, error);
    Authority& known = authorities_[authority];
    if (!known.clients || error || written != known.written) {
        auto made = TlsClients::make(authority);
        if (!made) return unexpected(made.error());
        if (known.clients) replaced_.push_back(std::move(known.clients));
        known = {std::move(*made), written};
    }
    return known.clients.get();
}

MosquittoSession::Identity MqttMultiplexer::identity(const MqttConfig& config) {
    std::error_code no_certificate;
    std::error_code no_key;
    const auto certificate =
        std::filesystem::last_write_time(config.certificate_file, no_certificate);
    const auto key = std::filesystem::last_write_time(config.key_file, no_key);
    LoadedIdentity& known = identities_[{config.certificate_file, config.key_file}];
    auto credentials = known.credentials.lock();
    if (credentials && !no_certificate && !no_key && certificate == known.certificate_written &&
        key == known.key_written)
        return credentials;
    auto loaded = TlsCredentials::load(config.certificate_file, config.key_file);
    if (!loaded) return unexpected(loaded.error());
    credentials = std::make_shared<const TlsCredentials>(std::move(*loaded));
    known = {credentials, certificate, key};
    return credentials;
}

bool MqttMultiplexer::take_turn_to_dial(std::size_t line) {
    if (dialling_ >= kMostDialling) {
        if (!std::exchange(places_[line].waits_to_dial, true)) wait_to_dial_.push_back(line);
        return false;
    }
    places_[line].waits_to_dial = false;  // it may have come before its turn
    ++dialling_;
    return true;
}

void MqttMultiplexer::give_back_turn_to_dial() {
    --dialling_;
    wake_next_to_dial();
}

void MqttMultiplexer::wake_next_to_dial() {
    while (!wait_to_dial_.empty()) {
        const std::size_t next = wait_to_dial_.front();
        wait_to_dial_.pop_front();
        if (!std::exchange(places_[next].waits_to_dial, false)) continue;
        return schedule(next, 0);
    }
}

void MqttMultiplexer::run() {
    std::array<epoll_event, 512> events{};
    while (true) {
        const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                       wait_ms(MqttDialer::steady_now_ms()));
        const std::int64_t now_ms = MqttDialer::steady_now_ms();
        take_posts(now_ms);
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events.at(static_cast<std::size_t>(i));
            serve(event.data.u64, event.events, now_ms);
        }
        work_due(now_ms);
        show_counts();
        if (is_over(now_ms)) return;
    }
}

void MqttMultiplexer::take_posts(std::int64_t now_ms) {
    std::vector<Post> posts;
    std::vector<Cut> cuts;
    std::vector<std::size_t> woken;
    bool closing = false;
    {
        const std::lock_guard lock(mutex_);
        posts.swap(posts_);
        cuts.swap(cuts_);
        woken.swap(woken_);
        closing = closing_;
    }
    for (const Post& post : posts) {
        (void)places_[post.line].line->accept(post.topic, post.payload);  // false: it is closing
        schedule(post.line, now_ms);
    }
    for (const Cut& cut : cuts) {
        places_[cut.line].line->cut(cut.is_cut);
        schedule(cut.line, now_ms);
        if (!cut.is_cut) continue;
        // It uses no turn to dial, also not one that it was just woken for.
        places_[cut.line].waits_to_dial = false;
        if (dialling_ < kMostDialling) wake_next_to_dial();
    }
    for (const std::size_t line : woken)
        schedule(line, now_ms);
    if (!closing || end_ms_ != INT64_MAX) return;
    end_ms_ = now_ms + kCloseMs;
    for (std::size_t i = 0; i < places_.size(); ++i) {
        places_[i].line->start_close(now_ms);
        schedule(i, now_ms);
    }
}

void MqttMultiplexer::serve(std::uint64_t about, std::uint32_t events, std::int64_t now_ms) {
    if (about == kWakeUp) {
        std::uint64_t count = 0;
        (void)!::read(wake_, &count, sizeof count);
        return;
    }
    const std::size_t line = about & UINT32_MAX;
    MqttLine& served = *places_[line].line;
    // The socket of a session that is over may still speak, if a child process has inherited it.
    if (served.socket() < 0 || whom(line, served.attempt()) != about) return;
    served.serve(events, now_ms);
    settle(line);
}

void MqttMultiplexer::work_due(std::int64_t now_ms) {
    std::vector<std::size_t> due;  // each once: some are due again at once
    for (const auto& [at_ms, line] : timers_) {
        if (at_ms > now_ms) break;
        due.push_back(line);
    }
    for (const std::size_t line : due) {
        places_[line].line->work(now_ms);
        settle(line);
    }
}

void MqttMultiplexer::settle(std::size_t line) {
    watch(line);
    schedule(line, places_[line].line->due_ms());
}

void MqttMultiplexer::watch(std::size_t line) {
    Place& place = places_[line];
    const int socket = place.line->socket();
    if (socket < 0) {
        place.watched = false;  // closing a socket ends its watch
        return;
    }
    const std::uint64_t attempt = place.line->attempt();
    const std::uint32_t wanted = place.line->wanted();
    const bool known = place.watched && place.attempt == attempt;
    if (known && place.events == wanted) return;
    epoll_event event{};
    event.events = wanted;
    event.data.u64 = whom(line, attempt);
    CHECK(::epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) == 0);
    place.watched = true;
    place.attempt = attempt;
    place.events = wanted;
}

void MqttMultiplexer::schedule(std::size_t line, std::int64_t at_ms) {
    Place& place = places_[line];
    if (at_ms == place.due_ms) return;
    timers_.erase({place.due_ms, line});
    place.due_ms = at_ms;
    if (at_ms != INT64_MAX) timers_.emplace(at_ms, line);
}

int MqttMultiplexer::wait_ms(std::int64_t now_ms) const {
    const std::int64_t next_ms = timers_.empty() ? INT64_MAX : timers_.begin()->first;
    if (next_ms <= now_ms) return 0;
    return static_cast<int>(std::min(next_ms - now_ms, kLongestWaitMs));
}

bool MqttMultiplexer::is_over(std::int64_t now_ms) const {
    if (end_ms_ == INT64_MAX) return false;
    if (now_ms >= end_ms_) return true;
    return std::all_of(places_.begin(), places_.end(),
                       [](const Place& place) { return place.line->is_closed(); });
}

}  // namespace fairfeed
