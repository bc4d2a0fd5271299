#include "core/io/set_aside.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <string>

#include "core/io/file.h"

namespace fairfeed {
namespace {

constexpr std::string_view kDamaged = ".damaged-";
constexpr std::string_view kReplacement = ".new";  // suffix of a replacement not yet in place

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

// A name that does not exist yet.
std::filesystem::path name_for_damaged(const std::filesystem::path& file, std::int64_t real_ms) {
    const std::string wanted = file.string().append(kDamaged) + utc_date(real_ms);
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

// Names of damaged copies, with logs and replacements, in order.
std::vector<std::filesystem::path> names_for_damaged(const std::filesystem::path& file) {
    const std::string start = file.filename().string().append(kDamaged);
    std::vector<std::filesystem::path> out;
    std::error_code ignored;
    const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : ".";
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
        if (entry.path().filename().string().starts_with(start)) out.push_back(entry.path());
    std::sort(out.begin(), out.end());
    return out;
}

// Safe to repeat after any interruption, with the same result.
Result<void, IoError> exchange(const std::filesystem::path& file,
                               const std::filesystem::path& aside) {
    for (const std::string_view suffix : {"-wal", ""}) {
        auto done = move_file(beside(file, suffix), beside(aside, suffix));
        if (done) done = sync_directory_of(file);
        if (!done) return done;
    }
    if (auto done = remove_file(beside(file, "-shm")); !done) return done;
    return put_in_place(beside(aside, kReplacement), file);
}

}  // namespace

Result<std::filesystem::path, IoError> replace_database(const std::filesystem::path& fresh,
                                                        const std::filesystem::path& file,
                                                        std::int64_t real_ms) {
    std::filesystem::path name = name_for_damaged(file, real_ms);
    auto done = put_in_place(fresh, beside(name, kReplacement));
    if (done) done = exchange(file, name);
    if (!done) return unexpected(done.error());
    return name;
}

Result<std::optional<std::filesystem::path>, IoError> finish_replacement(
    const std::filesystem::path& file) {
    std::optional<std::filesystem::path> finished;
    for (const std::filesystem::path& name : names_for_damaged(file)) {
        if (!name.string().ends_with(kReplacement)) continue;
        finished = name.string().substr(0, name.string().size() - kReplacement.size());
        if (auto done = exchange(file, *finished); !done) return unexpected(done.error());
    }
    return finished;
}

std::vector<std::filesystem::path> damaged_copies(const std::filesystem::path& file) {
    std::vector<std::filesystem::path> out = names_for_damaged(file);
    std::erase_if(out, [](const std::filesystem::path& name) {
        const std::string text = name.string();
        return text.ends_with("-wal") || text.ends_with("-shm") || text.ends_with(kReplacement);
    });
    return out;
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
