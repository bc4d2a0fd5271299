#include "core/io/mqtt_dialer.h"

#include <algorithm>
#include <chrono>

#include "core/io/clock.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kRetireMs = 100;

}  // namespace

MqttDialer::MqttDialer(NameResolver::Lookup lookup)
    : names_(std::move(lookup)), thread_([this] { run(); }) {}

MqttDialer::~MqttDialer() {
    names_.silence();  // look-ups that end later call nobody
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

std::int64_t MqttDialer::steady_now_ms() {
    static const Clock clock(ClockTrust::operator_vouches);
    return clock.now().steady_ms;
}

void MqttDialer::schedule(const std::shared_ptr<DialTarget>& link, std::int64_t at_ms) {
    {
        const std::lock_guard lock(mutex_);
        const auto [place, added] = due_.try_emplace(link, at_ms);
        if (!added) place->second = std::min(place->second, at_ms);
    }
    changed_.notify_one();
}

void MqttDialer::retire(std::shared_ptr<DialTarget> link) {
    {
        const std::lock_guard lock(mutex_);
        retired_.emplace_back(steady_now_ms() + kRetireMs, std::move(link));
    }
    changed_.notify_one();
}

std::int64_t MqttDialer::next_due_ms() const {
    std::int64_t next = INT64_MAX;
    for (const auto& [link, at_ms] : due_)
        next = std::min(next, at_ms);
    if (!retired_.empty()) next = std::min(next, retired_.front().first);
    return next;
}

std::vector<std::shared_ptr<DialTarget>> MqttDialer::take_due(std::int64_t now_ms) {
    std::vector<std::shared_ptr<DialTarget>> links;
    for (auto place = due_.begin(); place != due_.end();) {
        if (place->second <= now_ms) {
            links.push_back(place->first);
            place = due_.erase(place);
        } else {
            ++place;
        }
    }
    return links;
}

void MqttDialer::run() {
    std::unique_lock lock(mutex_);
    while (!ended_ || !retired_.empty()) {
        const std::int64_t now_ms = steady_now_ms();
        auto links = take_due(now_ms);
        std::shared_ptr<DialTarget> done;  // destroyed below, outside the lock
        if (!retired_.empty() && retired_.front().first <= now_ms) {
            done = std::move(retired_.front().second);
            retired_.pop_front();
        }
        if (links.empty() && !done) {
            const std::int64_t wait_ms = std::clamp<std::int64_t>(next_due_ms() - now_ms, 0, 1000);
            changed_.wait_for(lock, std::chrono::milliseconds(wait_ms));
            continue;
        }
        lock.unlock();
        for (const auto& link : links)
            link->work();
        links.clear();  // a link may end here: not while the lock is held
        done.reset();
        lock.lock();
    }
    const auto rest = std::exchange(due_, {});
    lock.unlock();
}

}  // namespace fairfeed
