#include "gateway/accounts/login_waits.h"

#include <algorithm>

namespace fairfeed {
namespace {

std::int64_t age_of(const FailureCount& count) {
    return count.try_again_ms;
}
std::int64_t age_of(std::int64_t since_ms) {
    return since_ms;
}

// Puts a value in; a key that is new takes the place of the oldest, if there are too many.
template <class Map>
void put_bounded(Map& map, const typename Map::key_type& key,
                 const typename Map::mapped_type& value, std::size_t most) {
    if (!map.contains(key) && map.size() >= most)
        map.erase(std::min_element(map.begin(), map.end(), [](const auto& one, const auto& other) {
            return age_of(one.second) < age_of(other.second);
        }));
    map.insert_or_assign(key, value);
}

}  // namespace

std::int64_t LoginWaits::wait_ms(const LoginTry& tried, const FailureCount& of_name,
                                 std::int64_t now_ms) const {
    const auto failed = failed_.find(tried);
    std::int64_t try_again_ms = failed == failed_.end() ? now_ms : failed->second.try_again_ms;
    if (!familiar_.contains(tried)) try_again_ms = std::max(try_again_ms, of_name.try_again_ms);
    return std::max<std::int64_t>(try_again_ms - now_ms, 0);
}

void LoginWaits::fail(const LoginTry& tried, std::int64_t now_ms) {
    const auto known = failed_.find(tried);
    const FailureCount before = known == failed_.end() ? FailureCount() : known->second;
    put_bounded(failed_, tried, after_failure(before, now_ms, policy_.of_place, policy_), most_);
}

void LoginWaits::let_in(const LoginTry& tried, std::int64_t now_ms) {
    failed_.erase(tried);
    put_bounded(familiar_, tried, now_ms, most_);
}

FailureCount LoginWaits::stranger(const std::string& name) const {
    const auto known = strangers_.find(name);
    return known == strangers_.end() ? FailureCount() : known->second;
}

void LoginWaits::put_stranger(const std::string& name, const FailureCount& count) {
    put_bounded(strangers_, name, count, most_);
}

}  // namespace fairfeed
