// A network provisioned into a temporary directory, and the content of its files.
#pragma once

#include <algorithm>
#include <map>
#include <sstream>
#include <string>

#include "core/io/file.h"
#include "gateway/commands/provision.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/dgmd/lab_text.h"

namespace fairfeed::testing_support {

struct Run {
    int status = 0;
    std::string out;
    std::string err;
};

inline Run provision(const std::filesystem::path& network, const std::filesystem::path& out,
                     bool json = false) {
    std::ostringstream page;
    std::ostringstream errors;
    const int status = run_provision({network, out, json}, page, errors);
    return {status, page.str(), errors.str()};
}

// Every regular file below the directory, by its relative name.
inline std::map<std::string, std::string> content_of(const std::filesystem::path& directory) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (!entry.is_regular_file()) continue;
        const auto text = read_text_file(entry.path());
        CHECK(text.has_value());
        files[entry.path().lexically_relative(directory).string()] = *text;
    }
    return files;
}

class Provisioned {
  public:
    explicit Provisioned(const std::string& lab = kSmallLab) {
        write_text(directory_ / "lab.yaml", lab);
        run_ = provision(directory_ / "lab.yaml", network());
    }
    [[nodiscard]] const Run& run() const { return run_; }
    [[nodiscard]] std::filesystem::path lab() const { return directory_ / "lab.yaml"; }
    [[nodiscard]] std::filesystem::path network() const { return directory_ / "net"; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
        return network() / name;
    }

  private:
    TempDirectory directory_;
    Run run_;
};

}  // namespace fairfeed::testing_support
