// A PostgreSQL server of the test's own, in a temporary directory, reachable over a socket there
// alone, where Debian's PostgreSQL is installed. The destructor ends it by its process id. Tests
// only.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "tests/support/temp_directory.h"

namespace fairfeed::testing_support {

class SmallPostgresql {
  public:
    SmallPostgresql();
    ~SmallPostgresql();
    SmallPostgresql(const SmallPostgresql&) = delete;
    SmallPostgresql& operator=(const SmallPostgresql&) = delete;

    [[nodiscard]] bool is_there() const { return why_not_.empty(); }
    [[nodiscard]] const std::string& why_not() const { return why_not_; }
    // As `database` of gateway.yaml has it.
    [[nodiscard]] std::string address() const;

  private:
    // The server refuses to run as root, so there it gets the account of Debian's package.
    [[nodiscard]] std::string as_owner(const std::string& command) const;
    void start(const std::filesystem::path& programs);

    TempDirectory directory_;
    std::string owner_;  // empty: this account
    std::string why_not_;
    bool started_ = false;
    std::filesystem::path programs_;
};

}  // namespace fairfeed::testing_support
