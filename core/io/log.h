// One line per event on standard error: under journald with its <N> priority prefix, else with ISO
// time and level. Text is "what happened key=value key=value". Pass foreign values through kv(),
// which quotes and escapes them so that nobody can forge a log line. Any thread.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace fairfeed {

enum class LogLevel { debug, info, warning, error, off };

void set_log_level(LogLevel level);  // info at start
void write_log(LogLevel level, const std::string& line);
[[nodiscard]] bool is_logged(LogLevel level);

// " key=value", quoted when it holds anything but plain visible characters.
[[nodiscard]] std::string format_key_value(std::string_view key, std::string_view value);

inline std::string log_text(std::string_view text) {
    return std::string(text);
}
template <std::same_as<bool> Bool>  // a template, because a pointer would convert to bool
std::string log_text(Bool value) {
    return value ? "true" : "false";
}
template <std::integral Integer>
requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>) std::string
    log_text(Integer value) {
    return std::to_string(value);
}
template <class Named>  // NodeId, MeterId, ClusterId
requires requires(const Named& name) {
    name.str().size();
}
std::string log_text(const Named& name) {
    return name.str();
}

template <class Value>
[[nodiscard]] std::string kv(std::string_view key, const Value& value) {
    return format_key_value(key, log_text(value));
}

template <class... Parts>
[[nodiscard]] std::string concat(const Parts&... parts) {
    std::string out;
    (out.append(log_text(parts)), ...);
    return out;
}

// log_info("block committed", kv("height", 7), kv("cluster", id));
template <class... Parts>
void log_debug(const Parts&... parts) {
    if (is_logged(LogLevel::debug)) write_log(LogLevel::debug, concat(parts...));
}
template <class... Parts>
void log_info(const Parts&... parts) {
    if (is_logged(LogLevel::info)) write_log(LogLevel::info, concat(parts...));
}
template <class... Parts>
void log_warning(const Parts&... parts) {
    if (is_logged(LogLevel::warning)) write_log(LogLevel::warning, concat(parts...));
}
template <class... Parts>
void log_error(const Parts&... parts) {
    if (is_logged(LogLevel::error)) write_log(LogLevel::error, concat(parts...));
}

}  // namespace fairfeed
