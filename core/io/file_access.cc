#include "core/io/file_access.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace fairfeed {
namespace {

std::string name_of(uid_t account) {
    const passwd* entry = ::getpwuid(account);
    return entry != nullptr ? entry->pw_name : "account " + std::to_string(account);
}

bool may(const std::filesystem::path& file, int how) {
    return ::faccessat(AT_FDCWD, file.c_str(), how, AT_EACCESS) == 0;
}

std::string octal(mode_t mode) {
    std::string out = "0";
    for (const unsigned shift : {6U, 3U, 0U})
        out.push_back(static_cast<char>('0' + ((mode >> shift) & 7U)));
    return out;
}

std::string whose(const std::filesystem::path& file, std::string_view remedy) {
    struct stat facts {};
    if (::stat(file.c_str(), &facts) != 0) return "";
    const uid_t self = ::geteuid();
    std::string out = "'" + file.string() + "'";
    if (facts.st_uid == self)
        return out + " is this account's own, with mode " + octal(facts.st_mode & 07777U) +
               ": chmod " + std::string(remedy) + " " + file.string();
    const std::string owner = name_of(facts.st_uid);
    return out + " belongs to " + owner + ", and this program runs as " + name_of(self) +
           ": run it as " + owner + " (sudo -u " + owner + " ...)";
}

}  // namespace

std::optional<std::string> access_fault(const std::filesystem::path& file) {
    std::error_code wrong;
    const std::filesystem::path there = std::filesystem::absolute(file, wrong);
    std::filesystem::path so_far;
    for (const auto& part : there.parent_path()) {
        so_far /= part;
        if (!may(so_far, F_OK)) return std::nullopt;  // missing, and everything above is accessible
        if (!may(so_far, X_OK)) return whose(so_far, "u+x");
    }
    if (may(there, F_OK) && !may(there, R_OK | W_OK)) return whose(there, "u+rw");
    if (!may(so_far, W_OK)) return whose(so_far, "u+w");
    return std::nullopt;
}

IoError io_error_of_file(std::string_view action, const std::filesystem::path& file) {
    const int code = errno;
    std::string message =
        std::string(action) + " '" + file.string() + "': " + std::generic_category().message(code);
    if (code == EACCES || code == EPERM)
        if (const auto fault = access_fault(file)) message += ": " + *fault;
    return IoError{std::move(message)};
}

std::optional<std::string> foreign_root_fault(const std::filesystem::path& directory,
                                              std::string_view program) {
    struct stat facts {};
    if (::geteuid() != 0 || ::stat(directory.c_str(), &facts) != 0 || facts.st_uid == 0)
        return std::nullopt;
    const std::string owner = name_of(facts.st_uid);
    return "'" + directory.string() + "' belongs to " + owner +
           ", which could not open files that root creates there: run it as " + owner +
           " (runuser -u " + owner + " -- " + std::string(program) + ")";
}

}  // namespace fairfeed
