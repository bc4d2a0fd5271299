#include "core/io/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <memory>

namespace fairfeed {
namespace {

// The priority prefix of sd-daemon(3), which journald removes from the line.
class PriorityFlag final : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm&,
                spdlog::memory_buf_t& out) override {
        const std::string_view text = priority_of(message.level);
        out.append(text.data(), text.data() + text.size());
    }
    [[nodiscard]] std::unique_ptr<spdlog::custom_flag_formatter> clone() const override {
        return std::make_unique<PriorityFlag>();
    }

  private:
    static std::string_view priority_of(spdlog::level::level_enum level) {
        if (level >= spdlog::level::err) return "<3>";
        if (level == spdlog::level::warn) return "<4>";
        return level == spdlog::level::info ? "<6>" : "<7>";
    }
};

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
        case LogLevel::off:
            return spdlog::level::off;
    }
    return spdlog::level::off;
}

spdlog::logger make_logger() {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    if (std::getenv("JOURNAL_STREAM") != nullptr) {
        formatter->add_flag<PriorityFlag>('N').set_pattern("%N%v");
    } else {
        formatter->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %-7l %v");
    }
    spdlog::logger logger("fairfeed", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger.set_formatter(std::move(formatter));
    logger.set_level(spdlog::level::info);
    logger.flush_on(spdlog::level::debug);
    return logger;
}

spdlog::logger& the_log() {
    static spdlog::logger logger = make_logger();
    return logger;
}

bool is_plain(char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
}

void append_escaped(std::string& out, char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (c == '"' || c == '\\') {
        out.push_back('\\');
        out.push_back(c);
    } else if (c >= ' ' && c < 0x7f) {
        out.push_back(c);
    } else {
        const auto byte = static_cast<unsigned char>(c);
        out.append("\\x").push_back(kDigits[byte >> 4U]);
        out.push_back(kDigits[byte & 15U]);
    }
}

}  // namespace

void set_log_level(LogLevel level) {
    the_log().set_level(to_spdlog(level));
}

bool is_logged(LogLevel level) {
    return the_log().should_log(to_spdlog(level));
}

void write_log(LogLevel level, const std::string& line) {
    the_log().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

std::string format_key_value(std::string_view key, std::string_view value) {
    std::string out = " ";
    out.append(key).push_back('=');
    bool plain = !value.empty();
    for (const char c : value)
        plain = plain && is_plain(c);
    if (plain) return out.append(value);
    out.push_back('"');
    for (const char c : value)
        append_escaped(out, c);
    out.push_back('"');
    return out;
}

}  // namespace fairfeed
