#include "tests/support/small_postgresql.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace fairfeed::testing_support {
namespace {

constexpr const char* kInstalled = "/usr/lib/postgresql";
constexpr const char* kAccount = "postgres";

// The newest version that is installed; empty: none.
std::filesystem::path programs_of_postgresql() {
    std::filesystem::path newest;
    std::error_code error;
    for (std::filesystem::directory_iterator each(kInstalled, error), end; !error && each != end;
         each.increment(error)) {
        const auto programs = each->path() / "bin";
        if (std::filesystem::exists(programs / "initdb") && programs > newest) newest = programs;
    }
    return newest;
}

bool run(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
}

}  // namespace

SmallPostgresql::SmallPostgresql() {
    const auto programs = programs_of_postgresql();
    if (programs.empty()) {
        why_not_ = "PostgreSQL is not installed here (apt-get install postgresql)";
        return;
    }
    if (::geteuid() == 0) {
        const passwd* account = ::getpwnam(kAccount);
        if (account == nullptr) {
            why_not_ = "root runs no PostgreSQL, and there is no account 'postgres'";
            return;
        }
        owner_ = kAccount;
        if (::chown(directory_.path().c_str(), account->pw_uid, account->pw_gid) != 0) {
            why_not_ = "the directory cannot be given to the account 'postgres'";
            return;
        }
    }
    start(programs);
}

std::string SmallPostgresql::as_owner(const std::string& command) const {
    const std::string place = "cd " + directory_.path().string() + " && ";
    return owner_.empty() ? place + command
                          : place + "setpriv --reuid=" + owner_ + " --regid=" + owner_ +
                                " --init-groups " + command;
}

void SmallPostgresql::start(const std::filesystem::path& programs) {
    programs_ = programs;
    const std::string here = directory_.path().string();
    const std::string data = here + "/data";
    if (!run(as_owner((programs / "initdb").string() + " -D " + data + " -A trust -U office -N"))) {
        why_not_ = "initdb failed";
        return;
    }
    // Only over the socket in the directory; -w waits until it answers.
    if (!run(as_owner((programs / "pg_ctl").string() + " -D " + data + " -w -l " + here +
                      "/log -o \"-k " + here + " -c listen_addresses='' -c fsync=off\" start"))) {
        why_not_ = "the server did not start";
        return;
    }
    started_ = true;
}

SmallPostgresql::~SmallPostgresql() {
    if (!started_) return;
    (void)run(as_owner((programs_ / "pg_ctl").string() + " -D " + directory_.path().string() +
                       "/data -w -m immediate stop"));
}

std::string SmallPostgresql::address() const {
    return "postgresql://dbname=postgres user=office host=" + directory_.path().string();
}

}  // namespace fairfeed::testing_support
