#include "core/io/set_aside.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <string>

#include "core/io/file.h"

namespace fairfeed {
namespace {

std::filesystem::path beside(const std::filesystem::path& file, std::string_view suffix) {
    return file.string().append(suffix);
}

std::string utc_date(std::int64_t real_ms) {
    const std::time_t seconds = real_ms / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
    return {text.data(), length};
}

// Not taken yet.
std::filesystem::path name_for_damaged(const std::filesystem::path& file, std::int64_t real_ms) {
    const std::string wanted = file.string() + ".damaged-" + utc_date(real_ms);
    std::filesystem::path name = wanted;
    std::error_code ignored;
    for (int count = 2; std::filesystem::exists(name, ignored); ++count)
        name = wanted + "-" + std::to_string(count);
    return name;
}

Result<void, IoError> move_file(const std::filesystem::path& from,
                                const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) == 0 || errno == ENOENT) return {};
    return unexpected(io_error_from_errno("move '" + from.string() + "' to '" + to.string() + "'"));
}

Result<void, IoError> remove_file(const std::filesystem::path& file) {
    if (::unlink(file.c_str()) == 0 || errno == ENOENT) return {};
    return unexpected(io_error_from_errno("remove '" + file.string() + "'"));
}

}  // namespace

Result<std::filesystem::path, IoError> set_aside(const std::filesystem::path& file,
                                                 std::int64_t real_ms) {
    std::filesystem::path name = name_for_damaged(file, real_ms);
    for (const std::string_view suffix : {"-wal", ""}) {
        auto done = move_file(beside(file, suffix), beside(name, suffix));
        if (done) done = sync_directory_of(file);
        if (!done) return unexpected(done.error());
    }
    if (auto done = remove_file(beside(file, "-shm")); !done) return unexpected(done.error());
    return name;
}

Result<std::filesystem::path, IoError> replace_damaged(const std::filesystem::path& file,
                                                       ByteView content, std::int64_t real_ms) {
    const auto damaged = read_file(file);
    if (!damaged) return unexpected(damaged.error());
    std::filesystem::path name = name_for_damaged(file, real_ms);
    for (const auto& [place, bytes] : {std::pair(name, ByteView(*damaged)), {file, content}})
        if (auto done = write_file_atomically(place, bytes, 0600); !done)
            return unexpected(done.error());
    return name;
}

Result<void, IoError> put_in_place(const std::filesystem::path& from,
                                   const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        return unexpected(
            io_error_from_errno("move '" + from.string() + "' to '" + to.string() + "'"));
    return sync_directory_of(to);
}

Result<void, IoError> keep_closed_database(const std::filesystem::path& file) {
    if (auto done = remove_file(beside(file, "-wal")); !done) return done;
    return remove_file(beside(file, "-shm"));
}

Result<void, IoError> remove_database(const std::filesystem::path& file) {
    for (const std::string_view suffix : {"-wal", "-shm", ""})
        if (auto done = remove_file(beside(file, suffix)); !done) return done;
    return sync_directory_of(file);
}

}  // namespace fairfeed
