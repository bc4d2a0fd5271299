// `gateway provision`: turns the description of a network into everything that its machines need:
// the private CA, all keys and certificates, block 0, and the configuration of every program and
// broker. Writes into a new or empty directory only. main.cc owns the command line.
#pragma once

#include <filesystem>
#include <ostream>

namespace fairfeed {

struct ProvisionOptions {
    std::filesystem::path network;  // as config/lab.yaml
    std::filesystem::path out;      // the directory to make
    bool json = false;              // the summary as JSON
};

// 0: provisioned. 1: the machine failed (disk, output). 2: the file or the directory is wrong, one
// line per error on `err`; then nothing has been written.
[[nodiscard]] int run_provision(const ProvisionOptions& options, std::ostream& out,
                                std::ostream& err);

}  // namespace fairfeed
