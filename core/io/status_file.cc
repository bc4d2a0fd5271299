#include "core/io/status_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "core/io/file.h"
#include "core/io/log.h"

namespace fairfeed {
namespace {

constexpr std::string_view kName = "status.json";

std::string setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

std::filesystem::path temporary_directory() {
    return "/tmp/fairfeed-" + std::to_string(::geteuid());
}

// Everybody can write to /tmp, so an existing directory of our name must be our own.
Result<void, IoError> make_place(const std::filesystem::path& file) {
    const std::filesystem::path ours = temporary_directory();
    if (file.string().starts_with(ours.string() + "/")) {
        (void)::mkdir(ours.c_str(), 0700);
        struct stat facts {};
        if (::lstat(ours.c_str(), &facts) != 0 || !S_ISDIR(facts.st_mode) ||
            facts.st_uid != ::geteuid())
            return unexpected(IoError{"'" + ours.string() +
                                      "' is not this account's own directory: name another place "
                                      "for the status file, or remove it"});
    }
    std::error_code wrong;
    if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), wrong);
    if (wrong)
        return unexpected(
            IoError{"make directory '" + file.parent_path().string() + "': " + wrong.message()});
    return {};
}

}  // namespace

StatusFile::StatusFile(std::filesystem::path file)
    : file_(std::move(file)), process_(this_process()) {}

void StatusFile::show(const Json& facts, Instant now) {
    if (file_.empty() || (facts == shown_ && now.steady_ms < due_ms_)) return;
    due_ms_ = now.steady_ms + kSignOfLifeMs;
    const auto done = write(facts, now);
    shown_ = done ? facts : Json();
    const std::string fault = done ? "" : done.error().message;
    if (std::exchange(fault_, fault) == fault) return;
    if (fault.empty())
        log_info("the status file is written again", kv("file", file_.string()));
    else
        log_warning("the status file cannot be written; everything else goes on",
                    kv("reason", fault));
}

Result<void, IoError> StatusFile::write(const Json& facts, Instant now) const {
    if (shown_.is_null())
        if (auto made = make_place(file_); !made) return made;
    Json whole = Json::object()
                     .set("written_at", now.real_ms)
                     .set("pid", process_.pid)
                     .set("pid_started", process_.started);
    CHECK(facts.as_object() != nullptr);
    for (const auto& [key, value] : *facts.as_object())
        whole.set(key, value);
    return replace_file(file_, whole.dump(2) + "\n");
}

Result<FoundStatus, IoError> read_status(const std::filesystem::path& file, std::int64_t real_ms) {
    const auto text = read_text_file(file);
    if (!text) return unexpected(text.error());
    auto facts = Json::parse(*text);
    if (!facts)
        return unexpected(
            IoError{"'" + file.string() + "' is not a status file: " + facts.error()});
    const auto number = [&facts](std::string_view key) {
        const std::int64_t* value = facts->at(key).as_int();
        return value == nullptr ? std::int64_t{0} : *value;
    };
    FoundStatus found{file,
                      {},
                      real_ms - number("written_at"),
                      is_running({number("pid"), number("pid_started")})};
    found.facts = std::move(*facts);
    return found;
}

Json FoundStatus::for_programs() const {
    Json whole = facts;
    return whole.set("file", file.string()).set("age_ms", age_ms).set("process_lives", running);
}

std::string liveness(const FoundStatus& found) {
    const std::int64_t* pid = found.facts.at("pid").as_int();
    const std::string process = "process " + std::to_string(pid == nullptr ? 0 : *pid);
    if (!found.running) return "does not run: " + process + " is gone";
    if (found.is_stale()) return "hangs: " + process + " runs but has stopped reporting";
    return "runs (" + process + ")";
}

std::filesystem::path default_status_file(std::string_view name) {
    // systemd separates several directories by colons.
    const std::string given = setting("RUNTIME_DIRECTORY");
    if (!given.empty()) return std::filesystem::path(given.substr(0, given.find(':'))) / kName;
    if (::geteuid() == 0) return std::filesystem::path("/run") / name / kName;
    const std::string own = setting("XDG_RUNTIME_DIR");
    const std::filesystem::path place = own.empty() ? temporary_directory().string() : own;
    return place / name / kName;
}

std::filesystem::path find_status_file(std::string_view name) {
    const std::filesystem::path own = default_status_file(name);
    const std::filesystem::path of_service = std::filesystem::path("/run") / name / kName;
    std::error_code ignored;
    const bool elsewhere = !std::filesystem::exists(own, ignored);
    return elsewhere && std::filesystem::exists(of_service, ignored) ? of_service : own;
}

}  // namespace fairfeed
